package coordbfaas.settings;

import com.typesafe.config.Config;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Reads settings and gathers every problem, so that whoever starts the program sees all of them at once.
 *
 * <p>A getter that finds a problem notes it and returns a stand-in; what was read may be used only after {@link #check}.
 * Keys are relative to {@code coordbfaas} in {@code application.conf}; the variable is the environment's name for the key.
 */
public final class SettingsReader {
  // Not by URI.getHost, which knows no host with an underscore: _api.internal is Fly's own.
  private static final Pattern BASE_URL =
      Pattern.compile("http://(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(?::(?<port>\\d{1,5}))?/?");

  private final Config config;
  private final List<String> problems = new ArrayList<>();

  public SettingsReader(Config config) {
    this.config = config.getConfig("coordbfaas");
  }

  /** A duration of at least {@code min} and at most {@code max}. */
  public Duration duration(String key, String variable, Duration min, Duration max) {
    var expected = "a duration from %s to %s, such as 500ms, 1.5s or 1m30s"
        .formatted(GoDuration.format(min), GoDuration.format(max));
    return parsed(key, variable, expected, min,
        text -> within(GoDuration.parse(text), min, max));
  }

  /** A whole number from {@code min} to {@code max}. */
  public int integer(String key, String variable, int min, int max) {
    return parsed(key, variable, "a whole number from " + min + " to " + max, min,
        text -> within(Integer.valueOf(text), min, max));
  }

  /** A size in bytes from {@code min} to {@code max}. */
  public long bytes(String key, String variable, long min, long max) {
    return parsed(key, variable, ByteSize.EXPECTED + ", from " + min + " to " + max + " bytes", min,
        text -> within(ByteSize.parse(text), min, max));
  }

  /** A base URL with the scheme {@code http} and a host; a slash at its end is dropped. */
  public URI baseUrl(String key, String variable) {
    return parsed(key, variable, "a URL such as http://host:4280", URI.create("http://localhost"), text -> {
      var url = BASE_URL.matcher(text);
      if (!url.matches() || url.group("port") != null && Integer.parseInt(url.group("port")) > 65_535)
        throw new IllegalArgumentException();
      return URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
    });
  }

  /** One of a few words. */
  public String oneOf(String key, String variable, List<String> words) {
    return parsed(key, variable, String.join(" or ", words), words.getFirst(), text -> {
      if (!words.contains(text)) throw new IllegalArgumentException();
      return text;
    });
  }

  /** One of an enum's constants, in lower case. */
  public <E extends Enum<E>> E oneOf(String key, String variable, Class<E> type) {
    var words = Arrays.stream(type.getEnumConstants()).map(constant -> constant.name().toLowerCase(Locale.ROOT)).toList();
    return Enum.valueOf(type, oneOf(key, variable, words).toUpperCase(Locale.ROOT));
  }

  /** Holds what the logging itself has read already, from the same variable. */
  public void logFormat() {
    oneOf("log.format", "LOG_FORMAT", List.of("text", "json"));
  }

  /** A text that must be there and not be empty. */
  public String text(String key, String variable, String expected) {
    return parsed(key, variable, expected, "", text -> text);
  }

  /** A text that may be missing; empty counts as missing. */
  public Optional<String> optionalText(String key) {
    return value(key);
  }

  /** Whatever {@code parse} makes of a value that must be there; its {@link IllegalArgumentException} becomes a problem. */
  public <T> T parsed(String key, String variable, String expected, T standIn, Function<String, T> parse) {
    return read(key, variable, expected, standIn, parse, value -> value);
  }

  /** As {@link #parsed}, of a value that no message may show. */
  public <T> Optional<T> secret(String key, String variable, String expected, Function<String, T> parse) {
    return read(key, variable, expected, Optional.empty(), parse.andThen(Optional::of), value -> "(hidden)");
  }

  /** Notes a problem unless {@code holds}. */
  public void require(boolean holds, String variable, String value, String expected) {
    if (!holds) problem(variable, value, expected);
  }

  /** Makes a settings record, whose constructor checks across keys, unless its parts are known to be broken already. */
  public <T> Optional<T> build(Supplier<T> record) {
    if (!problems.isEmpty()) return Optional.empty();
    try {
      return Optional.of(record.get());
    } catch (InvalidSettings inconsistent) {
      problems.addAll(inconsistent.problems());
      return Optional.empty();
    } catch (IllegalArgumentException inconsistent) {
      problems.add(inconsistent.getMessage());
      return Optional.empty();
    }
  }

  /**
   * Ends the reading.
   *
   * @throws InvalidSettings with every problem that was noted
   */
  public void check() {
    if (!problems.isEmpty()) throw new InvalidSettings(problems);
  }

  private <T> T read(
      String key, String variable, String expected, T standIn, Function<String, T> parse, Function<String, String> show) {
    var value = value(key);
    if (value.isEmpty()) {
      problem(variable, "missing", expected);
      return standIn;
    }
    try {
      return parse.apply(value.get());
    } catch (IllegalArgumentException malformed) {
      problem(variable, show.apply(value.get()), expected);
      return standIn;
    }
  }

  /** Notes a problem, in one line whatever the value holds. */
  private void problem(String variable, String value, String expected) {
    problems.add(variable + ": " + value.replaceAll("\\p{Cntrl}", "?") + " (expected: " + expected + ")");
  }

  private Optional<String> value(String key) {
    if (!config.hasPath(key)) return Optional.empty();
    return Optional.of(config.getString(key).strip()).filter(text -> !text.isEmpty());
  }

  private static <T extends Comparable<T>> T within(T value, T min, T max) {
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) throw new IllegalArgumentException();
    return value;
  }
}
