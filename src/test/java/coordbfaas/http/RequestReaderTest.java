package coordbfaas.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import coordbfaas.settings.RandomCases;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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
  private static final String CHUNKED = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  private static final List<String> REQUESTS = List.of(
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\ncontent-length:  7 \r\nX:\r\n\r\necho hi",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\nGET / HTTP/1.1\r\n\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\n\r\n\r\n0a;x=y\r\n0123456789\r\n000\r\nX: y\r\n\r\n");

  /** However the bytes are cut, each request is told from the next, and nothing of it is changed or lost, save how it is chunked. */
  @Test
  void areToldApartHoweverTheirBytesCome() {
    RandomCases.each(2_000, random -> {
      var requests = random.ints(random.nextInt(1, 6), 0, REQUESTS.size()).mapToObj(REQUESTS::get).toList();
      assertThat(read(cut(String.join("", requests), random)).stream().map(RequestReaderTest::unchunked))
          .isEqualTo(requests.stream().map(RequestReaderTest::unchunked).toList());
    });
  }

  @Test
  void haveTheirContentPassedOnAsItComesHoweverLargeItsChunkIs() {
    var reader = new RequestReader();
    assertThat(reader.read(bytes(CHUNKED + "FFFFFFF;x=y\r\nab")).passed()).isEqualTo(bytes(CHUNKED + "2\r\nab\r\n"));
    assertThat(reader.read(bytes("cde")).passed()).isEqualTo(bytes("3\r\ncde\r\n"));
    assertThat(read(List.of(CHUNKED + "1\r\na\r\n".repeat(20) + "0\r\nX: y\r\n\r\n")))
        .containsExactly(CHUNKED + "14\r\n" + "a".repeat(20) + "\r\n0\r\n\r\n");
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

  /** However it is filled: an expression that tries every way to split blanks took minutes for one head. */
  @ParameterizedTest
  @ValueSource(strings = {"X:%s\u0085", "X: a%sb", "X: a%s", "Content-Length:%s0%s", "X%s: a", "%s", "X: \u0085"})
  void areJudgedAtOnce(String header) {
    var blanks = header.indexOf('%') == header.lastIndexOf('%') ? 16_000 : 8_000;
    var head = "GET / HTTP/1.1\r\n" + header.replace("%s", " ".repeat(blanks)) + "\r\n\r\n";
    assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
      try {
        assertThat(read(List.of(head))).hasSize(1);
      } catch (RefusedRequest malformed) {
        assertThat(malformed.status()).isEqualTo(400);
      }
    });
  }

  @Test
  void mayHaveAnyByteBeyondAsciiInAValue() {
    for (var octet = 0x80; octet <= 0xFF; octet++) {
      var request = "GET / HTTP/1.1\r\nX: a" + (char) octet + " \r\n\r\n";
      assertThat(read(List.of(request))).containsExactly(request);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "zz\r\n", "\r\n", ";a\r\n", "-1\r\n", "0x1\r\n", "1 \r\n", "1\n", "1\r\r", "1\r\nab\r\n", "1\r\na\n", "1\r\na\r\r",
      "fffffffffffffffff\r\n", "1;\0", "1;a\n", "0\r\nX: y\n", "0\r\n\n", "0\r\nX\0"})
  void areRefusedIfTheirChunksAreMalformed(String chunks) {
    isRefused(400, CHUNKED + chunks);
  }

  @Test
  void areRefusedIfTheirChunksCarryTooMuchThatIsNoContent() {
    isRefused(400, CHUNKED + "1;" + "a".repeat(300));
    isRefused(400, CHUNKED + "0\r\nX: " + "a".repeat(5_000));
    isRefused(400, CHUNKED + "0\r\n" + "X: y\r\n".repeat(2_000));
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

  /** The head and the content of a request, however that is chunked. */
  private static String unchunked(String request) {
    if (!request.contains("Transfer-Encoding")) return request;
    var at = request.indexOf("\r\n\r\n") + 4;
    var whole = new StringBuilder(request.substring(0, at));
    while (true) {
      var line = request.substring(at, request.indexOf("\r\n", at));
      var size = Integer.parseInt(line.split(";")[0], 16);
      if (size == 0) return whole.toString();
      at += line.length() + 2;
      whole.append(request, at, at + size);
      at += size + 2;
    }
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
