package coordbfaas.coord;

import coordbfaas.http.HttpExchange;
import coordbfaas.http.HttpServer;
import coordbfaas.http.RequestBody;
import coordbfaas.pool.Grant;
import coordbfaas.pool.PoolSupervisor;
import coordbfaas.pool.WorkerName;
import coordbfaas.wire.EventStream;
import coordbfaas.wire.Exit;
import coordbfaas.wire.RunEvent;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * Requests that a coordinator makes to itself when it starts, so that the first ones of others meet classes that are loaded and
 * methods that are compiled: to a port of its own on loopback, by the routes and the request's actor, to a stand-in for a worker
 * on another.
 *
 * <pre>
 *   binding ──a port bound──► binding ──both──► rehearsing ──the last is answered, or time is over──► ending ──► (stops)
 * </pre>
 *
 * <p>No pool and no machine has a part in it, and nothing of it is logged ({@code logback.xml}).
 */
final class Rehearsal {
  sealed interface Command {}

  private record WorkerBound(HttpServer worker) implements Command {}

  private record FrontBound(HttpServer front) implements Command {}

  private record BindFailed() implements Command {}

  private record Answered() implements Command {}

  private record Closed() implements Command {}

  private record Ports(HttpServer front, HttpServer worker) {}

  /** Whose run it is, in the log. */
  private static final String NAME = "rehearsal";

  private static final String LOOPBACK = "127.0.0.1";
  private static final int CONNECTIONS_MAX = 8;
  private static final Duration TIME_MAX = Duration.ofSeconds(5);
  private static final Grant GRANT = new Grant(new WorkerName(NAME, 0), NAME, NAME, 1);

  private static final ByteString RUN = List.of(new RunEvent.Stdout(ByteString.fromString("\n")), Exit.exited(0, 0))
      .stream().map(EventStream::encode).reduce(ByteString.emptyByteString(), ByteString::concat);

  /** @param requests how many, one after another, unless {@link #TIME_MAX} is over before */
  static Behavior<Command> create(CoordSettings settings, int requests) {
    return Behaviors.setup(context -> requests == 0 ? Behaviors.stopped() : new Rehearsal(context, settings).bind(requests));
  }

  private final ActorContext<Command> context;
  private final CoordSettings settings;
  private final long beganNanos = System.nanoTime();

  private Rehearsal(ActorContext<Command> context, CoordSettings settings) {
    this.context = context;
    this.settings = settings;
  }

  // ---- the states ----

  private Behavior<Command> bindingWorker(int requests) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case WorkerBound(var worker) -> bindFront(worker, requests);
      case BindFailed failed       -> Behaviors.stopped();
      case Command none            -> Behaviors.unhandled();
    });
  }

  private Behavior<Command> bindingFront(HttpServer worker, int requests) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case FrontBound(var front) -> send(new Ports(front, worker), requests);
      case BindFailed failed     -> close(worker.terminate(Duration.ZERO));
      case Command none          -> Behaviors.unhandled();
    });
  }

  private Behavior<Command> rehearsing(Ports ports, int requestsLeft) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Answered answered when requestsLeft > 0 && timeIsLeft() -> send(ports, requestsLeft);
      case Answered last -> close(ports.front().terminate(Duration.ZERO)
          .thenCompose(done -> ports.worker().terminate(Duration.ZERO)));
      case Command none  -> Behaviors.unhandled();
    });
  }

  // ---- the transitions ----

  private Behavior<Command> bind(int requests) {
    bind(this::answerAsWorker, WorkerBound::new);
    return bindingWorker(requests);
  }

  private Behavior<Command> bindFront(HttpServer worker, int requests) {
    var with = new RequestActor.Surroundings(context.spawn(pool(), "pool"), NAME, base(worker), settings.keys(),
        Duration.ZERO, settings.limits().outputBytes());
    bind(new CoordinatorRoutes(context.getSystem(), context.spawn(coordinator(with), "coordinator"), settings), FrontBound::new);
    return bindingFront(worker, requests);
  }

  private void bind(HttpServer.Handler handler, Function<HttpServer, Command> bound) {
    context.pipeToSelf(HttpServer.bind(context.getSystem(), LOOPBACK, 0, CONNECTIONS_MAX, handler),
        (server, failure) -> failure == null ? bound.apply(server) : new BindFailed());
  }

  private Behavior<Command> send(Ports ports, int requestsLeft) {
    var request = HttpRequest.POST("/run").withEntity("true");
    var exchange = HttpExchange.send(context.getSystem(), base(ports.front()), request, TIME_MAX);
    context.pipeToSelf(
        exchange.response().thenCompose(
            answer -> answer.entity().getDataBytes().runForeach(chunk -> { }, context.getSystem())),
        (done, failure) -> {
          exchange.cut();
          return new Answered();
        });
    return rehearsing(ports, requestsLeft - 1);
  }

  private Behavior<Command> close(CompletionStage<?> portsFreed) {
    context.pipeToSelf(portsFreed, (done, failure) -> new Closed());
    return Behaviors.receiveMessage(message -> message instanceof Closed ? Behaviors.stopped() : Behaviors.same());
  }

  private boolean timeIsLeft() {
    return System.nanoTime() - beganNanos < TIME_MAX.toNanos();
  }

  // ---- the stand-ins ----

  private static Behavior<Coordinator.Command> coordinator(RequestActor.Surroundings with) {
    return Behaviors.setup(context -> Behaviors.receive(Coordinator.Command.class)
        .onMessage(Coordinator.Accept.class, accepted -> {
          var order = accepted.order().under(NAME);
          context.spawnAnonymous(RequestActor.create(order, with, accepted.clientGone(), accepted.replyTo()));
          return Behaviors.same();
        }).build());
  }

  private static Behavior<PoolSupervisor.Command> pool() {
    return Behaviors.receive(PoolSupervisor.Command.class)
        .onMessage(PoolSupervisor.Allocate.class, asked -> {
          asked.replyTo().tell(new PoolSupervisor.Granted(GRANT));
          return Behaviors.same();
        })
        .onAnyMessage(given -> Behaviors.same())
        .build();
  }

  private CompletionStage<HttpResponse> answerAsWorker(HttpRequest request, HttpServer.Client client) {
    return RequestBody.read(context.getSystem(), request, settings.limits().bodyBytes())
        .thenApply(body -> HttpResponse.create()
            .withEntity(HttpEntities.create(MediaTypes.TEXT_EVENT_STREAM.toContentType(), Source.single(RUN)))
            .addHeader(RawHeader.create("Worker", NAME)));
  }

  private static URI base(HttpServer server) {
    return URI.create("http://" + LOOPBACK + ":" + server.address().getPort());
  }
}
