package coordbfaas.localfly;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A command line of names and whole numbers: {@code --port 4280 --stop-ms 500}. */
final class Arguments {
  private static final Set<String> KNOWN =
      Set.of("--port", "--flycast-port", "--create-ms", "--start-ms", "--stop-ms", "--stop-window-ms");

  // A day, far beyond any delay that is worth simulating.
  private static final int NUMBER_MAX = 86_400_000;

  private final Map<String, Integer> given = new HashMap<>();

  Arguments(List<String> arguments) {
    for (var i = 0; i < arguments.size(); i += 2) {
      var name = arguments.get(i);
      if (!KNOWN.contains(name)) throw malformed(name, "unknown", "one of " + String.join(" ", KNOWN.stream().sorted().toList()));
      var value = i + 1 < arguments.size() ? arguments.get(i + 1) : "missing";
      if (given.put(name, parsed(name, value)) != null) throw malformed(name, value, "given once");
    }
  }

  int number(String name, int otherwise) {
    return given.getOrDefault(name, otherwise);
  }

  Duration millis(String name) {
    return Duration.ofMillis(number(name, 0));
  }

  private static int parsed(String name, String value) {
    if (!value.matches("\\d{1,8}") || Integer.parseInt(value) > NUMBER_MAX)
      throw malformed(name, value, "a whole number from 0 to " + NUMBER_MAX);
    return Integer.parseInt(value);
  }

  private static IllegalArgumentException malformed(String name, String value, String expected) {
    return new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
  }
}
