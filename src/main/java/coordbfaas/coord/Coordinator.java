package coordbfaas.coord;

import coordbfaas.admin.Admin;
import coordbfaas.auth.SignedClaims;
import coordbfaas.facts.Fact;
import coordbfaas.facts.Observer;
import coordbfaas.http.HttpServer;
import coordbfaas.http.KeptConnections;
import coordbfaas.http.Problem;
import coordbfaas.localfly.LocalFly;
import coordbfaas.localfly.LocalFlySettings;
import coordbfaas.machines.FlyToken;
import coordbfaas.machines.HttpMachinesApi;
import coordbfaas.machines.MachinesSettings;
import coordbfaas.pool.HttpWorkerHealth;
import coordbfaas.pool.PoolClocks;
import coordbfaas.pool.PoolSupervisor;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * The guardian of a coordinator: brings up the admin port, the embedded local Fly if there is to be one, then the pool, then the
 * public port, and takes them down in the opposite order once the requests in progress have ended.
 *
 * <pre>
 *   STARTING ──► SERVING ──drain──► DRAINING ──last request ended──► CLOSING ──► (stops)
 * </pre>
 *
 * <p>The port stays bound while it drains: whoever comes gets 503. The admin port tells how it goes until the very end.
 */
public final class Coordinator {
  public sealed interface Command {}

  /** Hands over an accepted request; answered once. */
  record Accept(RunOrder order, CompletionStage<?> clientGone, ActorRef<HttpResponse> replyTo) implements Command {}

  /** Takes no more requests, ends those in progress as they would have ended, and stops. */
  public record Drain() implements Command {}

  /** What becomes of the coordinator's parts. */
  private sealed interface News extends Command {}

  private record AdminBound(HttpServer server) implements News {}

  private record AdminNotBound(Throwable cause) implements News {}

  private record LocalFlyReady(LocalFly.Ready ready) implements News {}

  private record LocalFlyEnded() implements News {}

  private record Bound(HttpServer server) implements News {}

  private record BindFailed(Throwable cause) implements News {}

  private record RequestEnded() implements News {}

  private record PoolEnded() implements News {}

  private record CloseTimeout() implements News {}

  private record Unbound() implements News {}

  /** Where a coordinator listens. */
  public record Ports(InetSocketAddress run, InetSocketAddress admin) {}

  /** What is up beside the public port. */
  private record Parts(
      HttpServer admin, RequestActor.Surroundings requests, Optional<ActorRef<LocalFly.Command>> localFly) {}

  /** How long the machines may take to stop before the coordinator ends without them. */
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(15);

  /** For how long a worker's connection is kept for its run: half the time that its server keeps a quiet one. */
  private static final Duration WORKER_CONNECTION_IDLE = Duration.ofSeconds(30);

  private static final Duration LAST_ANSWERS = Duration.ofSeconds(1);

  /** How long after the deadline a worker's own exit may come: over loopback, and through Fly's proxy. */
  private static final Duration PATIENCE_LOCAL = Duration.ofMillis(10);
  private static final Duration PATIENCE_FLYCAST = Duration.ofMillis(100);

  /** One whose embedded local Fly, if it has one, is as quick as it can be. */
  public static Behavior<Command> create(CoordSettings settings, CompletableFuture<Ports> serving) {
    return create(settings, LocalFlySettings.ephemeral(), serving);
  }

  /**
   * @param localFly of the embedded local Fly, if there is one; its token is made here
   * @param serving completed with the ports' addresses; exceptionally, if they are not to be had
   */
  public static Behavior<Command> create(
      CoordSettings settings, LocalFlySettings localFly, CompletableFuture<Ports> serving) {
    return Behaviors.setup(context -> Behaviors.withTimers(timers ->
        new Coordinator(context, timers, settings, localFly, serving).start()));
  }

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final CoordSettings settings;
  private final LocalFlySettings localFlySettings;
  private final CompletableFuture<Ports> serving;
  private final Admin admin;
  private final CoordinatorRoutes routes;

  private Coordinator(
      ActorContext<Command> context, TimerScheduler<Command> timers,
      CoordSettings settings, LocalFlySettings localFlySettings, CompletableFuture<Ports> serving) {
    this.context = context;
    context.setLoggerName(Coordinator.class); // if a timer came first, it would be named by Pekko
    this.timers = timers;
    this.settings = settings;
    this.localFlySettings = localFlySettings;
    this.serving = serving;
    this.admin = Admin.start(context, settings.admin(), settings.pool().name(), settings.pool().size());
    this.routes = new CoordinatorRoutes(context.getSystem(), context.getSelf(), settings, admin.observer());
  }

  // ---- the states ----

