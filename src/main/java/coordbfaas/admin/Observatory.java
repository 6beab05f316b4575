package coordbfaas.admin;

import coordbfaas.facts.Fact;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Hears every fact, in the order in which they are told, and says what is known by them. */
final class Observatory extends AbstractMatchingBehavior<Observatory.Command> {
  sealed interface Command {}

  record Saw(Fact fact, Instant at) implements Command {}

  record View(ActorRef<PoolView> replyTo) implements Command {}

  /** @param replyTo told what speaks against it; nothing, if the coordinator is ready */
  record IsReady(ActorRef<Reasons> replyTo) implements Command {}

  record Reasons(List<String> against) {}

  static Behavior<Command> create(PoolView.About about, Meters meters, InstantSource clock) {
    var observatory = Behaviors.<Command>setup(context -> new Observatory(context, about, meters, clock));
    // What a bug broke is one fact: to watch is not worth to end for.
    return Behaviors.supervise(observatory).onFailure(RuntimeException.class, SupervisorStrategy.resume());
  }

  private final PoolView.About about;
  private final Meters meters;
  private final InstantSource clock;
  private final Board board;

  private Observatory(ActorContext<Command> context, PoolView.About about, Meters meters, InstantSource clock) {
    super(context);
    this.about = about;
    this.meters = meters;
    this.clock = clock;
    this.board = new Board(about.size());
    meters.show(board);
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case Saw(var fact, var at) -> saw(fact, at);
      case View(var replyTo)     -> replyTo.tell(PoolView.of(about, board, clock.instant()));
      case IsReady(var replyTo)  -> replyTo.tell(new Reasons(Readiness.reasonsAgainst(board)));
    }
    return this;
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    if (signal instanceof PostStop) meters.close();
    return this;
  }

  private void saw(Fact fact, Instant at) {
    meters.take(fact);
    board.take(fact, at).ifPresent(meters::took);
    meters.show(board);
  }
}
