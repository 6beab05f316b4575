package coordbfaas.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import coordbfaas.settings.RandomCases;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The requests of a connection")
class RequestReaderTest {
  private static final List<String> REQUESTS = List.of(
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\ncontent-length:  7 \r\nX:\r\n\r\necho hi",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\nGET / HTTP/1.1\r\n\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\n\r\n\r\n0a;x=y\r\n0123456789\r\n000\r\nX: y\r\n\r\n");

  /** However the bytes are cut, each request is told from the next, and nothing of it is changed or lost. */
  @Test
  void areToldApartHoweverTheirBytesCome() {
    RandomCases.each(2_000, random -> {
      var requests = random.ints(random.nextInt(1, 6), 0, REQUESTS.size()).mapToObj(REQUESTS::get).toList();
      assertThat(read(cut(String.join("", requests), random))).isEqualTo(requests);
    });
  }

  @Test
  void mayHaveEmptyLinesBefore() {
    assertThat(read(List.of("\r", "\n\r\nGET / HTTP/1.1\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n")))
        .containsExactly("GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\n\r\n");
    isRefused(400, "\r\n".repeat(5));
  }

  @Test
  void arePassedOnWithAWholeHeadOrNotAtAll() {
    var reader = new RequestReader();
    assertThat(reader.read(bytes("POST / HTTP/1.1\r\nContent-Length: 2\r\n")).passed()).isEqualTo(bytes(""));
    assertThat(reader.read(bytes("\r\na"))).isEqualTo(
        new RequestReader.Read(bytes("POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\na"), bytes(""), false));
    assertThat(reader.read(bytes("bc"))).isEqualTo(new RequestReader.Read(bytes("b"), bytes("c"), true));
  }

  @Test
  void haveAnotherMethodInPlaceOfOneThatNobodyKnows() {
    assertThat(read(List.of("FROB /run HTTP/1.1\r\nHost: a\r\n\r\n")))
        .containsExactly("UNKNOWN /run HTTP/1.1\r\nHost: a\r\n\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "Content-Length: 7\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 7",
      "Content-Length: 7\r\nContent-Length: 8", "Content-Length: 7\r\ncontent-length: 7", "Content-Length: 7, 7",
      "Content-Length: +7", "Content-Length: -7", "Content-Length: 0x7", "Content-Length: 7 7", "Content-Length:",
      "Content-Length: 9999999999999999999", "Content-Length : 7", " Content-Length: 7", "X: a\r\n Content-Length: 7",
      "X: a\r\n\tb", "Transfer-Encoding: gzip", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked, identity",
      "Transfer-Encoding: xchunked", "Transfer-Encoding: \"chunked\"", "Transfer-Encoding:\r\n chunked", "Transfer-Encoding:",
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "no colon", ": no name", "X Y: a", "X\0: a", "X: \0", "X: \1",
      "X: \u007f", "X: a\nContent-Length: 7", "X: a\rContent-Length: 7", "X: a\r\r\nContent-Length: 7", "X(: a"})
  void areRefusedIfTwoReadersCouldReadThemInTwoWays(String headers) {
    isRefused(400, "POST / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "GET /\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1 \r\n\r\n", " GET / HTTP/1.1\r\n\r\n", "GET\t/ HTTP/1.1\r\n\r\n",
      "GET /a b HTTP/1.1\r\n\r\n", "G(T / HTTP/1.1\r\n\r\n", "GET / http/1.1\r\n\r\n",
      "GET / HTTP/1.1\n", "\n", "\r\r", "\26\3\1",
      "GET / HTTP/11\r\n\r\n", "/ HTTP/1.1\r\n\r\n", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"})
  void areRefusedIfTheyAreNone(String bytes) {
    isRefused(400, bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET / HTTP/0.9\r\n\r\n", "GET / HTTP/1.2\r\n\r\n"})
  void areRefusedIfTheyAreOfAnotherVersion(String bytes) {
    isRefused(505, bytes);
  }

  @Test
  void areRefusedOnceTheirHeadIsTooLarge() {
    isRefused(414, "GET /" + "a".repeat(RequestReader.HEAD_BYTES_MAX));
    isRefused(431, "GET / HTTP/1.1\r\nX: " + "a".repeat(RequestReader.HEAD_BYTES_MAX));
    isRefused(431, "GET / HTTP/1.1\r\n" + "X: a\r\n".repeat(RequestReader.HEAD_BYTES_MAX / 6));
    var fits = "GET / HTTP/1.1\r\nX: " + "a".repeat(RequestReader.HEAD_BYTES_MAX - 23) + "\r\n\r\n";
    assertThat(read(List.of(fits))).containsExactly(fits);
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "zz\r\n", "\r\n", ";a\r\n", "-1\r\n", "0x1\r\n", "1 \r\n", "1\n", "1\r\r", "1\r\nab\r\n", "1\r\na\n", "1\r\na\r\r",
      "fffffffffffffffff\r\n", "1;\0", "1;a\n", "0\r\nX: y\n", "0\r\n\n", "0\r\nX\0"})
  void areRefusedIfTheirChunksAreMalformed(String chunks) {
    isRefused(400, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
  }

  @Test
  void areRefusedIfTheirChunksCarryTooMuchThatIsNoContent() {
    isRefused(400, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;" + "a".repeat(300));
    isRefused(400, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " + "a".repeat(5_000));
    isRefused(400, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + "X: y\r\n".repeat(2_000));
  }

  private static List<String> cut(String text, RandomGenerator random) {
    var pieces = new ArrayList<String>();
    for (var at = 0; at < text.length();) {
      var end = Math.min(text.length(), at + random.nextInt(1, random.nextBoolean() ? 4 : 60));
      pieces.add(text.substring(at, end));
      at = end;
    }
    return pieces;
  }

  private static List<String> read(List<String> pieces) {
    var reader = new RequestReader();
    var requests = new ArrayList<String>();
    var request = new StringBuilder();
    for (var piece : pieces) {
      for (var rest = bytes(piece); !rest.isEmpty();) {
        var read = reader.read(rest);
        request.append(read.passed().decodeString(StandardCharsets.ISO_8859_1));
        if (read.ended()) {
          requests.add(request.toString());
          request.setLength(0);
        }
        rest = read.rest();
      }
    }
    assertThat(request).isEmpty();
    return requests;
  }

  private static void isRefused(int status, String text) {
    var octets = text.chars().mapToObj(Character::toString).toList();
    for (var pieces : List.of(List.of(text), octets)) {
      var refusal = catchThrowableOfType(RefusedRequest.class, () -> read(pieces));
      assertThat(refusal).as(text).isNotNull();
      assertThat(refusal.status()).as(text).isEqualTo(status);
    }
  }

  private static ByteString bytes(String text) {
    return ByteString.fromString(text, StandardCharsets.ISO_8859_1);
  }
}
