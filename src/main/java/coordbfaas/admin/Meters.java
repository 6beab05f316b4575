package coordbfaas.admin;

import coordbfaas.facts.ApiCalls;
import coordbfaas.facts.Fact;
import coordbfaas.facts.Fact.Condition;
import coordbfaas.facts.Fact.End;
import coordbfaas.facts.Fact.Loss;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * What is counted, for Prometheus. Every series is there from the start, so that the first of its kind is an increase; labels
 * have few values, none of which a client or a worker chooses.
 */
final class Meters {
  private static final Duration[] BUCKETS = Stream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000,
      60_000).map(Duration::ofMillis).toArray(Duration[]::new);

  private static final Duration[] CALL_BUCKETS =
      Stream.of(10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000).map(Duration::ofMillis).toArray(Duration[]::new);

  /** The statuses that the public API knows. */
  private static final List<Integer> STATUSES = List.of(200, 400, 403, 404, 405, 413, 429, 500, 502, 503, 504);

  private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<End, Counter> ends = new EnumMap<>(End.class);
  private final Map<Phase, Timer> phases = new EnumMap<>(Phase.class);
  private final Map<Condition, AtomicInteger> machines = new EnumMap<>(Condition.class);
  private final Map<Integer, Counter> answers = new HashMap<>();
  private final Map<String, Counter> calls = new HashMap<>();
  private final Map<String, Timer> callTimes = new HashMap<>();
  private final Map<Loss, Counter> leasesLost = new EnumMap<>(Loss.class);
  private final Counter otherAnswers;
  private final Counter leasesRenewed;
  private final Counter grants;
  private final Counter orphans;
  private final Counter alarms;
  private final AtomicInteger waiting;
  private final AtomicInteger apiAnswers;
  private final AtomicInteger ready;

  Meters(PoolView.About about) {
    for (var end : End.values())
      ends.put(end, end.isOfARun()
          ? counter("bfaas.runs", "Runs that ended, by why.", "reason", word(end))
          : counter("bfaas.refusals", "Accepted requests that ended without a run, by why.", "reason", word(end)));
    for (var phase : Phase.values()) phases.put(phase, timer("bfaas.phase", "How long the phases of requests and machines took.",
        "phase", phase.word(), BUCKETS));
    for (var condition : Condition.values())
      machines.put(condition, gauge("bfaas.machines", "Worker machines, by state.", "state", word(condition)));
    for (var status : STATUSES) answers.put(status, answers(Integer.toString(status)));
    otherAnswers = answers("other");
    for (var action : ApiCalls.ACTIONS) {
      callTimes.put(action, timer("bfaas.api.call", "How long attempts at calls of the Machines API took.",
          "action", action.replace(' ', '-'), CALL_BUCKETS));
      for (var status : ApiCalls.STATUSES)
        calls.put(action + status, Counter.builder("bfaas.api.calls").description("Attempts at calls of the Machines API.")
            .tags("action", action.replace(' ', '-'), "status", status).register(registry));
    }
    for (var loss : Loss.values())
      leasesLost.put(loss, counter("bfaas.leases.lost", "Leases lost: over, or taken by another.", "cause", word(loss)));
    leasesRenewed = counter("bfaas.leases.renewed", "Leases renewed.");
    grants = counter("bfaas.grants", "Machines granted to requests.");
    orphans = counter("bfaas.orphans.destroyed", "Machines destroyed whose coordinator is gone.");
    alarms = counter("bfaas.alarms", "Things that somebody should look into: see the log.");
    waiting = gauge("bfaas.waiting", "Requests that wait for a machine.");
    apiAnswers = gauge("bfaas.api.answers", "1 while the Machines API answers, 0 while calls fail at once.");
    apiAnswers.set(1);
    ready = gauge("bfaas.ready", "1 if the coordinator would serve, as /ready says.");
    gauge("bfaas.pool.size", "Most worker machines that the pool may have.").set(about.size());
    Stream.of(new JvmMemoryMetrics(), new JvmThreadMetrics(), new ClassLoaderMetrics(), new ProcessorMetrics(),
        new UptimeMetrics(), new FileDescriptorMetrics()).forEach(jvm -> jvm.bindTo(registry));
  }

  void take(Fact fact) {
    switch (fact) {
      case Fact.Answered(var status)        -> answers.getOrDefault(status, otherAnswers).increment();
      case Fact.RequestEnded ended          -> take(ended);
      case Fact.Waiting(var requests)       -> waiting.set(requests);
      case Fact.Granted granted             -> grants.increment();
      case Fact.LeaseHeld held when held.renewed() -> leasesRenewed.increment();
      case Fact.LeaseLost(var slot, var loss) -> leasesLost.get(loss).increment();
      case Fact.Alarm alarm                 -> alarms.increment();
      case Fact.OrphanDestroyed orphan      -> orphans.increment();
      case Fact.ApiCalled called            -> take(called);
      case Fact.ApiSilent silent            -> apiAnswers.set(0);
      case Fact.ApiAnswers answering        -> apiAnswers.set(1);
      case Fact.LeaseHeld begun             -> { }
      case Fact.Serving none                -> { }
      case Fact.Draining none               -> { }
      case Fact.PoolBecame none             -> { }
      case Fact.Transition none             -> { }
      case Fact.Became none                 -> { }
      case Fact.MachineTroubled none        -> { }
    }
  }

  void took(Board.Took took) {
    phases.get(took.phase()).record(took.time());
  }

  /** Takes what the board knows, after each fact. */
  void show(Board board) {
    board.counts().forEach((condition, count) -> machines.get(condition).set(count));
    ready.set(Readiness.reasonsAgainst(board).isEmpty() ? 1 : 0);
  }

  /** All of it in Prometheus' text format. */
  String scrape() {
    return registry.scrape();
  }

  void close() {
    registry.close();
  }

  private void take(Fact.RequestEnded ended) {
    ends.get(ended.end()).increment();
    phases.get(Phase.QUEUE).record(ended.queue());
    ended.firstByte().ifPresent(phases.get(Phase.FIRST_BYTE)::record);
    ended.running().ifPresent(phases.get(Phase.RUN)::record);
  }

  private void take(Fact.ApiCalled called) {
    calls.get(called.action() + called.status()).increment();
    callTimes.get(called.action()).record(called.took());
  }

  private Counter answers(String status) {
    return counter("bfaas.answers", "Answers to requests on the public port and through the admin port.", "status", status);
  }

  private Counter counter(String name, String description, String... tags) {
    return Counter.builder(name).description(description).tags(tags).register(registry);
  }

  private Timer timer(String name, String description, String tag, String value, Duration[] buckets) {
    return Timer.builder(name).description(description).tag(tag, value).serviceLevelObjectives(buckets).register(registry);
  }

  private AtomicInteger gauge(String name, String description, String... tags) {
    var value = new AtomicInteger();
    Gauge.builder(name, value, AtomicInteger::get).description(description).tags(tags).strongReference(true).register(registry);
    return value;
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
