package coordbfaas.coord;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What the {@code Accept} headers of a request say of the two media types that a run can be told in. Read leniently: what is
 * malformed asks for nothing. Pure.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#name-accept">RFC 9110: Accept</a>
 */
final class Accepted {
  /** A media range and how much it is wanted, 0 to 1. */
  private record Range(String type, double quality) {
    static Range of(String text) {
      var parts = text.toLowerCase(Locale.ROOT).split(";", -1);
      var quality = Stream.of(parts).skip(1).map(String::strip).filter(parameter -> parameter.startsWith("q=")).findFirst();
      return new Range(parts[0].strip(), quality.map(parameter -> number(parameter.substring(2))).orElse(1.0));
    }

    private static double number(String text) {
      return text.matches("[01](\\.[0-9]{0,3})?") ? Math.min(1, Double.parseDouble(text)) : 0;
    }
  }

  private static final double ABSENT = -1;

  private final List<Range> ranges;

  private Accepted(List<Range> ranges) {
    this.ranges = ranges;
  }

  static Accepted of(Stream<String> headers) {
    return new Accepted(headers.flatMap(header -> Stream.of(header.split(","))).map(Range::of).toList());
  }

  /**
   * Whether {@code application/json} is asked for by name, and rather than {@code text/event-stream}. Of the same quality, a
   * name outdoes a wildcard, and of two names the event stream's is taken.
   */
  boolean prefersDocument() {
    var document = quality("application/json");
    var events = quality("text/event-stream");
    if (document <= 0) return false;
    return events == ABSENT ? document >= anyText() : document > events;
  }

  private double anyText() {
    var text = quality("text/*");
    return text == ABSENT ? quality("*/*") : text;
  }

  private double quality(String type) {
    return ranges.stream().filter(range -> range.type().equals(type)).mapToDouble(Range::quality).max().orElse(ABSENT);
  }
}
