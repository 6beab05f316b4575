package coordbfaas.coord;

import coordbfaas.auth.KeyPair;
import coordbfaas.facts.Fact.End;
import coordbfaas.facts.Observer;
import coordbfaas.http.KeptConnections;
import coordbfaas.http.Problem;
import coordbfaas.http.SameThread;
import coordbfaas.pool.Grant;
import coordbfaas.pool.PoolSupervisor;
import coordbfaas.wire.EventFrame;
import coordbfaas.wire.Exit;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.http.javadsl.model.HttpEntity.ChunkStreamPart;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.Source;

/**
 * One accepted request's life.
 *
 * <pre>
 *   waiting ──granted──► asking ──the worker's answer began──► proxying ──run over──► delivering ──answer over──► (stops)
 *      │                    │                                     └─ deadline ────────────┘                           │
 *      └─ refused, deadline, client gone ─┴─ failed ──────────────────────────────────────────────────────────────────┘
 * </pre>
 *
 * <p>Invariants: the client gets exactly one answer; what was granted is freed and the worker's connection cut when the run is
 * over or the actor stops, whatever stopped it; a client that does not read holds up nothing but its own answer, for a while.
 */
final class RequestActor {
  sealed interface Command {}

  /** The client has left. */
  private record ClientGone() implements Command {}

  private record Allocated(PoolSupervisor.AllocateReply reply) implements Command {}

  private record WorkerAnswered(HttpResponse response) implements Command {}

  private record WorkerFailed(Throwable cause) implements Command {}

  private record DeadlineReached() implements Command {}

  private record GraceOver() implements Command {}

  /** The run's exit is known, and its output told. */
  private record RunOver(Exit exit) implements Command {}

  /** The answer's stream to the client is over, read to its end or not. */
  private record AnswerOver() implements Command {}

  /**
   * What a request works with.
   *
   * @param pool gives workers
   * @param poolName told to clients
   * @param workers where workers are reached; the purpose of a connection is the id of a machine
   * @param patience how long after the deadline the worker's own exit may still come
   * @param outputBytes most that a run may write
   * @param observer hears of the request's end
   */
  record Surroundings(
      ActorRef<PoolSupervisor.Command> pool, String poolName, KeptConnections workers, KeyPair keys, Duration patience,
      long outputBytes, Observer observer) {}

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /** How long after the deadline a client may still read what it was sent. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  /** How long a client may read a document, of which it gets nothing before the run is over. No machine is held meanwhile. */
  private static final Duration DOCUMENT_TIME = Duration.ofMinutes(1);

  static Behavior<Command> create(
      RunOrder order, Surroundings with, CompletionStage<?> clientGone, ActorRef<HttpResponse> replyTo) {
    return Behaviors.withMdc(Command.class, Map.of("run", order.run()),
        Behaviors.setup(context -> Behaviors.withTimers(timers ->
            new RequestActor(context, timers, order, with, replyTo).begin(clientGone))));
  }

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final RunOrder order;
  private final Surroundings with;
  private final ActorRef<HttpResponse> replyTo;
  private final CompletableFuture<Exit> verdict = new CompletableFuture<>();
  private final CompletableFuture<Void> over = new CompletableFuture<>();
  private final RunJournal journal;
  private final SharedKillSwitch cut = KillSwitches.shared("answer");

  private RequestActor(
      ActorContext<Command> context, TimerScheduler<Command> timers,
      RunOrder order, Surroundings with, ActorRef<HttpResponse> replyTo) {
    this.context = context;
    context.setLoggerName(RequestActor.class); // if a timer came first, it would be named by Pekko
    this.timers = timers;
    this.order = order;
    this.with = with;
    this.replyTo = replyTo;
    this.journal = new RunJournal(order, with.observer());
  }

  // ---- the states ----

