package coordbfaas.localfly;

import coordbfaas.http.HttpServer;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.StashBuffer;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * The port of the Machines API, which may refuse connections for a while.
 *
 * <pre>
 *  binding ──Bound──► open ──Refuse──► closing ──► closed ──Serve, or after a time──► reopening ──► open
 *     └──NotBound──► never bound                                            ▲ └─ not to be had ─┘
 * </pre>
 *
 * <p>From every state Free leads to the port's freedom, and then to the actor's end.
 */
final class ApiPort {
  private static final Duration TRY_AGAIN = Duration.ofMillis(100);
  private static final int CONNECTIONS_MAX = 1024;
  private static final int STASH_MAX = 16;

  sealed interface Command {}

  /**
   * Closes the port and cuts its connections.
   *
   * @param time after which it is bound again; empty for not before {@link Serve}
   * @param replyTo told when it is closed
   */
  record Refuse(Optional<Duration> time, ActorRef<Done> replyTo) implements Command {}

  /** Binds the port again. @param replyTo told when it is bound */
  record Serve(ActorRef<Done> replyTo) implements Command {}

  /** Frees the port for good. */
  record Free() implements Command {}

  /** What came of the first binding; told once. */
  sealed interface First {}

  record Bound(InetSocketAddress address) implements First {}

  record NotBound(Throwable cause) implements First {}

  private record Opened(HttpServer server) implements Command {}

  private record NotOpened(Throwable cause) implements Command {}

  private record Closed() implements Command {}

  private record Reopen() implements Command {}

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final StashBuffer<Command> stash;
  private final String host;
  private final HttpServer.Handler routes;

  private ApiPort(ActorContext<Command> context, TimerScheduler<Command> timers, StashBuffer<Command> stash,
      String host, HttpServer.Handler routes) {
    this.context = context;
    context.setLoggerName(ApiPort.class); // if a timer came first, it would be named by Pekko
    this.timers = timers;
    this.stash = stash;
    this.host = host;
    this.routes = routes;
  }

  /** @param port 0 for one that the kernel picks, which is kept */
  static Behavior<Command> create(String host, int port, HttpServer.Handler routes, ActorRef<First> replyTo) {
    return Behaviors.setup(context -> Behaviors.withTimers(timers -> Behaviors.withStash(STASH_MAX, stash -> {
      var api = new ApiPort(context, timers, stash, host, routes);
      api.bind(port);
      return api.binding(replyTo);
    })));
  }

