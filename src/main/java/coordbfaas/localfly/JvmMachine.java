package coordbfaas.localfly;

import coordbfaas.basher.Basher;
import coordbfaas.basher.BasherSettings;
import coordbfaas.settings.InvalidSettings;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.function.BiFunction;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * One boot of a machine whose basher is an actor of this JVM, on a loopback port of its own. It has started when the basher
 * listens, and ends when the basher does. A stop has no time limit: the basher's own is a kill already. Frozen it runs on: all
 * that a suspended machine of this kind has in common with Fly's is that flycast does not reach it, and that no time passes for
 * a basher that waits for its run.
 */
final class JvmMachine {
  sealed interface Command {}

  private record Stop() implements Command {}

  /** What the basher alone knows how to follow. */
  private record Pass(Basher.Command order) implements Command {}

  private record Listening(InetSocketAddress address) implements Command {}

  private record Ended() implements Command {}

  private final Host.Order order;
  private final ActorRef<Host.Up> replyTo;
  private final ActorRef<Basher.Command> basher;

  private JvmMachine(Host.Order order, ActorRef<Host.Up> replyTo, ActorRef<Basher.Command> basher) {
    this.order = order;
    this.replyTo = replyTo;
    this.basher = basher;
  }

  /** A host that makes its bashers by a factory. */
  static Host host(BiFunction<BasherSettings, ActorRef<Basher.Listening>, Behavior<Basher.Command>> bashers) {
    var settings = new BootSettings();
    return (parent, order, replyTo) -> {
      var machine = parent.spawn(create(order, replyTo, settings, bashers), order.actorName());
      return new Host.Booted(machine, killAfter -> machine.tell(new Stop()),
          () -> machine.tell(new Pass(new Basher.Freeze())), () -> machine.tell(new Pass(new Basher.Thaw())));
    };
  }

  private static Behavior<Command> create(Host.Order order, ActorRef<Host.Up> replyTo, BootSettings settings,
      BiFunction<BasherSettings, ActorRef<Basher.Listening>, Behavior<Basher.Command>> bashers) {
    return Behaviors.setup(context -> {
      try {
        var basher = spawn(context, bashers.apply(settings.of(order), listening(context)));
        return new JvmMachine(order, replyTo, basher).booting();
      } catch (InvalidSettings unusable) {
        context.getLog().error("machine not booted machine={} cause={}", order.machine(), unusable.getMessage());
        return Behaviors.stopped();
      }
    });
  }

  private static ActorRef<Basher.Command> spawn(ActorContext<Command> context, Behavior<Basher.Command> behavior) {
    var basher = context.spawn(behavior, "basher");
    context.watchWith(basher, new Ended());
    return basher;
  }

  private static ActorRef<Basher.Listening> listening(ActorContext<Command> context) {
    return context.messageAdapter(Basher.Listening.class, told -> new Listening(told.address()));
  }

  private Behavior<Command> booting() {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Listening(var address) -> up(address);
      case Pass(var order)        -> pass(order);
      case Stop()                 -> stop();
      case Ended()                -> Behaviors.stopped();
    });
  }

  private Behavior<Command> running() {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Pass(var order) -> pass(order);
      case Stop()          -> stop();
      case Ended()         -> Behaviors.stopped();
      case Listening again -> Behaviors.same();
    });
  }

  private Behavior<Command> stopping() {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Ended()         -> Behaviors.stopped();
      case Stop again      -> Behaviors.same();
      case Pass late       -> Behaviors.same();
      case Listening late  -> Behaviors.same();
    });
  }

  private Behavior<Command> up(InetSocketAddress address) {
    replyTo.tell(new Host.Up(order.machine(), order.boot(), URI.create("http://127.0.0.1:" + address.getPort())));
    return running();
  }

  private Behavior<Command> pass(Basher.Command order) {
    basher.tell(order);
    return Behaviors.same();
  }

  private Behavior<Command> stop() {
    basher.tell(new Basher.Stop());
    return stopping();
  }
}
