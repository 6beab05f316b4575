package coordbfaas.localfly;

import coordbfaas.basher.Basher;
import coordbfaas.http.HttpServer;
import coordbfaas.machines.SteadyClock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.StashBuffer;

/**
 * Fly on localhost: binds the Machines API, flycast and, if there is to be one, the admin port, and lives as long as they
 * are served.
 *
 * <pre>
 *  binding the API ──► flycast ──► admin ──Ready──► serving ──Stop──► freeing the ports ──► stopping the machines ──► (ends)
 * </pre>
 *
 * <p>If a port cannot be had it says so in the log and ends, without {@link Ready}.
 */
public final class LocalFly {
  private static final int CONNECTIONS_MAX = 1024;

  public sealed interface Command {}

  /** Frees the ports and stops all machines. The actor ends when their bashers are gone. */
  public record Stop() implements Command {}

  /**
   * Told once, when the ports are served.
   *
   * @param api base URL of the Machines API
   * @param flycast base URL under which the machines are reached
   * @param admin base URL of the admin port, if there is one
   */
  public record Ready(URI api, URI flycast, Optional<URI> admin) {}

  /** News of the ports. */
  private sealed interface PortNews extends Command {}

  private record ApiBound(InetSocketAddress address) implements PortNews {}

  private record FlycastBound(OpenPort port) implements PortNews {}

  private record AdminBound(OpenPort port) implements PortNews {}

  /** A port that is served, and how it is freed and its connections cut. */
  private record OpenPort(InetSocketAddress address, Supplier<CompletionStage<?>> free) {
    static OpenPort of(HttpServer server) {
      return new OpenPort(server.address(), () -> server.terminate(Duration.ZERO));
    }

    static OpenPort of(Flycast flycast) {
      return new OpenPort(flycast.address(), flycast::free);
    }
  }

  private record NotBound(int port, Throwable cause) implements PortNews {}

  private record ApiGone() implements PortNews {}

  private record PortsFreed() implements PortNews {}

  private record MachinesGone() implements Command {}

  private final ActorContext<Command> context;
  private final StashBuffer<Command> stash;
  private final LocalFlySettings settings;
  private final ActorRef<Ready> replyTo;
  private final ActorRef<LocalMachines.Command> machines;
  private final ActorRef<ApiPort.Command> apiPort;

  private LocalFly(ActorContext<Command> context, StashBuffer<Command> stash, LocalFlySettings settings,
      ActorRef<Ready> replyTo, ActorRef<LocalMachines.Command> machines) {
    this.context = context;
    this.stash = stash;
    this.settings = settings;
    this.replyTo = replyTo;
    this.machines = machines;
    this.apiPort = spawnApiPort();
  }

  private ActorRef<ApiPort.Command> spawnApiPort() {
    var routes = new MachinesRoutes(context.getSystem(), machines, new Callers(settings.token()));
    var first = context.messageAdapter(ApiPort.First.class, this::apiNews);
    var port = context.spawn(ApiPort.create(settings.host(), settings.ports().api(), routes, first), "api");
    context.watchWith(port, new ApiGone());
    return port;
  }

  private PortNews apiNews(ApiPort.First first) {
    return switch (first) {
      case ApiPort.Bound(var address)  -> new ApiBound(address);
      case ApiPort.NotBound(var cause) -> new NotBound(settings.ports().api(), cause);
    };
  }

  /** @param replyTo told when the ports are served */
  public static Behavior<Command> create(LocalFlySettings settings, ActorRef<Ready> replyTo) {
    var host = switch (settings.workers()) {
      case JVM -> JvmMachine.host(Basher::create);
      case PROCESS -> ProcessMachine.host();
    };
    return create(settings, replyTo, host, new SteadyClock());
  }

  /** As the guardian of a process of its own, which tells by its log where it serves. */
  public static Behavior<Command> alone(LocalFlySettings settings) {
    return Behaviors.setup(context -> create(settings, context.getSystem().ignoreRef()));
  }

  /** As {@link #create(LocalFlySettings, ActorRef)}, with machines and a clock of the caller's. */
  static Behavior<Command> create(LocalFlySettings settings, ActorRef<Ready> replyTo, Host host, InstantSource clock) {
    return Behaviors.setup(context -> Behaviors.withStash(1, stash -> {
      var machines = context.spawn(LocalMachines.create(settings, host, clock), "machines");
      context.watchWith(machines, new MachinesGone());
      return new LocalFly(context, stash, settings, replyTo, machines).bindingApi();
    }));
  }

  // ---- the states ----

  private Behavior<Command> bindingApi() {
    return Behaviors.receiveMessage(message -> switch (message) {
      case ApiBound(var address)         -> bindFlycast(address);
      case NotBound(var port, var cause) -> notBound(port, cause, List.of());
      case Stop early                    -> later(early);
      case MachinesGone()                -> machinesFailed(List.of());
      case ApiGone()                     -> apiFailed(List.of());
      case PortNews impossible           -> Behaviors.unhandled();
    });
  }