  private Behavior<Command> binding(ActorRef<First> replyTo) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Opened(var server)   -> bound(server, replyTo);
      case NotOpened(var cause) -> notBound(cause, replyTo);
      case Refuse early         -> later(early);
      case Serve early          -> later(early);
      case Free early           -> later(early);
      case Closed impossible    -> Behaviors.unhandled();
      case Reopen impossible    -> Behaviors.unhandled();
    });
  }

  private Behavior<Command> open(HttpServer server) {
    return receive(server, message -> switch (message) {
      case Refuse(var time, var asker) -> close(server, time, asker);
      case Serve(var asker)            -> done(asker);
      case Free()                      -> free(server);
      case Opened impossible           -> Behaviors.unhandled();
      case NotOpened impossible        -> Behaviors.unhandled();
      case Closed impossible           -> Behaviors.unhandled();
      case Reopen late                 -> Behaviors.same();
    });
  }

  private Behavior<Command> closing(HttpServer server, Optional<Duration> time, ActorRef<Done> asker) {
    return receive(server, message -> switch (message) {
      case Closed()             -> refuse(server.address().getPort(), time, asker);
      case Refuse early         -> later(early);
      case Serve early          -> later(early);
      case Free early           -> later(early);
      case Opened impossible    -> Behaviors.unhandled();
      case NotOpened impossible -> Behaviors.unhandled();
      case Reopen late          -> Behaviors.same();
    });
  }

  private Behavior<Command> closed(int port) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Reopen()                    -> reopen(port, Optional.empty());
      case Serve(var asker)            -> reopen(port, Optional.of(asker));
      case Refuse(var time, var asker) -> refuse(port, time, asker);
      case Free()                      -> Behaviors.stopped();
      case Opened impossible           -> Behaviors.unhandled();
      case NotOpened impossible        -> Behaviors.unhandled();
      case Closed impossible           -> Behaviors.unhandled();
    });
  }

  private Behavior<Command> reopening(int port, Optional<ActorRef<Done>> asker) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Opened(var server)   -> reopened(server, asker);
      case NotOpened(var cause) -> reopenLater(port, asker);
      case Free()               -> givingUp();
      case Refuse early         -> later(early);
      case Serve early          -> later(early);
      case Closed impossible    -> Behaviors.unhandled();
      case Reopen late          -> Behaviors.same();
    });
  }

  /** Another program may have the port: it is tried until it can be had. */
  private Behavior<Command> notToBeHad(int port, Optional<ActorRef<Done>> asker) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Reopen()             -> reopen(port, asker);
      case Free()               -> Behaviors.stopped();
      case Refuse early         -> later(early);
      case Serve early          -> later(early);
      case Opened impossible    -> Behaviors.unhandled();
      case NotOpened impossible -> Behaviors.unhandled();
      case Closed impossible    -> Behaviors.unhandled();
    });
  }

  /** A binding is on its way that nobody wants any more. */
  private Behavior<Command> givingUp() {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Opened(var server)   -> free(server);
      case NotOpened(var cause) -> Behaviors.stopped();
      case Refuse late          -> Behaviors.same();
      case Serve late           -> Behaviors.same();
      case Free again           -> Behaviors.same();
      case Reopen late          -> Behaviors.same();
      case Closed impossible    -> Behaviors.unhandled();
    });
  }

  private Behavior<Command> neverBound() {
    return Behaviors.receiveMessage(message -> message instanceof Free ? Behaviors.stopped() : Behaviors.unhandled());
  }

  private Behavior<Command> freeing() {
    return Behaviors.receiveMessage(message -> message instanceof Closed ? Behaviors.stopped() : Behaviors.same());
  }

  private Behavior<Command> bound(HttpServer server, ActorRef<First> replyTo) {
    replyTo.tell(new Bound(server.address()));
    return stash.unstashAll(open(server));
  }

  private Behavior<Command> notBound(Throwable cause, ActorRef<First> replyTo) {
    replyTo.tell(new NotBound(cause));
    return stash.unstashAll(neverBound());
  }

  private Behavior<Command> close(HttpServer server, Optional<Duration> time, ActorRef<Done> asker) {
    terminate(server);
    return closing(server, time, asker);
  }

  private Behavior<Command> refuse(int port, Optional<Duration> time, ActorRef<Done> asker) {
    timers.cancel(Reopen.class);
    time.ifPresent(after -> timers.startSingleTimer(Reopen.class, new Reopen(), after));
    context.getLog().info("api refuses connections port={}", port);
    asker.tell(Done.getInstance());
    return stash.unstashAll(closed(port));
  }

  private Behavior<Command> reopen(int port, Optional<ActorRef<Done>> asker) {
    timers.cancel(Reopen.class);
    bind(port);
    return reopening(port, asker);
  }

  private Behavior<Command> reopenLater(int port, Optional<ActorRef<Done>> asker) {
    timers.startSingleTimer(Reopen.class, new Reopen(), TRY_AGAIN);
    return notToBeHad(port, asker);
  }

  private Behavior<Command> reopened(HttpServer server, Optional<ActorRef<Done>> asker) {
    context.getLog().info("api serves again port={}", server.address().getPort());
    asker.ifPresent(waiting -> waiting.tell(Done.getInstance()));
    return stash.unstashAll(open(server));
  }

  private Behavior<Command> free(HttpServer server) {
    terminate(server);
    return freeing();
  }

  private static Behavior<Command> done(ActorRef<Done> asker) {
    asker.tell(Done.getInstance());
    return Behaviors.same();
  }

  private Behavior<Command> later(Command early) {
    if (!stash.isFull()) stash.stash(early);
    return Behaviors.same();
  }

  private void bind(int port) {
    context.pipeToSelf(HttpServer.bind(context.getSystem(), host, port, CONNECTIONS_MAX, routes),
        (server, failure) -> failure == null ? new Opened(server) : new NotOpened(failure));
  }

  private void terminate(HttpServer server) {
    context.pipeToSelf(server.terminate(Duration.ZERO), (done, failure) -> new Closed());
  }

  /** Whatever ends this actor frees the port. */
  private static Behavior<Command> receive(HttpServer server, Function<Command, Behavior<Command>> onMessage) {
    return Behaviors.receive((same, message) -> onMessage.apply(message), (same, signal) -> {
      if (signal instanceof PostStop) server.terminate(Duration.ZERO);
      return Behaviors.same();
    });
  }
}
