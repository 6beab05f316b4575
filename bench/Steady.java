import java.io.IOException;
import java.util.Map;

/**
 * Coordinators as they are after some two minutes of full load, one of every checkout, with all walls. They are started when the
 * first figure asks for them.
 */
final class Steady implements AutoCloseable {
  /** Of four clients. With fewer runs behind it a JVM still compiles: docs/performance.md tells what its age does to a run. */
  static final int WARM_UP = 15000;

  private Map<String, Program> running = Map.of();

  Map<String, Program> coordinators(Setup setup) throws IOException, InterruptedException {
    if (running.isEmpty()) {
      running = setup.coordinators(Map.of("QUEUETIME", "30s", "MAXREQTIME", "30s"));
      for (var coordinator : running.values()) RunFigures.warm(coordinator, setup.warmUp(WARM_UP));
    }
    return running;
  }

  /** Ends them, if there are any. */
  @Override
  public void close() throws InterruptedException {
    RunFigures.close(running);
    running = Map.of();
  }
}
