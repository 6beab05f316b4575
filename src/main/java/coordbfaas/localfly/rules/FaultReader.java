package coordbfaas.localfly.rules;

import coordbfaas.localfly.rules.Fault.Loss;
import coordbfaas.localfly.rules.Fault.Span;
import coordbfaas.settings.GoDuration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Reads faults as people write them: the actions, then what happens to their calls.
 *
 * <pre>
 *  start still-active times=3                             the next three starts are answered as if the stop were too near
 *  create,start no-capacity for=10s                       none is made or started for ten seconds
 *  any status=502 chance=0.1 text=bad gateway             one call in ten fails; a text goes on to the end
 *  stop on=3d8d9a lost=late arrives=5s times=1            the caller is cut off at once, the machine stops five seconds later
 *  lease-acquire lost=after                               carried out, but never answered
 *  get,list answers=100ms..2s                             slow
 * </pre>
 *
 * <p>Actions are those of {@link Action}, a family of them ({@code lease}, {@code metadata}), {@code changing} or {@code any}.
 */
public final class FaultReader {
  private static final Set<String> FIELDS =
      Set.of("on", "times", "chance", "for", "arrives", "answers", "lost", "status", "retry-after", "text");
  private static final String SILENT = "silent";
  private static final Duration TIME_MAX = Duration.ofHours(1);
  private static final String TIME = "a duration from 0 to 1h, such as 500ms or 1m30s";

  private final Map<String, String> fields = new LinkedHashMap<>();
  private final Set<String> flags = new LinkedHashSet<>();

  private FaultReader() {}

  /** @throws IllegalArgumentException that names what is wrong and what was expected */
  public static Fault parse(String text) {
    var clean = text.strip();
    var words = words(clean);
    var reader = new FaultReader();
    words.stream().skip(1).forEach(reader::word);
    var calls = new Fault.Calls(actions(words.getFirst()), Optional.ofNullable(reader.fields.get("on")));
    return new Fault(clean, calls, reader.limits(), reader.harm());
  }

  /** Split at spaces; a text, which may hold some, is the last one. */
  private static List<String> words(String text) {
    var at = text.indexOf(" text=");
    var words = new ArrayList<>(List.of((at < 0 ? text : text.substring(0, at)).split("\\s+")));
    if (at >= 0) words.add(text.substring(at + 1));
    return words;
  }

  private void word(String word) {
    var equals = word.indexOf('=');
    var name = equals < 0 ? word : word.substring(0, equals);
    if (equals >= 0 && !FIELDS.contains(name) || equals < 0 && !isFlag(word))
      throw malformed(word, "one of " + String.join(" ", FIELDS.stream().sorted().map(field -> field + "=…").toList())
          + " " + String.join(" ", flagNames()));
    var isNew = equals < 0 ? flags.add(word) : fields.put(name, word.substring(equals + 1)) == null;
    if (!isNew) throw malformed(word, name + " once");
  }

  private static boolean isFlag(String word) {
    return flagNames().contains(word);
  }

  private static List<String> flagNames() {
    return Stream.concat(Stream.of(SILENT), Stream.of(Complaint.Known.values()).map(FaultReader::kebab)).toList();
  }

  private static Set<Action> actions(String words) {
    var actions = EnumSet.noneOf(Action.class);
    for (var word : words.split(",")) actions.addAll(actionsOf(word));
    return actions;
  }

  private static List<Action> actionsOf(String word) {
    var actions = Stream.of(Action.values()).filter(action -> isNamed(action, word)).toList();
    if (actions.isEmpty()) throw malformed(word, "any, changing, lease, metadata or one of "
        + String.join(" ", Stream.of(Action.values()).map(FaultReader::kebab).toList()));
    return actions;
  }

  private static boolean isNamed(Action action, String word) {
    return word.equals("any") || word.equals("changing") && !action.isRead()
        || kebab(action).equals(word) || kebab(action).startsWith(word + "-");
  }

  private static String kebab(Enum<?> name) {
    return name.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private Fault.Limits limits() {
    var times = field("times", "a whole number from 1", text -> positive(Integer.parseInt(text)));
    var chance = field("chance", "a number above 0, at most 1", FaultReader::chance);
    return new Fault.Limits(times, chance.orElse(1.0), field("for", TIME, FaultReader::time));
  }

  private Fault.Harm harm() {
    var loss = field("lost", "before, late or after", FaultReader::loss);
    if (loss.isEmpty() && flags.contains(SILENT)) throw malformed(SILENT, "lost=before, lost=late or lost=after with it");
    var retryAfter = field("retry-after", TIME, FaultReader::time);
    var complaint = complaint();
    if (retryAfter.isPresent() && complaint.isEmpty()) throw malformed("retry-after", "a status with it");
    return new Fault.Harm(span("arrives"), complaint, retryAfter, span("answers"), loss, flags.contains(SILENT));
  }

  private Optional<Complaint> complaint() {
    var known = Stream.of(Complaint.Known.values()).filter(one -> flags.contains(kebab(one))).toList();
    var status = field("status", "a status from 400 to 599", FaultReader::status);
    if (known.size() + status.stream().count() > 1) throw malformed(String.join(" ", flags), "one status");
    var text = fields.get("text");
    if (text != null && status.isEmpty()) throw malformed("text", "status=… with it");
    return status.<Complaint>map(number -> new Complaint.Said(number, text == null ? "fault" : text))
        .or(() -> known.stream().findFirst());
  }

  private Span span(String name) {
    return field(name, "a duration, or two as 0s..2s, from 0 to 1h", text -> {
      var dots = text.indexOf("..");
      return dots < 0 ? new Span(time(text), time(text)) : ordered(time(text.substring(0, dots)), time(text.substring(dots + 2)));
    }).orElse(Span.NONE);
  }

  private static Span ordered(Duration min, Duration max) {
    if (min.compareTo(max) > 0) throw new IllegalArgumentException();
    return new Span(min, max);
  }

  private static Duration time(String text) {
    var time = GoDuration.parse(text);
    if (time.isNegative() || time.compareTo(TIME_MAX) > 0) throw new IllegalArgumentException();
    return time;
  }

  private static int positive(int number) {
    if (number < 1) throw new IllegalArgumentException();
    return number;
  }

  private static double chance(String text) {
    var chance = Double.parseDouble(text);
    if (!(chance > 0 && chance <= 1)) throw new IllegalArgumentException();
    return chance;
  }

  private static int status(String text) {
    if (!text.matches("[45]\\d\\d")) throw new IllegalArgumentException();
    return Integer.parseInt(text);
  }

  private static Loss loss(String text) {
    if (!text.equals(text.toLowerCase(Locale.ROOT))) throw new IllegalArgumentException();
    return Loss.valueOf(text.toUpperCase(Locale.ROOT));
  }

  private <T> Optional<T> field(String name, String expected, Function<String, T> parse) {
    var text = fields.get(name);
    if (text == null) return Optional.empty();
    try {
      return Optional.of(parse.apply(text));
    } catch (IllegalArgumentException malformed) {
      throw malformed(name + "=" + text, expected);
    }
  }

  private static IllegalArgumentException malformed(String what, String expected) {
    return new IllegalArgumentException("fault: " + what.replaceAll("\\p{Cntrl}", "?") + " (expected: " + expected + ")");
  }
}
