package coordbfaas.localfly;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** A command line of names and values, {@code --port 4280 --stop-ms 500}, whose problems are gathered. */
final class Arguments {
  private static final Set<String> REPEATED = Set.of("--fault", "--open");

  private static final int PORT_MAX = 65_535;

  // A day, far beyond any delay that is worth simulating.
  private static final int DELAY_MS_MAX = 86_400_000;

  private final Map<String, List<String>> given = new LinkedHashMap<>();
  private final Set<String> asked = new TreeSet<>();
  private final List<String> problems = new ArrayList<>();

  Arguments(List<String> arguments) {
    for (var i = 0; i < arguments.size(); i += 2) {
      var values = given.computeIfAbsent(arguments.get(i), name -> new ArrayList<>());
      values.add(i + 1 < arguments.size() ? arguments.get(i + 1) : "missing");
    }
  }

  /** A port, or 0. */
  int port(String name, int otherwise) {
    return number(name, otherwise, PORT_MAX);
  }

  /** A number of milliseconds. */
  Duration millis(String name, Duration otherwise) {
    return Duration.ofMillis(number(name, Math.toIntExact(otherwise.toMillis()), DELAY_MS_MAX));
  }

  private int number(String name, int otherwise, int most) {
    return one(name, otherwise, text -> {
      if (!text.matches("\\d{1,8}") || Integer.parseInt(text) > most)
        throw malformed(name, text, "a whole number from 0 to " + most);
      return Integer.valueOf(text);
    });
  }

  boolean onOrOff(String name, boolean otherwise) {
    return one(name, otherwise, text -> {
      if (!text.equals("on") && !text.equals("off")) throw malformed(name, text, "on or off");
      return text.equals("on");
    });
  }

  private <T> T one(String name, T otherwise, Function<String, T> parse) {
    return each(name, parse).stream().findFirst().orElse(otherwise);
  }

  /** What was given under a name, as often as it was. */
  <T> List<T> each(String name, Function<String, T> parse) {
    asked.add(name);
    var values = given.getOrDefault(name, List.of());
    if (values.size() > 1 && !REPEATED.contains(name)) problem(malformed(name, values.get(1), "given once"));
    var parsed = new ArrayList<T>();
    for (var value : values) {
      try {
        parsed.add(parse.apply(value));
      } catch (IllegalArgumentException malformed) {
        problem(malformed);
      }
    }
    return parsed;
  }

  private void problem(IllegalArgumentException malformed) {
    problems.add(malformed.getMessage());
  }

  /**
   * Ends the reading; what was given and never asked for is unknown.
   *
   * @throws IllegalArgumentException with every problem, one a line: argument, value, what was expected
   */
  void check() {
    given.keySet().stream().filter(name -> !asked.contains(name))
        .forEach(name -> problem(malformed(name, "unknown", "one of " + String.join(" ", asked))));
    if (!problems.isEmpty()) throw new IllegalArgumentException(String.join("\n", problems));
  }

  private static IllegalArgumentException malformed(String name, String value, String expected) {
    return new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
  }
}
