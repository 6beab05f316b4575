package coordbfaas.basher;

import coordbfaas.http.SameThread;
import coordbfaas.wire.Exit;
import coordbfaas.wire.RunEvent;
import coordbfaas.wire.RunRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.Source;

/**
 * One run of one script: supervises its process and tells what it writes and how it ended.
 *
 * <pre>
 *   running ──bash ended──────────────────────────────────► delivering ──answer read or given up──► (stops)
 *      └─ deadline, output limit, abandoned ──► killing ──dead──┘
 * </pre>
 *
 * <p>Invariants: the answer ends in one exit event, after all output; the actor stops when no process of the run is alive and
 * the answer is over; a client that does not read holds it up until {@link #GRACE} after the deadline at most.
 */
final class ScriptRun {
  /** How long after the deadline a client may still read what is left of the answer. */
  static final Duration GRACE = Duration.ofSeconds(2);

  private static final BashProcess.Ended UNKNOWN =
      new BashProcess.Ended(OptionalInt.empty(), Optional.empty(), Optional.empty());

  sealed interface Command {}

  /** Nobody wants the run any more: its client left, or its machine is stopped. */
  record Abandon(String cause) implements Command {}

  /** The answer, to be read once. */
  record Started(Source<RunEvent, NotUsed> events) implements Basher.StartReply {}

  private record DeadlineReached() implements Command {}

  private record OutputLimitExceeded() implements Command {}

  private record GraceOver() implements Command {}

  /** No process of the run is alive. */
  private record Dead(BashProcess.Ended how) implements Command {}

  /** The answer's stream is over, read to its end or not. */
  private record AnswerOver() implements Command {}

  /**
   * Runs a script in a process that waits for one, and is handed it here and now: bash starts while the actor does.
   *
   * @param outputBytes how much it may write
   * @param time until its deadline
   * @param replyTo told once, at once
   */
  static Behavior<Command> create(
      BashProcess process, RunRequest request, long outputBytes, RunTime time, ActorRef<Started> replyTo) {
    process.feed(request);
    return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
      timers.startSingleTimer(DeadlineReached.class, new DeadlineReached(), time.left());
      var run = new ScriptRun(context, timers, process, time);
      replyTo.tell(new Started(run.answer(outputBytes)));
      return run.start(request);
    }));
  }

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final BashProcess process;
  private final RunTime time;
  private final CompletableFuture<Exit> exit = new CompletableFuture<>();
  private final SharedKillSwitch cut = KillSwitches.shared("answer");

  private ScriptRun(ActorContext<Command> context, TimerScheduler<Command> timers, BashProcess process, RunTime time) {
    this.context = context;
    this.timers = timers;
    this.process = process;
    this.time = time;
  }

  // ---- the states ----

  private Behavior<Command> running() {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Dead(var how)               -> deliver(how, Exit::workerLost);
      case DeadlineReached reached     -> kill("deadline", killing(Exit::deadline));
      case OutputLimitExceeded reached -> kill("output-limit", killing(Exit::outputLimit));
      case Abandon(var cause)          -> kill(cause, abandoned());
      case AnswerOver early            -> kill("answer-cancelled", abandoned());
      case GraceOver none              -> Behaviors.unhandled();
    });
  }

  /** The process is being killed; {@code killed} is how the run ended unless bash had ended by itself before. */
  private Behavior<Command> killing(LongFunction<Exit> killed) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Dead(var how)            -> deliver(how, killed);
      case AnswerOver over          -> abandoned();
      case Abandon abandon          -> abandoned();
      case DeadlineReached late     -> Behaviors.same();
      case OutputLimitExceeded late -> Behaviors.same();
      case GraceOver none           -> Behaviors.unhandled();
    });
  }

  /** The process is being killed, and nobody waits for the answer. */
  private Behavior<Command> abandoned() {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Dead(var how)            -> end(how, Exit::workerLost, Behaviors.stopped());
      case AnswerOver late          -> Behaviors.same();
      case GraceOver late           -> Behaviors.same();
      case DeadlineReached late     -> Behaviors.same();
      case OutputLimitExceeded late -> Behaviors.same();
      case Abandon late             -> Behaviors.same();
    });
  }

  /** The process is dead; the client reads what is left. */
  private Behavior<Command> delivering() {
    return Behaviors.receiveMessage(message -> switch (message) {
      case AnswerOver over          -> Behaviors.stopped();
      case DeadlineReached reached  -> Behaviors.same(); // the grace began when the process was dead
      case GraceOver over           -> giveUp();
      case Abandon abandon          -> giveUp();
      case OutputLimitExceeded late -> Behaviors.same();
      case Dead none                -> Behaviors.unhandled();
    });
  }

  // ---- the transitions ----

  private Behavior<Command> start(RunRequest request) {
    context.pipeToSelf(process.ended(), (how, failure) -> new Dead(failure == null ? how : UNKNOWN));
    context.getLog().info("transition from=FRESH to=RUNNING cause=accepted script_bytes={}", request.script().size());
    return running();
  }

  private Behavior<Command> kill(String cause, Behavior<Command> next) {
    process.kill();
    context.getLog().info("transition from=RUNNING to=KILLING cause={} ms={}", cause, time.elapsedMs());
    return next;
  }

  private Behavior<Command> deliver(BashProcess.Ended how, LongFunction<Exit> killed) {
    timers.startSingleTimer(GraceOver.class, new GraceOver(), time.left().plus(GRACE));
    return end(how, killed, delivering());
  }

  /** Bash's own status is the truth if there is one, whatever we did meanwhile. */
  private Behavior<Command> end(BashProcess.Ended how, LongFunction<Exit> killed, Behavior<Command> next) {
    var ms = time.elapsedMs();
    var status = how.rawStatus();
    var ended = status.isPresent() ? WaitStatus.exit(status.getAsInt(), ms).within(how.limit()) : killed.apply(ms);
    var end = ended.taking(how.usage());
    exit.complete(end);
    context.getLog().info("transition to=DEAD reason={} code={} ms={}", end.reason().word(), end.code(), ms);
    return next;
  }

  private Behavior<Command> giveUp() {
    cut.abort(new AnswerNotRead());
    return Behaviors.stopped();
  }

  // ---- the answer ----

  private Source<RunEvent, NotUsed> answer(long outputBytes) {
    var self = context.getSelf();
    return RunOutput.events(process, outputBytes, () -> self.tell(new OutputLimitExceeded()), exit)
        .via(cut.flow())
        .watchTermination((nothing, over) -> {
          SameThread.of(over).whenComplete((done, failure) -> self.tell(new AnswerOver()));
          return nothing;
        });
  }

  private static final class AnswerNotRead extends RuntimeException {
    AnswerNotRead() {
      super("the answer was not read", null, false, false);
    }
  }
}