  private Behavior<Command> bindingFlycast(InetSocketAddress api) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case FlycastBound(var flycast)     -> bindAdmin(api, flycast);
      case NotBound(var port, var cause) -> notBound(port, cause, List.of());
      case Stop early                    -> later(early);
      case MachinesGone()                -> machinesFailed(List.of());
      case ApiGone()                     -> apiFailed(List.of());
      case PortNews impossible           -> Behaviors.unhandled();
    });
  }

  private Behavior<Command> bindingAdmin(InetSocketAddress api, OpenPort flycast) {
    return receive(List.of(flycast), message -> switch (message) {
      case AdminBound(var admin)         -> serve(api, List.of(flycast, admin));
      case NotBound(var port, var cause) -> notBound(port, cause, List.of(flycast));
      case Stop early                    -> later(early);
      case MachinesGone()                -> machinesFailed(List.of(flycast));
      case ApiGone()                     -> apiFailed(List.of(flycast));
      case PortNews impossible           -> Behaviors.unhandled();
    });
  }

  /** @param ports beside the API's */
  private Behavior<Command> serving(List<OpenPort> ports) {
    return receive(ports, message -> switch (message) {
      case Stop()              -> freePorts(ports, this::stopMachines);
      case MachinesGone()      -> machinesFailed(ports);
      case ApiGone()           -> apiFailed(ports);
      case PortNews impossible -> Behaviors.unhandled();
    });
  }

  /** @param next what is to be done when all ports are free */
  private Behavior<Command> freeingApi(List<OpenPort> ports, Supplier<Behavior<Command>> next) {
    return receive(ports, message -> switch (message) {
      case ApiGone()           -> freeOthers(ports, next);
      case MachinesGone()      -> freeingApi(ports, Behaviors::stopped);
      case Stop again          -> Behaviors.same();
      case PortNews late       -> Behaviors.same();
    });
  }

  /** @param next what is to be done when all ports are free */
  private Behavior<Command> freeing(Supplier<Behavior<Command>> next) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case PortsFreed()        -> next.get();
      case MachinesGone()      -> freeing(Behaviors::stopped);
      case Stop again          -> Behaviors.same();
      case PortNews late       -> Behaviors.same();
    });
  }

  private Behavior<Command> stopping() {
    return Behaviors.receiveMessage(message -> switch (message) {
      case MachinesGone()      -> Behaviors.stopped();
      case Stop again          -> Behaviors.same();
      case PortNews late       -> Behaviors.same();
    });
  }

  // ---- the transitions ----

  private Behavior<Command> bindFlycast(InetSocketAddress api) {
    try {
      var flycast = Flycast.bind(context.getSystem(), settings.host(), settings.ports().flycast(), machines);
      context.getSelf().tell(new FlycastBound(OpenPort.of(flycast)));
    } catch (IOException failure) {
      context.getSelf().tell(new NotBound(settings.ports().flycast(), failure));
    }
    return bindingFlycast(api);
  }

  private Behavior<Command> bindAdmin(InetSocketAddress api, OpenPort flycast) {
    if (settings.ports().admin().isEmpty()) return serve(api, List.of(flycast));
    var routes = new AdminRoutes(context.getSystem(), machines, apiPort, new Callers(settings.token()));
    var port = settings.ports().admin().get();
    context.pipeToSelf(HttpServer.bind(context.getSystem(), settings.host(), port, CONNECTIONS_MAX, routes),
        (server, failure) -> failure == null ? new AdminBound(OpenPort.of(server)) : new NotBound(port, failure));
    return bindingAdmin(api, flycast);
  }

  /** @param ports flycast's and, if there is one, the admin port */
  private Behavior<Command> serve(InetSocketAddress api, List<OpenPort> ports) {
    var urls = ports.stream().map(port -> base(port.address())).toList();
    var ready = new Ready(base(api), urls.getFirst(), urls.stream().skip(1).findFirst());
    replyTo.tell(ready);
    context.getLog().info("local fly serves api={} flycast={} admin={}",
        ready.api(), ready.flycast(), ready.admin().map(URI::toString).orElse("none"));
    return stash.unstashAll(serving(ports));
  }

  private Behavior<Command> later(Stop early) {
    if (stash.isEmpty()) stash.stash(early);
    return Behaviors.same();
  }

  private Behavior<Command> notBound(int port, Throwable cause, List<OpenPort> bound) {
    var reason = cause.getCause() == null ? cause : cause.getCause();
    context.getLog().error("local fly ends cause=not-bound host={} port={} reason={}",
        settings.host(), port, reason.getMessage());
    return freePorts(bound, this::stopMachines);
  }

  private Behavior<Command> machinesFailed(List<OpenPort> ports) {
    context.getLog().error("local fly ends cause=machines-failed");
    return freePorts(ports, Behaviors::stopped);
  }

  private Behavior<Command> apiFailed(List<OpenPort> ports) {
    context.getLog().error("local fly ends cause=api-failed");
    return freeOthers(ports, this::stopMachines);
  }

  private Behavior<Command> freePorts(List<OpenPort> ports, Supplier<Behavior<Command>> next) {
    apiPort.tell(new ApiPort.Free());
    return freeingApi(ports, next);
  }

  private Behavior<Command> freeOthers(List<OpenPort> ports, Supplier<Behavior<Command>> next) {
    context.pipeToSelf(terminated(ports), (done, failure) -> new PortsFreed());
    return freeing(next);
  }

  private Behavior<Command> stopMachines() {
    machines.tell(new LocalMachines.StopAll());
    return stopping();
  }

  private static CompletionStage<Void> terminated(List<OpenPort> ports) {
    return CompletableFuture.allOf(ports.stream()
        .map(port -> port.free().get().toCompletableFuture()).toArray(CompletableFuture[]::new));
  }

  private static URI base(InetSocketAddress address) {
    var host = address.getAddress().getHostAddress();
    return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort());
  }

  /** Whatever ends this actor frees the ports. */
  private static Behavior<Command> receive(List<OpenPort> ports, Function<Command, Behavior<Command>> onMessage) {
    return Behaviors.receive((same, message) -> onMessage.apply(message), (same, signal) -> {
      if (signal instanceof PostStop) terminated(ports);
      return Behaviors.same();
    });
  }
}
