package coordbfaas.machines;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.settings.GoDuration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The table of {@code faults.txt}: for each story of attempts, what comes of each call. */
final class FaultTable {
  /** The calls of the table. */
  enum Action { LIST, CREATE, GET, START, STOP, SUSPEND, WAIT, DESTROY, LEASE, ACQUIRE, REFRESH, RELEASE }

  /**
   * One call of one story.
   *
   * @param story what becomes of the attempts
   * @param forEver whether the last one's fate goes on
   * @param attempts how many are expected
   */
  record Case(List<String> story, boolean forEver, Action action, String result, int attempts, Duration time) {
    @Override
    public String toString() {
      return "%s: %s%s".formatted(action, String.join("; ", story), forEver ? "; ..." : "");
    }
  }

  private record Line(String story, String calls, String result, int attempts, Duration time) {}

  private FaultTable() {}

  /** Every call of every story; whoever forgot one is told. */
  static List<Case> read() {
    var stories = new LinkedHashMap<String, List<Line>>();
    lines().forEach(line -> stories.computeIfAbsent(line.story(), any -> new ArrayList<>()).add(line));
    var cases = new ArrayList<Case>();
    stories.forEach((story, lines) -> cases.addAll(cases(story, lines)));
    return cases;
  }

  private static List<Case> cases(String story, List<Line> lines) {
    var attempts = new ArrayList<>(Arrays.stream(story.split(";")).map(String::strip).toList());
    var forEver = attempts.removeIf("..."::equals);
    var named = EnumSet.noneOf(Action.class);
    for (var line : lines) for (var action : named(line))
      assertThat(named.add(action)).as("%s: %s has two lines", story, action).isTrue();
    var others = EnumSet.complementOf(named);
    var cases = new ArrayList<Case>();
    for (var line : lines) for (var action : line.calls().equals("others") ? others : named(line))
      cases.add(new Case(attempts, forEver, action, line.result(), line.attempts(), line.time()));
    assertThat(cases).as("calls of: %s", story).extracting(Case::action).containsExactlyInAnyOrder(Action.values());
    return cases;
  }

  private static Set<Action> named(Line line) {
    var named = EnumSet.noneOf(Action.class);
    if (!line.calls().equals("others"))
      for (var word : line.calls().split(" +")) named.add(Action.valueOf(word.toUpperCase(Locale.ROOT)));
    return named;
  }

  private static List<Line> lines() {
    var lines = new ArrayList<Line>();
    for (var text : text().lines().filter(line -> !line.isBlank() && !line.startsWith("#")).skip(1).toList()) {
      var cells = Arrays.stream(text.split("\\|")).map(String::strip).toList();
      var story = cells.getFirst().isEmpty() ? lines.getLast().story() : cells.getFirst();
      lines.add(new Line(
          story, cells.get(1), cells.get(2), Integer.parseInt(cells.get(3)), GoDuration.parse(cells.get(4))));
    }
    return lines;
  }

  private static String text() {
    try (var file = FaultTable.class.getResourceAsStream("faults.txt")) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }
}
