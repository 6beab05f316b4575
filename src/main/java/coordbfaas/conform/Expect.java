package coordbfaas.conform;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/** What checks say; each throws a {@link Mismatch} if it is not so. */
final class Expect {
  private Expect() {}

  static void holds(boolean fact, String expected, String seen) {
    if (!fact) throw new Mismatch(expected, seen);
  }

  static void equal(String what, Object expected, Object seen) {
    holds(expected.equals(seen), what + " " + expected, String.valueOf(seen));
  }

  static void text(String what, String expected, byte[] seen) {
    bytes(what, expected.getBytes(StandardCharsets.UTF_8), seen);
  }

  /** The same bytes; long ones are told by their lengths and their first difference. */
  static void bytes(String what, byte[] expected, byte[] seen) {
    var at = Arrays.mismatch(expected, seen);
    if (at < 0) return;
    if (expected.length <= 60) throw new Mismatch(what + " " + Excerpt.of(expected), Excerpt.of(seen));
    throw new Mismatch(what + " of " + expected.length + " bytes", seen.length + " bytes, the first difference at byte " + at);
  }

  /** No longer than nominal and the patience that the terms allow. */
  static void within(Duration nominal, Terms terms, String what, long nanos) {
    var limit = nominal.plus(terms.patience());
    holds(nanos <= limit.toNanos(), what + " within " + limit.toMillis() + " ms", "it after " + nanos / 1_000_000 + " ms");
  }

  static void notBefore(Duration least, String what, long nanos) {
    holds(nanos >= least.toNanos(), what + " not before " + least.toMillis() + " ms", "it after " + nanos / 1_000_000 + " ms");
  }

  /** An error answer as RFC 9457 has it. */
  static void problem(int status, Answer answer) throws IOException {
    equal("status", status, answer.status());
    equal("content type", "application/problem+json", answer.mediaType());
    var problem = Json.object("a problem document", answer.whole());
    holds(problem.path("title").isTextual() && !problem.path("title").textValue().isBlank(), "a title", problem.toString());
    equal("the problem's status", Integer.toString(status), problem.path("status").toString());
  }

  /** An end of a run by its code and reason, as the exit event and the document tell it. */
  static void end(int code, String reason, JsonNode exit) {
    var seen = exit.path("code") + " " + exit.path("reason").asText();
    equal("exit", code + " " + reason, seen);
  }
}
