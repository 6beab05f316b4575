package coordbfaas.localfly;

import coordbfaas.basher.Basher;
import coordbfaas.http.HttpServer;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
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
 * Fly on localhost: binds the Machines API and flycast, and lives as long as both are served.
 *
 * <pre>
 *  binding the API ──► binding flycast ──Ready──► serving ──Stop──► freeing the ports ──► stopping the machines ──► (ends)
 * </pre>
 *
 * <p>If a port cannot be had it says so in the log and ends, without {@link Ready}.
 */
public final class LocalFly {
  private static final int CONNECTIONS_MAX = 1024;

  public sealed interface Command {}

  /** Frees both ports and stops all machines. The actor ends when their bashers are gone. */
  public record Stop() implements Command {}

  /**
   * Told once, when both ports are served.
   *
   * @param api base URL of the Machines API
   * @param flycast base URL under which the machines are reached
   */
  public record Ready(URI api, URI flycast) {}

  private record ApiBound(HttpServer server) implements Command {}

  private record FlycastBound(HttpServer server) implements Command {}

  private record NotBound(int port, Throwable cause) implements Command {}

  private record PortsFreed() implements Command {}

  private record MachinesGone() implements Command {}

  private final ActorContext<Command> context;
  private final StashBuffer<Command> stash;
  private final LocalFlySettings settings;
  private final ActorRef<Ready> replyTo;
  private final ActorRef<LocalMachines.Command> machines;

  private LocalFly(ActorContext<Command> context, StashBuffer<Command> stash, LocalFlySettings settings,
      ActorRef<Ready> replyTo, ActorRef<LocalMachines.Command> machines) {
    this.context = context;
    this.stash = stash;
    this.settings = settings;
    this.replyTo = replyTo;
    this.machines = machines;
  }

  /** @param replyTo told when both ports are served */
  public static Behavior<Command> create(LocalFlySettings settings, ActorRef<Ready> replyTo) {
    var host = switch (settings.workers()) {
      case JVM -> JvmMachine.host(Basher::create);
      case PROCESS -> ProcessMachine.host();
    };
    return create(settings, replyTo, host, InstantSource.system());
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
      return new LocalFly(context, stash, settings, replyTo, machines).bindApi();
    }));
  }

  private Behavior<Command> bindApi() {
    bind(settings.ports().api(), new MachinesRoutes(context.getSystem(), machines, new Callers(settings.token())), ApiBound::new);
    return Behaviors.receiveMessage(message -> switch (message) {
      case ApiBound(var api)             -> bindFlycast(api);
      case NotBound(var port, var cause) -> notBound(port, cause, List.of());
      case Stop early                    -> later(early);
      case MachinesGone()                -> Behaviors.stopped();
      case FlycastBound impossible       -> Behaviors.unhandled();
      case PortsFreed impossible         -> Behaviors.unhandled();
    });
  }

  private Behavior<Command> bindFlycast(HttpServer api) {
    bind(settings.ports().flycast(), new Flycast(context.getSystem(), machines), FlycastBound::new);
    return receive(List.of(api), message -> switch (message) {
      case FlycastBound(var flycast)     -> serve(api, flycast);
      case NotBound(var port, var cause) -> notBound(port, cause, List.of(api));
      case Stop early                    -> later(early);
      case MachinesGone()                -> machinesFailed(List.of(api));
      case ApiBound impossible           -> Behaviors.unhandled();
      case PortsFreed impossible         -> Behaviors.unhandled();
    });
  }

  private Behavior<Command> serving(List<HttpServer> ports) {
    return receive(ports, message -> switch (message) {
      case Stop()                  -> freePorts(ports, this::stopMachines);
      case MachinesGone()          -> machinesFailed(ports);
      case ApiBound impossible     -> Behaviors.unhandled();
      case FlycastBound impossible -> Behaviors.unhandled();
      case NotBound impossible     -> Behaviors.unhandled();
      case PortsFreed impossible   -> Behaviors.unhandled();
    });
  }

  /** @param next what is to be done when the ports are free */
  private Behavior<Command> freeing(Supplier<Behavior<Command>> next) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case PortsFreed()            -> next.get();
      case MachinesGone()          -> freeing(Behaviors::stopped);
      case Stop again              -> Behaviors.same();
      case ApiBound impossible     -> Behaviors.unhandled();
      case FlycastBound impossible -> Behaviors.unhandled();
      case NotBound impossible     -> Behaviors.unhandled();
    });
  }

  private Behavior<Command> stopping() {
    return Behaviors.receiveMessage(message -> switch (message) {
      case MachinesGone()          -> Behaviors.stopped();
      case Stop again              -> Behaviors.same();
      case ApiBound impossible     -> Behaviors.unhandled();
      case FlycastBound impossible -> Behaviors.unhandled();
      case NotBound impossible     -> Behaviors.unhandled();
      case PortsFreed impossible   -> Behaviors.unhandled();
    });
  }

  private Behavior<Command> serve(HttpServer api, HttpServer flycast) {
    replyTo.tell(new Ready(base(api), base(flycast)));
    context.getLog().info("local fly serves api={} flycast={}", base(api), base(flycast));
    return stash.unstashAll(serving(List.of(api, flycast)));
  }

  private Behavior<Command> later(Stop early) {
    if (stash.isEmpty()) stash.stash(early);
    return Behaviors.same();
  }

  private Behavior<Command> notBound(int port, Throwable cause, List<HttpServer> bound) {
    var reason = cause.getCause() == null ? cause : cause.getCause();
    context.getLog().error("local fly ends cause=not-bound host={} port={} reason={}",
        settings.host(), port, reason.getMessage());
    return freePorts(bound, this::stopMachines);
  }

  private Behavior<Command> machinesFailed(List<HttpServer> ports) {
    context.getLog().error("local fly ends cause=machines-failed");
    return freePorts(ports, Behaviors::stopped);
  }

  private Behavior<Command> freePorts(List<HttpServer> ports, Supplier<Behavior<Command>> next) {
    context.pipeToSelf(terminated(ports), (done, failure) -> new PortsFreed());
    return freeing(next);
  }

  private Behavior<Command> stopMachines() {
    machines.tell(new LocalMachines.StopAll());
    return stopping();
  }

  private void bind(int port, HttpServer.Handler handler, Function<HttpServer, Command> bound) {
    context.pipeToSelf(HttpServer.bind(context.getSystem(), settings.host(), port, CONNECTIONS_MAX, handler),
        (server, failure) -> failure == null ? bound.apply(server) : new NotBound(port, failure));
  }

  private static CompletionStage<Void> terminated(List<HttpServer> ports) {
    return CompletableFuture.allOf(ports.stream()
        .map(port -> port.terminate(Duration.ZERO).toCompletableFuture()).toArray(CompletableFuture[]::new));
  }

  private static URI base(HttpServer server) {
    var host = server.address().getAddress().getHostAddress();
    return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + server.address().getPort());
  }

  /** Whatever ends this actor frees the ports. */
  private static Behavior<Command> receive(List<HttpServer> ports, Function<Command, Behavior<Command>> onMessage) {
    return Behaviors.receive((same, message) -> onMessage.apply(message), (same, signal) -> {
      if (signal instanceof PostStop) terminated(ports);
      return Behaviors.same();
    });
  }
}
