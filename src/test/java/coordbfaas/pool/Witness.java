package coordbfaas.pool;

import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** An actor that notes what it is told and when another ends, and does nothing else. */
final class Witness<T> {
  private final ActorTestKit system;
  private final ActorRef<Object> actor;
  private final List<Object> told = new ArrayList<>();

  private record Watch(ActorRef<?> other) {}

  private record Ended(ActorRef<?> other) {}

  Witness(ActorTestKit system) {
    this.system = system;
    this.actor = system.spawn(Behaviors.<Object>setup(context -> Behaviors.receiveMessage(message -> {
      if (message instanceof Watch(var other)) context.watchWith(other, new Ended(other));
      else told.add(message);
      return Behaviors.same();
    })));
  }

  ActorRef<T> ref() {
    return actor.narrow();
  }

  void watches(ActorRef<?> other) {
    actor.tell(new Watch(other));
  }

  boolean saw(ActorRef<?> other) {
    return told.contains(new Ended(other));
  }

  /** What it was told since this was last asked, oldest first. */
  @SuppressWarnings("unchecked") // by its ref nothing else comes in
  List<T> news() {
    var news = (List<T>) told.stream().filter(message -> !(message instanceof Ended)).toList();
    told.removeIf(message -> !(message instanceof Ended));
    return news;
  }

  void dies() {
    system.stop(actor);
  }
}
