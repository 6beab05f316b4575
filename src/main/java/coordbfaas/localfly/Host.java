package coordbfaas.localfly;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/** Where machines run. A boot is an actor, which lives exactly as long as the machine's basher. */
interface Host {
  /**
   * What to boot.
   *
   * @param environment of the machine's configuration; the host adds what only it knows
   */
  record Order(String machine, long boot, Map<String, String> environment) {
    /** Names the boot's actor. */
    String actorName() {
      return "machine-" + machine + "-" + boot;
    }

    @Override
    public String toString() {
      return "Order[" + machine + ", " + boot + "]";
    }
  }

  /** The machine has started, and its basher is or will be found here. */
  record Up(String machine, long boot, URI address) {}

  /**
   * A boot under way or done.
   *
   * @param stop ends it: gently at first, by force after a while. May be called again: the latest order counts
   * @param freeze has it stand still, its memory kept, until it is thawed; as far as the host can
   */
  record Booted(ActorRef<?> actor, Consumer<Duration> stop, Runnable freeze, Runnable thaw) {}

  /**
   * Boots a machine.
   *
   * @param parent supervises the boot's actor
   * @param replyTo told once, unless the boot fails, of which the actor's end tells
   */
  Booted boot(ActorContext<?> parent, Order order, ActorRef<Up> replyTo);
}
