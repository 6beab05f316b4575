package coordbfaas.basher;

import coordbfaas.auth.WorkerToken;
import coordbfaas.http.HttpServer;
import coordbfaas.settings.Containment;
import coordbfaas.wire.RunRequest;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * A worker's server, for one run.
 *
 * <pre>
 *   booting ──walls stand, port bound──► fresh ──run──► running ──run over──► closing ──► (stops)
 *      │                                 │ ▲ its process died                     ▲
 *      │                                 ▼ │                                      │
 *      │                               rebuilding (not healthy)                   │
 *      └────────────── failed ──────────────┴── stop, forgotten: nobody asked ────┘
 *                                               for its health for too long
 * </pre>
 *
 * <p>Invariants: at most one run is ever started; the actor stops when no process, no connection and no port of it is left,
 * and an answer that its client reads is read in full before, or the run's deadline has come.
 */
public final class Basher {
  /** How long connections may take to end by themselves, once the answer is read or the deadline has come. */
  private static final Duration CLOSE_GRACE = Duration.ofSeconds(2);

  /** What is there when nothing is left to wait for. */
  private static final CompletionStage<Void> GONE = CompletableFuture.completedStage(null);

  private static final int CONNECTIONS_MAX = 64;
  private static final int QUIET_PARTS = 8;

  /** The pause before the walls are built anew; it doubles with each failure. */
  private static final Duration REBUILD_PAUSE_MIN = Duration.ofMillis(100);
  private static final Duration REBUILD_PAUSE_MAX = Duration.ofSeconds(5);

  public sealed interface Command {}

  /** Ends the basher and its run, if one goes on. Its actor stops when nothing of it is left. */
  public record Stop() implements Command {}

  /** What tells that it is not forgotten. */
  private sealed interface Attention extends Command {}

  /** Somebody asked for its health. */
  record Asked(ActorRef<Health> replyTo) implements Attention {}

  /** Whether a run would go at full speed now. */
  record Health(boolean good) {}

  /** Its machine is suspended: until it is thawed, it waits for nobody. For bashers that are not suspended with it. */
  public record Freeze() implements Attention {}

  public record Thaw() implements Attention {}

  /** Told once, when the server listens and its process waits for a script. */
  public record Listening(InetSocketAddress address) {}

  /** Starts the run. */
  record StartRun(
      RunRequest request, WorkerToken token, RunTime time, CompletionStage<?> clientGone, ActorRef<StartReply> replyTo)
      implements Command {}

  sealed interface StartReply permits ScriptRun.Started, Busy, NotReady {}

  /** There is no process that waits for a script; there will be one soon. Nothing was used up. */
  record NotReady() implements StartReply {}

  /** The one run was given to somebody else. */
  record Busy() implements StartReply {}

  private sealed interface Outcome extends Command {}

  private record Standing(BashProcess process) implements Outcome {}

  private record Bound(HttpServer server) implements Outcome {}

  private record BootFailed(Throwable cause) implements Outcome {}

  private record ProcessDied(BashProcess process) implements Outcome {}

  private record Rebuild() implements Outcome {}

  /**
   * Nobody asked for its health, so far, in parts of the time after which it is forgotten. In parts, because a clock may go on
   * while the machine is suspended: only one of them is over then.
   */
  private record Quiet(int parts) implements Outcome {
    boolean forgotten() {
      return parts >= QUIET_PARTS;
    }
  }

  private record RunOver() implements Outcome {}

  private record Closed() implements Outcome {}

  /** @param replyTo told when a run would be accepted; never, if the boot fails: then the actor stops */
  public static Behavior<Command> create(BasherSettings settings, ActorRef<Listening> replyTo) {
    return Behaviors.withMdc(Command.class, Map.of("machine", settings.machine()),
        Behaviors.setup(context ->
            Behaviors.withTimers(timers -> new Basher(context, timers, settings, replyTo).boot())));
  }

  /** What is missing of the walls that these settings require; empty if bashers may start. To try them may take a second. */
  public static List<String> missingWalls(Containment containment) {
    return Sandbox.missing(containment, task -> Thread.ofPlatform().daemon().start(task));
  }

  /** As the guardian of a process of its own; {@code listening} is completed when the server listens. */
  public static Behavior<Command> alone(BasherSettings settings, CompletableFuture<Boolean> listening) {
    return Behaviors.setup(context -> {
      ActorRef<Listening> told = context.spawn(Behaviors.receiveMessage(now -> {
        listening.complete(true);
        return Behaviors.stopped();
      }), "listening");
      return create(settings, told);
    });
  }

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final BasherSettings settings;
  private final ActorRef<Listening> replyTo;
  private final Executor blocking;
  private final CompletableFuture<Void> stopAsked = new CompletableFuture<>();

  private Basher(
      ActorContext<Command> context, TimerScheduler<Command> timers, BasherSettings settings, ActorRef<Listening> replyTo) {
    context.setLoggerName(Basher.class); // Pekko would take its own, if a timer came before the first line of log
    this.context = context;
    this.timers = timers;
    this.settings = settings;
    this.replyTo = replyTo;
    this.blocking = context.getSystem().dispatchers().lookup(DispatcherSelector.fromConfig(BashProcess.DISPATCHER));
  }

