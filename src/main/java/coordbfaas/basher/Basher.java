package coordbfaas.basher;

import java.net.InetSocketAddress;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

public final class Basher {
  public sealed interface Command {}

  /** Ends the basher and its run, if one goes on. Its actor stops when nothing of it is left. */
  public record Stop() implements Command {}

  /** Told once, when the server listens. */
  public record Listening(InetSocketAddress address) {}

  private Basher() {}

  public static Behavior<Command> create(BasherSettings settings, ActorRef<Listening> replyTo) {
    return Behaviors.empty();
  }
}
