package coordbfaas.localfly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coordbfaas.http.RefusedRequest;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An answer that is passed on")
class PassedAnswerTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nWorker: 1\r\n";
  private static final List<String> WHOLE = List.of(
      OK + "Content-Length: 5\r\n\r\n12345",
      OK + "Transfer-Encoding: chunked\r\n\r\n5\r\n\r\n\r\n\n\r\n0\r\n\r\n",
      OK + "transfer-encoding:chunked\r\n\r\n0\r\nExit-Code: 0\r\n\r\n",
      "HTTP/1.1 204 \r\n\r\n");

  private static PassedAnswer read(String text, int pieceBytes) {
    var answer = new PassedAnswer(false);
    for (var at = 0; at < text.length(); at += pieceBytes)
      answer.read(ByteString.fromString(text.substring(at, Math.min(text.length(), at + pieceBytes))));
    return answer;
  }

  @Test
  void isOverAtItsLastByteAndNotBefore() {
    for (var text : WHOLE) {
      for (var pieceBytes : List.of(1, 2, 7, 1000)) {
        assertThat(read(text, pieceBytes).isOver()).as(text).isTrue();
        assertThat(read(text.substring(0, text.length() - 1), pieceBytes).isWhole()).as(text).isFalse();
      }
    }
  }

  @Test
  void thatNamesNoLengthIsWholeWhenItsConnectionEnds() {
    var answer = read(OK + "\r\nanything", 3);
    assertThat(answer.isOver()).isFalse();
    assertThat(answer.isWhole()).isTrue();
  }

  @Test
  void toAHeadHasNoBody() {
    var answer = new PassedAnswer(true);
    answer.read(ByteString.fromString(OK + "Content-Length: 5\r\n\r\n"));
    assertThat(answer.isOver()).isTrue();
  }

  @Test
  void tellsItsStatusWithItsFirstLine() {
    assertThat(read("HTTP/1.1 50", 4).status()).isEmpty();
    assertThat(read("HTTP/1.1 503 Service", 4).status()).hasValue(503);
  }

  @Test
  void thatIsNoneIsRefused() {
    for (var text : List.of("nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx", "x".repeat(70_000)))
      assertThatThrownBy(() -> read(text, 1000)).isInstanceOf(RefusedRequest.class);
  }
}
