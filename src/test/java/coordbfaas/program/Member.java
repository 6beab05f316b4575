package coordbfaas.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A coordinator of a cluster, through all its processes. */
final class Member implements AutoCloseable {
  private static final Pattern TRANSITION =
      Pattern.compile("(?<at>\\S+) INFO +WorkerMachine \\[(?<name>\\S+)] transition (?<transition>from=.*)");

  private final String pool;
  private final Map<String, String> variables;
  private final List<BfaasProcess> processes = new CopyOnWriteArrayList<>();

  Member(String pool, Map<String, String> variables) {
    this.pool = pool;
    this.variables = new HashMap<>(variables);
    start();
  }

  String pool() {
    return pool;
  }

  /** Starts it again. */
  void start() {
    processes.add(BfaasProcess.start(variables, "coord"));
  }

  /** Starts it again, with these variables as they are here from now on. */
  void start(Map<String, String> changed) {
    variables.putAll(changed);
    start();
  }

  private BfaasProcess process() {
    return processes.getLast();
  }

  /** Where it serves, as soon as it does. */
  InetSocketAddress address() {
    return process().serving();
  }

  /** Where its metrics are. */
  InetSocketAddress admin() {
    return process().admin();
  }

  Client client() {
    return new Client(address());
  }

  void says(String line) {
    process().says(Pattern.compile(".*" + line + ".*"));
  }

  /** SIGKILL. */
  void kill() {
    process().kill();
    process().exitCode();
  }

  void pause() {
    Signal.STOP.to(process().handle());
  }

  void resume() {
    Signal.CONT.to(process().handle());
  }

  /** SIGTERM, and its end. */
  void terminate() {
    process().terminate();
    assertThat(process().exitCode()).as("exit code of " + pool).isZero();
  }

  /** How its machines' states changed from an instant on, by the names that begin so. */
  Map<String, List<String>> transitionsSince(Instant start, String name) {
    return process().err().stream().map(TRANSITION::matcher)
        .filter(match -> match.matches() && match.group("name").startsWith(name))
        .filter(match -> !Instant.parse(match.group("at")).isBefore(start))
        .collect(Collectors.groupingBy(match -> match.group("name"),
            Collectors.mapping(match -> match.group("transition"), Collectors.toList())));
  }

  /** What all its processes logged. */
  List<String> log() {
    return processes.stream().flatMap(process -> process.err().stream()).toList();
  }

  @Override
  public void close() {
    processes.forEach(BfaasProcess::close);
  }
}
