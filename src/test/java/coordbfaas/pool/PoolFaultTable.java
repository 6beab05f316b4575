package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.pool.ScriptedWire.Verb;
import coordbfaas.settings.GoDuration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** The table of docs/pool.md: what a pool does when a call goes wrong, and how soon it is whole again. */
final class PoolFaultTable {
  private static final Path DOCUMENT = Path.of("docs/pool.md");
  private static final Pattern TEST = Pattern.compile("`(\\w+)#(\\w+)`");

  /** What a pool asks of the Machines API. */
  enum Action {
    LIST, CREATE, GET, START, STOP, SUSPEND, WAIT, DESTROY, LEASE, ACQUIRE, REFRESH, RELEASE;

    static boolean isOf(Verb verb) {
      return verb != Verb.HEALTH;
    }

    static Action of(Verb verb) {
      return verb.name().startsWith("AWAIT") ? WAIT : valueOf(verb.name());
    }

    /** The calls that ask for it: a wait goes wrong in another way for each state that is awaited. */
    List<Verb> verbs() {
      return Stream.of(Verb.values()).filter(verb -> isOf(verb) && of(verb) == this).toList();
    }
  }

  /** What goes wrong. */
  enum Fault {
    /** Not carried out, or much later, and no answer. */
    LOST_BEFORE,
    /** Carried out, and no answer. */
    LOST_AFTER,
    /** An error of the API's own instead of the work. */
    ERROR_BEFORE,
    /** An error of the API's own after the work. */
    ERROR_AFTER,
    RATE_429,
    NO_CONNECTION,
    /** The API does not know what is there. */
    UNKNOWN_404,
    /** The machine was destroyed by somebody. */
    GONE,
    LATE_408,
    NOT_YET_412,
    /** Somebody takes the machine's lease, for half a minute. */
    LEASE_409,
    /** A machine of an earlier instance has the name. */
    NAME_409,
    QUOTA_403,
    NO_HOST_422,
    /** All calls of this kind are carried out, and none is answered. */
    SILENT_MINUTE;

    boolean canHappenTo(Action action) {
      return switch (this) {
        case GONE      -> action != Action.LIST && action != Action.CREATE;
        case LEASE_409 -> EnumSet.of(Action.START, Action.STOP, Action.SUSPEND, Action.DESTROY, Action.ACQUIRE, Action.REFRESH,
            Action.RELEASE).contains(action);
        case NAME_409  -> action == Action.CREATE;
        case LATE_408  -> action == Action.WAIT; // of anything else it says as little as no answer
        default        -> true;
      };
    }
  }

  /** One fault of one action. */
  record Case(Action action, Fault fault, Duration wholeWithin) {
    @Override
    public String toString() {
      return (action + ": " + fault).toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  private PoolFaultTable() {}

  /** Every fault of every action; one that has no row or two is told. */
  static List<Case> read() {
    var cases = new ArrayList<Case>();
    for (var row : rows())
      for (var fault : named(Fault.class, row.get(1)))
        for (var action : actions(row.getFirst(), fault)) cases.add(new Case(action, fault, GoDuration.parse(row.get(3))));
    assertThat(cases).extracting(told -> told.action() + " " + told.fault()).containsExactlyInAnyOrderElementsOf(all());
    return cases;
  }

  private static List<String> all() {
    return Stream.of(Fault.values()).flatMap(fault -> Stream.of(Action.values()).filter(fault::canHappenTo)
        .map(action -> action + " " + fault)).toList();
  }

  /** Those that a cell names; "others" are the ones that no other row has for the fault. */
  private static Set<Action> actions(String cell, Fault fault) {
    if (!cell.equals("others")) return named(Action.class, cell);
    var others = EnumSet.allOf(Action.class);
    others.removeIf(action -> !fault.canHappenTo(action));
    for (var row : rows())
      if (!row.getFirst().equals("others") && named(Fault.class, row.get(1)).contains(fault))
        others.removeAll(named(Action.class, row.getFirst()));
    return others;
  }

  private static <E extends Enum<E>> Set<E> named(Class<E> type, String cell) {
    var named = EnumSet.noneOf(type);
    for (var word : cell.split(", *")) named.add(Enum.valueOf(type, word.strip().toUpperCase(Locale.ROOT).replace(' ', '_')));
    return named;
  }

  /** The tests that the last column names. */
  static Stream<Arguments> tests() {
    return rows().stream().flatMap(row -> TEST.matcher(row.getLast()).results())
        .map(test -> Arguments.of(test.group(1), test.group(2)));
  }

  /** The cells of the table with the column "Whole within". */
  private static List<List<String>> rows() {
    try {
      var lines = Files.readAllLines(DOCUMENT).stream().dropWhile(line -> !line.contains("| Whole within |")).skip(2);
      return lines.takeWhile(line -> line.startsWith("|"))
          .map(line -> Arrays.stream(line.substring(1).split("\\|")).map(String::strip).toList()).toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
