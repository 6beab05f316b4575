package coordbfaas.pool;

import coordbfaas.story.StoryTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What happened in a story, one line for each event, if anybody wants to know. */
final class SimTrace {
  private final StoryTime time;
  private final boolean kept;
  private final List<String> lines = new ArrayList<>();
  private Optional<SimPool> about = Optional.empty();

  SimTrace(StoryTime time, boolean kept) {
    this.time = time;
    this.kept = kept;
  }

  boolean isKept() {
    return kept;
  }

  void note(Supplier<String> line) {
    if (kept) lines.add(String.format("%9.3f %s", time.passed().toNanos() / 1e9, line.get()));
  }

  /** What is noted from now on is this pool's doing. */
  void isAbout(SimPool pool) {
    if (kept) about = Optional.of(pool);
  }

  void isAboutNobody() {
    about = Optional.empty();
  }

  /** Whose doing it is what happens. */
  String whose() {
    return about.map(SimPool::toString).orElse("-");
  }

  List<String> lines() {
    return List.copyOf(lines);
  }
}
