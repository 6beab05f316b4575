package coordbfaas.program;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.outside.Eventually;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * Clients of a proxy that run one script after another, every fourth a long one, and keep what they were told. What they may
 * be told is that a run ended well, or that there was none: by a coordinator's 503, or by the proxy's own 502.
 */
final class Traffic implements AutoCloseable {
  /** A run that ended well, and how long its client saw it under way. */
  private record Run(String coordinator, Instant began, Instant ended) {}

  private static final Duration LONG = Duration.ofSeconds(2);
  private static final Duration SHORT = Duration.ofMillis(50);
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Client proxy;
  private final List<Thread> clients;
  private final List<Run> runs = new CopyOnWriteArrayList<>();
  private final Map<String, Integer> longRunsBegun = new ConcurrentHashMap<>();
  private final Map<String, Integer> counts = new ConcurrentSkipListMap<>();
  private final List<String> failures = new CopyOnWriteArrayList<>();
  private volatile boolean over;

  Traffic(int clients, InetSocketAddress proxy) {
    this.proxy = new Client(proxy);
    this.clients = IntStream.range(0, clients)
        .mapToObj(number -> Thread.ofPlatform().daemon().start(() -> runScripts(number))).toList();
  }

  private void runScripts(int client) {
    for (var round = 0; !over; round++) {
      var word = "c" + client + "r" + round;
      try {
        runScript(word, (client + round) % 4 == 0 ? LONG : SHORT);
      } catch (RuntimeException | AssertionError failure) {
        failures.add(Instant.now() + " " + word + " " + failure);
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  private void runScript(String word, Duration time) {
    var answer = proxy.run("echo begins; sleep " + time.toMillis() / 1000.0 + "; echo " + word);
    switch (answer.status()) {
      case 200 -> isServed(answer, word, time);
      case 503 -> isRefused("503", answer.problem(503).path("detail").asText());
      case 502 -> isRefused("502", ofTheProxy(answer.body()));
      default -> throw new AssertionError("status " + answer.status() + " " + answer.body());
    }
  }

  private void isServed(Answer answer, String word, Duration time) {
    var began = Instant.now();
    var coordinator = answer.header("Coord").orElseThrow();
    if (time.equals(LONG)) longRunsBegun.merge(coordinator, 1, Integer::sum);
    var outcome = answer.outcome();
    assertThat(outcome.exit().toString()).contains("\"code\":0,\"reason\":\"exited\"");
    assertThat(outcome.stdout()).isEqualTo("begins\n" + word + "\n");
    assertThat(outcome.stderr()).isEmpty();
    counts.merge("200", 1, Integer::sum);
    runs.add(new Run(coordinator, began, Instant.now()));
  }

  private static String ofTheProxy(String body) {
    assertThat(body).contains("<center>nginx");
    return "Bad Gateway";
  }

  private void isRefused(String status, String why) {
    counts.merge(status + " " + why, 1, Integer::sum);
    LockSupport.parkNanos(PAUSE.toNanos());
  }

  /** Waits until a coordinator has begun a run that is far from its end. */
  void isInTheMidstOfARunOf(Member coordinator) {
    var before = longRunsBegun.getOrDefault(coordinator.pool(), 0);
    Eventually.within(PATIENCE, coordinator.pool() + " begins a long run", () ->
        longRunsBegun.getOrDefault(coordinator.pool(), 0) > before);
  }

  /** Waits until a coordinator has run that many more scripts than now. */
  void isServedBy(Member coordinator, int more) {
    var goal = servedBy(coordinator) + more;
    Eventually.within(PATIENCE, coordinator.pool() + " has served " + more + " more", () -> servedBy(coordinator) >= goal);
  }

  private long servedBy(Member coordinator) {
    return runs.stream().filter(run -> run.coordinator().equals(coordinator.pool())).count();
  }

  /** Goes on until an instant. */
  void goesOnUntil(Instant end) {
    Eventually.within(Duration.between(Instant.now(), end).plus(PATIENCE), "the time is over", () -> Instant.now().isAfter(end));
  }

  /** How many runs of a coordinator were under way at an instant, and ended well after it. */
  int across(Member coordinator, Instant instant) {
    return (int) runs.stream().filter(run -> run.coordinator().equals(coordinator.pool()))
        .filter(run -> run.began().isBefore(instant) && run.ended().isAfter(instant)).count();
  }

  /** What was told, and how often. */
  Map<String, Integer> counts() {
    return Map.copyOf(counts);
  }

  /** What was told that may not be. */
  List<String> failures() {
    return failures;
  }

  /** Ends when the scripts that are under way have; each of them must. */
  @Override
  public void close() {
    over = true;
    for (var client : clients)
      if (!Eventually.ended(client, PATIENCE)) failures.add("a client waits for the end of its answer");
  }
}