  // ---- the states ----

  private Behavior<Command> booting(boolean stopAsked) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Standing(var process) when stopAsked -> abandon(process);
      case Standing(var process)                -> bind(process);
      case BootFailed(var cause)                -> bootFailed(cause);
      case Stop stop                            -> booting(true);
      case Quiet quiet when quiet.forgotten()   -> forgotten(booting(true));
      case Quiet(var parts)                     -> await(parts);
      case Attention attention                  -> attend(attention, false);
      case StartRun early                       -> notReady(early);
      case Outcome unexpected                   -> Behaviors.unhandled();
    });
  }

  private Behavior<Command> binding(BashProcess process, boolean stopAsked) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Bound(var server) when stopAsked   -> close(server, process, "boot-abandoned");
      case Bound(var server)                  -> listen(server, process);
      case BootFailed(var cause)              -> abandon(process, cause);
      case ProcessDied died                   -> binding(process, true);
      case Stop stop                          -> binding(process, true);
      case Quiet quiet when quiet.forgotten() -> forgotten(binding(process, true));
      case Quiet(var parts)                   -> await(parts);
      case Attention attention                -> attend(attention, false);
      case StartRun early                     -> notReady(early);
      case Outcome unexpected                 -> Behaviors.unhandled();
    });
  }

  private Behavior<Command> fresh(HttpServer server, BashProcess process) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case StartRun start                     -> run(server, process, start);
      case Quiet quiet when quiet.forgotten() -> close(server, process, "forgotten");
      case Quiet(var parts)                   -> await(parts);
      case Attention attention                -> attend(attention, true);
      case Stop stop                          -> close(server, process, "stopped");
      case ProcessDied(var died)              -> died == process ? pause(server, 0, "process-died") : Behaviors.same();
      case Outcome unexpected                 -> Behaviors.unhandled();
    });
  }

  /** Its process died, or could not be made so many times; it waits before it makes another. */
  private Behavior<Command> pausing(HttpServer server, int failures) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Rebuild now                        -> rebuild(server, failures);
      case StartRun early                     -> notReady(early);
      case Quiet quiet when quiet.forgotten() -> close(server, GONE, "forgotten");
      case Quiet(var parts)                   -> await(parts);
      case Attention attention                -> attend(attention, false);
      case Stop stop                          -> close(server, GONE, "stopped");
      case Outcome late                       -> Behaviors.same();
    });
  }

  private Behavior<Command> rebuilding(HttpServer server, int failures, boolean stopAsked) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Standing(var process) when stopAsked -> close(server, process, "stopped");
      case Standing(var process)                -> rebuilt(server, process);
      case BootFailed failed when stopAsked     -> close(server, GONE, "stopped");
      case BootFailed(var cause)                -> pause(server, failures + 1, "rebuild-failed");
      case StartRun early                       -> notReady(early);
      case Quiet quiet when quiet.forgotten()   -> rebuilding(server, failures, true);
      case Quiet(var parts)                     -> await(parts);
      case Attention attention                  -> attend(attention, false);
      case Stop stop                            -> rebuilding(server, failures, true);
      case Outcome late                         -> Behaviors.same();
    });
  }

  private Behavior<Command> running(
      HttpServer server, BashProcess process, ActorRef<ScriptRun.Command> run, StartRun start) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case RunOver over        -> close(server, process.released().thenCompose(gone -> answerRead(start)), "run-over");
      case Stop stop           -> abandon(run);
      case StartRun second     -> busy(second);
      case ProcessDied died    -> Behaviors.same(); // the run tells how
      case Attention meanwhile -> answer(meanwhile);
      case Outcome none        -> Behaviors.unhandled();
    });
  }

  private Behavior<Command> closing() {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Closed closed  -> Behaviors.stopped();
      case Stop late      -> hurry();
      case StartRun late  -> busy(late);
      case Attention late -> answer(late);
      case Outcome late   -> Behaviors.same();
    });
  }

  // ---- the transitions ----

  private Behavior<Command> boot() {
    spawn(Rehearsal.of(context.getSystem(), settings.rehearsals(), settings.containment()));
    await(0);
    return booting(false);
  }

  /** Waits on, after some parts of the time that have been quiet. */
  private Behavior<Command> await(int quietParts) {
    timers.startSingleTimer(Quiet.class, new Quiet(quietParts + 1), settings.idleMax().dividedBy(QUIET_PARTS));
    return Behaviors.same();
  }

  private Behavior<Command> attend(Attention attention, boolean healthy) {
    switch (attention) {
      case Asked(var asker) -> {
        asker.tell(new Health(healthy));
        await(0);
      }
      case Thaw thaw     -> await(0);
      case Freeze freeze -> timers.cancel(Quiet.class);
    }
    return Behaviors.same();
  }

  /** Of one whose run was given: whether it is forgotten is of no interest any more. */
  private Behavior<Command> answer(Attention attention) {
    if (attention instanceof Asked(var asker)) asker.tell(new Health(true));
    return Behaviors.same();
  }

  private Behavior<Command> notReady(StartRun early) {
    early.replyTo().tell(new NotReady());
    return Behaviors.same();
  }

  private Behavior<Command> pause(HttpServer server, int failures, String cause) {
    var doubled = REBUILD_PAUSE_MIN.multipliedBy(1L << Math.min(failures, 10));
    var pause = doubled.compareTo(REBUILD_PAUSE_MAX) < 0 ? doubled : REBUILD_PAUSE_MAX;
    timers.startSingleTimer(Rebuild.class, new Rebuild(), pause);
    context.getLog().warn("transition to=REBUILDING cause={} failures={} pause_ms={}", cause, failures, pause.toMillis());
    return pausing(server, failures);
  }

  private Behavior<Command> rebuild(HttpServer server, int failures) {
    spawn(CompletableFuture.completedStage(null));
    return rebuilding(server, failures, false);
  }

  private Behavior<Command> rebuilt(HttpServer server, BashProcess process) {
    watch(process);
    context.getLog().info("transition from=REBUILDING to=FRESH cause=walls-stand");
    return fresh(server, process);
  }

  /** Builds the walls of a process, once something is over. */
  private void spawn(CompletionStage<?> before) {
    var process = before.thenCompose(done -> Sandbox.onThisComputer(settings.containment(), blocking))
        .thenCompose(sandbox -> BashProcess.spawn(sandbox, blocking));
    context.pipeToSelf(process, (standing, failure) -> failure == null ? new Standing(standing) : new BootFailed(failure));
  }

  private void watch(BashProcess process) {
    context.pipeToSelf(process.released(), (nothing, failure) -> new ProcessDied(process));
  }

  private Behavior<Command> forgotten(Behavior<Command> next) {
    context.getLog().info("transition from=BOOTING to=CLOSING cause=forgotten");
    return next;
  }

  private Behavior<Command> bind(BashProcess process) {
    watch(process);
    var routes = new BasherRoutes(context.getSystem(), context.getSelf(), settings, UUID.randomUUID().toString());
    var limits = HttpServer.Limits.of(CONNECTIONS_MAX).withReadTimeout(settings.readTimeout());
    context.pipeToSelf(HttpServer.bind(context.getSystem(), settings.bind(), settings.port(), limits, routes),
        (server, failure) -> failure == null ? new Bound(server) : new BootFailed(failure));
    return binding(process, false);
  }

  private Behavior<Command> listen(HttpServer server, BashProcess process) {
    context.getLog().info("transition from=BOOTING to=FRESH cause=bound address={}", server.address());
    replyTo.tell(new Listening(server.address()));
    return fresh(server, process);
  }

  private Behavior<Command> run(HttpServer server, BashProcess process, StartRun start) {
    timers.cancel(Quiet.class);
    var token = start.token();
    var script = ScriptRun.create(
        process, start.request(), token.limits().outputBytes(), start.time(), start.replyTo().narrow());
    var run = context.spawn(Behaviors.withMdc(
        ScriptRun.Command.class, Map.of("machine", settings.machine(), "run", token.run()), script), "run");
    context.watchWith(run, new RunOver());
    start.clientGone().thenRun(() -> run.tell(new ScriptRun.Abandon("client-gone")));
    return running(server, process, run, start);
  }

  private Behavior<Command> busy(StartRun refused) {
    refused.replyTo().tell(new Busy());
    return Behaviors.same();
  }

  /** Who has read the answer closes the connection; else there is no hurry before the deadline, unless it is stopped. */
  private CompletionStage<?> answerRead(StartRun start) {
    return CompletableFuture.anyOf(start.clientGone().toCompletableFuture(), stopAsked)
        .completeOnTimeout(null, start.time().left().toMillis(), TimeUnit.MILLISECONDS);
  }

  private Behavior<Command> abandon(ActorRef<ScriptRun.Command> run) {
    run.tell(new ScriptRun.Abandon("stopped"));
    return hurry();
  }

  private Behavior<Command> hurry() {
    stopAsked.complete(null);
    return Behaviors.same();
  }

  private Behavior<Command> abandon(BashProcess process, Throwable cause) {
    logBootFailed(cause);
    return abandon(process);
  }

  private Behavior<Command> abandon(BashProcess process) {
    process.kill();
    context.pipeToSelf(process.released(), (nothing, failure) -> new Closed());
    return closing();
  }

  private Behavior<Command> bootFailed(Throwable cause) {
    logBootFailed(cause);
    return Behaviors.stopped();
  }

  private void logBootFailed(Throwable cause) {
    context.getLog().error("transition from=BOOTING to=CLOSED cause=boot-failed reason={}", cause.getMessage());
  }

  private Behavior<Command> close(HttpServer server, BashProcess process, String cause) {
    process.kill();
    return close(server, process.released(), cause);
  }

  private Behavior<Command> close(HttpServer server, CompletionStage<?> over, String cause) {
    context.getLog().info("transition to=CLOSING cause={}", cause);
    context.pipeToSelf(over.thenCompose(done -> server.terminate(CLOSE_GRACE)), (done, failure) -> new Closed());
    return closing();
  }
}