  private Behavior<Command> bindingAdmin() {
    return Behaviors.receiveMessage(message -> switch (message) {
      case AdminBound(var server)   -> startFly(server);
      case AdminNotBound(var cause) -> adminNotBound(cause);
      case Drain drain              -> Behaviors.stopped();
      case Accept early             -> refuse(early);
      case News none                -> Behaviors.unhandled();
    });
  }

  private Behavior<Command> awaitingLocalFly(HttpServer adminPort, ActorRef<LocalFly.Command> localFly, FlyToken token) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case LocalFlyReady(var ready) ->
          startPool(adminPort, new CoordSettings.Fly(
              MachinesSettings.local(ready.api(), token, settings.pool().name(), settings.manner()), ready.flycast()),
              Optional.of(localFly));
      case LocalFlyEnded ended      -> fail("local-fly-ended");
      case Drain drain              -> endLocalFly(Optional.of(localFly));
      case Accept early             -> refuse(early);
      case News none                -> Behaviors.unhandled();
    });
  }

  private Behavior<Command> binding(Parts parts, boolean drainAsked) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Bound(var server) when drainAsked -> closePool(server, parts);
      case Bound(var server)     -> serve(server, parts);
      case BindFailed(var cause) -> bindFailed(cause);
      case Drain drain           -> binding(parts, true);
      case Accept early          -> refuse(early);
      case LocalFlyEnded ended   -> fail("local-fly-ended");
      case PoolEnded ended       -> fail("pool-ended");
      case News none             -> Behaviors.unhandled();
    });
  }

  private Behavior<Command> serving(HttpServer server, Parts parts, int requests) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Accept(var order, var gone, var replyTo) -> {
        var request = context.spawnAnonymous(RequestActor.create(order, parts.requests(), gone, replyTo));
        context.watchWith(request, new RequestEnded());
        yield serving(server, parts, requests + 1);
      }
      case RequestEnded ended  -> serving(server, parts, requests - 1);
      case Drain drain         -> drain(server, parts, requests);
      case LocalFlyEnded ended -> fail("local-fly-ended");
      case PoolEnded ended     -> fail("pool-ended");
      case News none           -> Behaviors.unhandled();
    });
  }

  private Behavior<Command> draining(HttpServer server, Parts parts, int requests) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case RequestEnded ended when requests == 1 -> closePool(server, parts);
      case RequestEnded ended  -> draining(server, parts, requests - 1);
      case Accept late         -> refuse(late);
      case Drain again         -> Behaviors.same();
      case LocalFlyEnded ended -> fail("local-fly-ended");
      case PoolEnded ended     -> fail("pool-ended");
      case News none           -> Behaviors.unhandled();
    });
  }

  private Behavior<Command> closing(HttpServer server, Parts parts) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case PoolEnded ended      -> unbind(server, parts.admin());
      case CloseTimeout timeout -> unbind(server, parts.admin());
      case Unbound unbound      -> endLocalFly(parts.localFly());
      case LocalFlyEnded ended  -> Behaviors.stopped();
      case Accept late          -> refuse(late);
      case Drain again          -> Behaviors.same();
      case News none            -> Behaviors.unhandled();
    });
  }

  // ---- the transitions ----

  private Behavior<Command> start() {
    context.pipeToSelf(admin.bind(routes, settings.limits().http()), (server, failure) ->
        failure == null ? new AdminBound(server) : new AdminNotBound(failure));
    return bindingAdmin();
  }

  private Behavior<Command> startFly(HttpServer adminPort) {
    context.getLog().info("admin port bound address={}", adminPort.address());
    if (settings.fly().isPresent()) return startPool(adminPort, settings.fly().get(), Optional.empty());
    if (settings.ownKeys()) context.getLog().info("no PRIVATE given: a key pair was made for this run");
    var token = new FlyToken(UUID.randomUUID().toString());
    var workers = LocalFlySettings.Workers.valueOf(settings.localWorkers().toUpperCase(Locale.ROOT));
    ActorRef<LocalFly.Ready> ready = context.messageAdapter(LocalFly.Ready.class, LocalFlyReady::new);
    var local = localFlySettings.withToken(token).withWorkers(workers);
    var localFly = context.spawn(LocalFly.create(local, ready), "local-fly");
    context.watchWith(localFly, new LocalFlyEnded());
    return awaitingLocalFly(adminPort, localFly, token);
  }

  private Behavior<Command> startPool(
      HttpServer adminPort, CoordSettings.Fly fly, Optional<ActorRef<LocalFly.Command>> localFly) {
    var system = context.getSystem();
    var workers = workers(system, fly);
    var pool = context.spawn(PoolSupervisor.create(
        settings.pool(), surroundings(context, settings, fly, workers, admin.observer())), "pool");
    context.watchWith(pool, new PoolEnded());
    if (settings.onFly()) context.spawn(PolicyCheck.create(fly.machines()), "policy-check");
    if (settings.flyReplay() && !settings.onFly())
      context.getLog().warn("FLY_REPLAY is on, but no FLY_APP_NAME: nobody replays requests there, and clients get 503 at once");
    context.pipeToSelf(
        HttpServer.bind(system, settings.bind(), settings.port(), settings.limits().http(), routes),
        (server, failure) -> failure == null ? new Bound(server) : new BindFailed(failure));
    var patience = settings.local() ? PATIENCE_LOCAL : PATIENCE_FLYCAST;
    var requests = new RequestActor.Surroundings(
        pool, settings.pool().name(), workers, settings.keys(), patience, settings.limits().outputBytes(),
        admin.observer());
    return binding(new Parts(adminPort, requests, localFly), false);
  }

  static KeptConnections workers(ActorSystem<?> system, CoordSettings.Fly fly) {
    return new KeptConnections(system, fly.workers(), WORKER_CONNECTION_IDLE);
  }

  /** What a pool of these settings works with; its client of the Machines API ends with the actor that starts it. */
  static PoolSupervisor.Surroundings surroundings(ActorContext<?> context, CoordSettings settings, CoordSettings.Fly fly,
      KeptConnections workers, Observer observer) {
    return new PoolSupervisor.Surroundings(
        HttpMachinesApi.start(context, fly.machines(), observer), new HttpWorkerHealth(context.getSystem(), workers),
        SignedClaims.of(settings.keys()), PoolClocks.system(), new SplittableRandom(), observer);
  }

  private Behavior<Command> serve(HttpServer server, Parts parts) {
    var workers = parts.localFly().isPresent() ? "local, " + settings.localWorkers() : parts.requests().workers().server();
    context.getLog().info("transition from=STARTING to=SERVING cause=bound address={} pool={} size={} workers={}",
        server.address(), settings.pool().name(), settings.pool().size(), workers);
    admin.observer().saw(new Fact.Serving());
    serving.complete(new Ports(server.address(), parts.admin().address()));
    return serving(server, parts, 0);
  }

  private Behavior<Command> drain(HttpServer server, Parts parts, int requests) {
    context.getLog().info("transition from=SERVING to=DRAINING cause=asked requests={}", requests);
    admin.observer().saw(new Fact.Draining());
    return requests == 0 ? closePool(server, parts) : draining(server, parts, requests);
  }

  private Behavior<Command> closePool(HttpServer server, Parts parts) {
    context.getLog().info("transition from=DRAINING to=CLOSING cause=no-requests");
    parts.requests().pool().tell(new PoolSupervisor.Close());
    timers.startSingleTimer(CloseTimeout.class, new CloseTimeout(), CLOSE_TIMEOUT);
    return closing(server, parts);
  }

  private Behavior<Command> unbind(HttpServer server, HttpServer adminPort) {
    timers.cancelAll();
    context.pipeToSelf(server.terminate(LAST_ANSWERS).thenCompose(done -> adminPort.terminate(Duration.ZERO)),
        (done, failure) -> new Unbound());
    return Behaviors.same();
  }

  private Behavior<Command> endLocalFly(Optional<ActorRef<LocalFly.Command>> localFly) {
    if (localFly.isEmpty()) return Behaviors.stopped();
    localFly.get().tell(new LocalFly.Stop());
    return Behaviors.receiveMessage(message -> message instanceof LocalFlyEnded ? Behaviors.stopped() : Behaviors.same());
  }

  private Behavior<Command> refuse(Accept request) {
    request.replyTo().tell(Problem.response(503, "the coordinator is shutting down or starting")
        .addHeader(RawHeader.create("Retry-After", "1")));
    return Behaviors.same();
  }

  private Behavior<Command> bindFailed(Throwable cause) {
    context.getLog().error("cannot listen bind={} port={} cause={}", settings.bind(), settings.port(), why(cause));
    return fail("bind-failed");
  }

  private Behavior<Command> adminNotBound(Throwable cause) {
    context.getLog().error("cannot listen ADMIN_BIND={} ADMIN_PORT={} cause={} (expected: an address of this computer and "
        + "a free port, which another coordinator may have; 0 takes any)", settings.admin().bind(), settings.admin().port(), why(cause));
    return fail("admin-bind-failed");
  }

  /** What the kernel says: the rest is Pekko's way to pass it on. */
  private static String why(Throwable failure) {
    var innermost = failure;
    while (innermost.getCause() != null) innermost = innermost.getCause();
    return innermost.getMessage();
  }

  private Behavior<Command> fail(String cause) {
    context.getLog().error("transition to=FAILED cause={}", cause);
    serving.completeExceptionally(new IllegalStateException(cause));
    return Behaviors.stopped();
  }
}