  private Behavior<Command> waiting() {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Allocated(PoolSupervisor.Granted(var grant))                  -> ask(grant);
      case Allocated(PoolSupervisor.Refused(var reason, var retryAfter)) -> refuse(reason, retryAfter);
      case DeadlineReached reached -> withdraw(504, "no worker was ready before the deadline", End.NO_WORKER, "deadline");
      case ClientGone gone         -> withdraw(503, "the client has left", End.CLIENT_LEFT_QUEUE, "client-gone");
      case WorkerAnswered none     -> Behaviors.unhandled();
      case WorkerFailed none       -> Behaviors.unhandled();
      case GraceOver none          -> Behaviors.unhandled();
      case RunOver none            -> Behaviors.unhandled();
      case AnswerOver none         -> Behaviors.unhandled();
    });
  }

  /** The worker has the request, and has not begun to answer. */
  private Behavior<Command> asking(Grant grant, KeptConnections.Exchange exchange) {
    return holding(grant, exchange, message -> switch (message) {
      case WorkerAnswered(var response) when WorkerResponse.isRunOf(grant.machine(), response) ->
          proxy(grant, exchange, response);
      case WorkerAnswered(var response) ->
          fail(502, "the worker did not take the run", End.WORKER_FAILED, "worker-status-" + response.status().intValue());
      case WorkerFailed(var cause) -> fail(
          502, "the worker could not be reached", End.WORKER_FAILED, "worker-failed-" + cause.getClass().getSimpleName());
      case DeadlineReached reached ->
          fail(504, "the deadline came before the worker's answer began", End.NO_ANSWER, "deadline");
      case ClientGone gone         -> fail(503, "the client has left", End.CLIENT_LEFT_QUEUE, "client-gone");
      case Allocated none          -> Behaviors.unhandled();
      case GraceOver none          -> Behaviors.unhandled();
      case RunOver none            -> Behaviors.unhandled();
      case AnswerOver none         -> Behaviors.unhandled();
    });
  }

  /** The worker's events go to the client. */
  private Behavior<Command> proxying(Grant grant, KeptConnections.Exchange exchange) {
    return holding(grant, exchange, message -> switch (message) {
      case RunOver(var exit)       -> deliver(grant, exchange, exit, "run-over");
      case DeadlineReached reached -> conclude(grant, exchange);
      case ClientGone gone         -> abandon("client-gone");
      case AnswerOver early        -> abandon("answer-cancelled");
      case GraceOver none          -> Behaviors.unhandled();
      case Allocated none          -> Behaviors.unhandled();
      case WorkerAnswered none     -> Behaviors.unhandled();
      case WorkerFailed none       -> Behaviors.unhandled();
    });
  }

  /** The run is over and its machine given back; the client reads what is left of the answer. */
  private Behavior<Command> delivering() {
    return Behaviors.receive(Command.class)
        .onAnyMessage(message -> switch (message) {
          case AnswerOver over      -> end("answered");
          case ClientGone gone      -> end("client-gone");
          case GraceOver over       -> end("not-read");
          case RunOver over         -> Behaviors.same(); // after a deadline that was ours to tell
          case DeadlineReached late -> Behaviors.same();
          case Allocated none       -> Behaviors.unhandled();
          case WorkerAnswered none  -> Behaviors.unhandled();
          case WorkerFailed none    -> Behaviors.unhandled();
        })
        .onSignal(PostStop.class, stopped -> cutAnswer())
        .build();
  }

  /** A state in which a grant is held: however the actor stops, it is freed, once. */
  private Behavior<Command> holding(Grant grant, KeptConnections.Exchange exchange, Function<Command, Behavior<Command>> state) {
    return Behaviors.receive(Command.class)
        .onAnyMessage(state::apply)
        .onSignal(PostStop.class, stopped -> release(grant, exchange))
        .build();
  }

  // ---- the transitions ----

  private Behavior<Command> begin(CompletionStage<?> clientGone) {
    var self = context.getSelf();
    // anyOf lets go of the client's future when the request is over: a connection may see many requests.
    CompletableFuture.anyOf(clientGone.toCompletableFuture(), over).thenRun(() -> self.tell(new ClientGone()));
    timers.startSingleTimer(DeadlineReached.class, new DeadlineReached(), order.timeLeft().plus(with.patience()));
    var replies = context.messageAdapter(PoolSupervisor.AllocateReply.class, Allocated::new);
    with.pool().tell(new PoolSupervisor.Allocate(
        order.run(), order.timeLeft(), order.replay().isPresent(), self, replies));
    context.getLog().debug("transition to=WAITING cause=accepted bytes={}", order.body().size());
    return waiting();
  }

  private Behavior<Command> ask(Grant grant) {
    journal.granted(grant.machine());
    var exchange = with.workers().send(grant.machine(),
        () -> WorkerRequest.of(order, grant, with.keys(), with.outputBytes(), Instant.now()), CONNECT_TIMEOUT);
    context.pipeToSelf(exchange.response(),
        (response, failure) -> failure == null ? new WorkerAnswered(response) : new WorkerFailed(failure));
    context.getLog().debug("transition from=WAITING to=ASKING cause=granted machine={} ms={}",
        grant.machine(), order.elapsedMs());
    return asking(grant, exchange);
  }

  private Behavior<Command> proxy(Grant grant, KeptConnections.Exchange exchange, HttpResponse response) {
    journal.began();
    var self = context.getSelf();
    var run = WorkerResponse.events(response, with.outputBytes(), verdict, order::elapsedMs)
        .map(frame -> {
          if (!(frame instanceof EventFrame.End(var exit))) return frame;
          var told = decided(exit);
          self.tell(new RunOver(told));
          return new EventFrame.End(told);
        });
    replyTo.tell(told(RunAnswer.of(order.form(), run, this::guarded).addHeader(RawHeader.create("Worker", grant.machine()))));
    context.getLog().debug("transition from=ASKING to=PROXYING cause=answer-began ms={}", order.elapsedMs());
    return proxying(grant, exchange);
  }

  /** The answer as it is sent: we can cut it, and learn of its end. */
  private Source<ChunkStreamPart, NotUsed> guarded(Source<ChunkStreamPart, NotUsed> answer) {
    var self = context.getSelf();
    return answer.via(cut.flow()).watchTermination((nothing, over) -> {
      SameThread.of(over).whenComplete((done, failure) -> self.tell(new AnswerOver()));
      return nothing;
    });
  }

  /** The run's one exit: the first that was proposed, by its stream or by the deadline; client and journal are told the same. */
  private Exit decided(Exit proposed) {
    verdict.complete(proposed);
    return verdict.join();
  }

  /** The deadline came before the worker's exit: the client gets ours, unless that one is in its stream at this moment. */
  private Behavior<Command> conclude(Grant grant, KeptConnections.Exchange exchange) {
    var exit = decided(Exit.deadline(order.elapsedMs())); // before the worker is cut off, whose loss is no news then
    return deliver(grant, exchange, exit, "deadline");
  }

  private Behavior<Command> deliver(Grant grant, KeptConnections.Exchange exchange, Exit exit, String cause) {
    journal.over(exit);
    timers.cancel(DeadlineReached.class);
    timers.startSingleTimer(GraceOver.class, new GraceOver(), timeToRead());
    free(grant, exchange);
    context.getLog().debug("transition from=PROXYING to=DELIVERING cause={} ms={}", cause, order.elapsedMs());
    return delivering();
  }

  private Duration timeToRead() {
    return switch (order.form()) {
      case AnswerForm.Events events -> order.timeLeft().plus(GRACE);
      case AnswerForm.Raw raw -> order.timeLeft().plus(GRACE);
      case AnswerForm.Document document -> DOCUMENT_TIME;
    };
  }

  private Behavior<Command> refuse(PoolSupervisor.Reason reason, Duration retryAfter) {
    var detail = switch (reason) {
      case NOT_IDLE -> "nothing is idle here, and another region may serve";
      case QUEUE_FULL -> "too many requests wait for a worker";
      case QUEUE_TIME_OVER -> "no worker became free in time";
      case CLOSING -> "the coordinator is shutting down";
      case REPLACED -> "a later coordinator serves this pool";
    };
    var answer = problem(503, detail).addHeader(RawHeader.create("Retry-After", Long.toString(retryAfter.toSeconds())));
    var replayed = order.replay().filter(replay -> reason == PoolSupervisor.Reason.NOT_IDLE)
        .map(replay -> answer.addHeader(RawHeader.create(FlyReplay.HEADER, replay.header()))).orElse(answer);
    journal.refused(reason);
    return end(replayed, "refused-" + reason);
  }

  private Behavior<Command> withdraw(int status, String detail, End end, String cause) {
    with.pool().tell(new PoolSupervisor.Withdraw(context.getSelf()));
    return fail(status, detail, end, cause);
  }

  private Behavior<Command> fail(int status, String detail, End end, String cause) {
    journal.failed(end);
    return end(problem(status, detail), cause);
  }

  /** The client does not want the answer that has begun. */
  private Behavior<Command> abandon(String cause) {
    journal.failed(End.CLIENT_GONE);
    return end(cause);
  }

  private Behavior<Command> end(HttpResponse answer, String cause) {
    replyTo.tell(answer);
    return end(cause);
  }

  private Behavior<Command> end(String cause) {
    context.getLog().info("request ended cause={} machine={} ms={}", cause, journal.machine().orElse("none"), order.elapsedMs());
    over.complete(null);
    return Behaviors.stopped();
  }

  private Behavior<Command> release(Grant grant, KeptConnections.Exchange exchange) {
    cutAnswer(); // before the worker is cut off, whose loss would end the answer with an exit of its own
    free(grant, exchange);
    return Behaviors.same();
  }

  private Behavior<Command> cutAnswer() {
    cut.abort(new AnswerCut());
    return Behaviors.same();
  }

  private void free(Grant grant, KeptConnections.Exchange exchange) {
    with.pool().tell(new PoolSupervisor.Free(grant));
    exchange.cut();
  }

  private HttpResponse problem(int status, String detail) {
    return told(Problem.response(status, detail));
  }

  private HttpResponse told(HttpResponse answer) {
    return answer.addHeader(RawHeader.create("Coord", with.poolName())).addHeader(RawHeader.create("Run", order.run()))
        .addHeader(RawHeader.create("Server-Timing", journal.serverTiming()));
  }

  private static final class AnswerCut extends RuntimeException {
    AnswerCut() {
      super("the answer was cut", null, false, false);
    }
  }
}
