package coordbfaas.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Makes one line of an answer that is no run: of {@code application/problem+json} what it says, of any other its status. */
final class Refusal {
  private static final int PROBLEM_BYTES_MAX = 64 * 1024;
  private static final int LINE_CHARACTERS_MAX = 500;

  private Refusal() {}

  /** The failure that the answer means. */
  static RunFailure of(ServerAnswer answer) {
    var problem = problem(answer);
    var title = problem.getOrDefault("title", answer.reason());
    var line = new StringBuilder("refused: " + answer.status());
    if (!title.isBlank()) line.append(' ').append(title);
    if (problem.containsKey("detail")) line.append(": ").append(problem.get("detail"));
    if (answer.status() / 100 == 3) answer.header("location").ifPresent(place -> line.append(", to ").append(place));
    answer.header("retry-after").ifPresent(when -> line.append(" (Retry-After: ").append(when).append(')'));
    return new RunFailure(exitCode(answer.status()), printable(line.toString()));
  }

  static int exitCode(int status) {
    return switch (status) {
      case 429, 503 -> ExitCode.LATER;
      case 504 -> ExitCode.DEADLINE;
      default -> status >= 500 ? ExitCode.UNAVAILABLE : ExitCode.REFUSED;
    };
  }

  private static Map<String, String> problem(ServerAnswer answer) {
    var members = new HashMap<String, String>();
    if (!answer.isOf("application/problem+json")) return members;
    try (var json = new JsonFactory().createParser(answer.body().readNBytes(PROBLEM_BYTES_MAX))) {
      if (json.nextToken() != JsonToken.START_OBJECT) return members;
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        var name = json.currentName();
        if (json.nextToken() == JsonToken.VALUE_STRING) members.put(name, json.getText());
        else json.skipChildren();
      }
    } catch (IOException malformed) {
      // what was read of it is as good as any
    }
    return members;
  }

  /** A terminal obeys control characters, and the server need not be a friend. */
  private static String printable(String text) {
    var line = text.strip().replaceAll("\\p{Cntrl}+|\\p{Cf}+", " ");
    return line.length() <= LINE_CHARACTERS_MAX ? line : line.substring(0, LINE_CHARACTERS_MAX) + "…";
  }
}
