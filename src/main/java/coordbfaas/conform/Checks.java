package coordbfaas.conform;

import java.util.List;
import java.util.stream.Stream;

/** All checks, theme by theme. */
final class Checks {
  private Checks() {}

  static List<Check> all() {
    return Stream.of(
            StreamChecks.all(), ExitChecks.all(), OutputChecks.all(), CharacterChecks.all(), DeadlineChecks.all(),
            ScriptChecks.all(), JsonChecks.all(), RefusalChecks.all(), RawChecks.all(), DocumentChecks.all(),
            StatusChecks.all(), HttpChecks.all(), MalformedHttpChecks.all(), IsolationChecks.all(), ClientChecks.all())
        .flatMap(List::stream).toList();
  }
}
