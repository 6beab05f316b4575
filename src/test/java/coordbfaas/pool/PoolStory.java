package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.facts.Observer;
import coordbfaas.pool.PoolSupervisor.Command;
import coordbfaas.pool.PoolSupervisor.Granted;
import coordbfaas.pool.PoolSupervisor.Reason;
import coordbfaas.pool.PoolSupervisor.Refused;
import coordbfaas.pool.ScriptedWire.Verb;
import coordbfaas.story.StoryTime;
import java.time.Duration;
import java.util.SplittableRandom;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** A pool with real worker machines, over a wire that the story scripts, or that a small Fly answers. */
abstract class PoolStory {
  private static final Duration STEP = Duration.ofMillis(250);

  static ActorTestKit system;

  final ScriptedWire wire = new ScriptedWire();
  final SmallFly fly = new SmallFly(wire);
  final StoryTime time = StoryTime.of(system);
  private final Witness<Object> witness = new Witness<>(system);
  private final LateNews news = new LateNews();
  private ActorRef<Command> pool;

  @BeforeAll
  static void opens() {
    system = StoryTime.aSystem();
  }

  @AfterAll
  static void closes() {
    system.shutdownTestKit();
  }

  @AfterEach
  void leavesNoTimers() {
    if (pool != null) system.stop(pool);
  }

  /** One who asks for a machine. */
  final class Requester {
    private final Witness<PoolSupervisor.AllocateReply> witness = new Witness<>(system);
    private Grant grant;

    void asks(Duration timeLeft) {
      pool.tell(new PoolSupervisor.Allocate("run", timeLeft, witness.ref(), witness.ref()));
    }

    void asksForOneThatIsIdle() {
      pool.tell(new PoolSupervisor.Allocate("run", APool.REQUEST_TIME, true, witness.ref(), witness.ref()));
    }

    Grant isGranted() {
      var replies = witness.news();
      assertThat(replies).as("replies").hasSize(1);
      assertThat(replies.getFirst()).isInstanceOf(Granted.class);
      grant = ((Granted) replies.getFirst()).grant();
      assertThat(fly.bootOf(grant.machine())).contains(grant.boot());
      return grant;
    }

    void waits() {
      assertThat(witness.news()).as("replies").isEmpty();
    }

    Duration isRefused(Reason reason) {
      var replies = witness.news();
      assertThat(replies).as("replies").hasSize(1).first().isInstanceOf(Refused.class);
      assertThat(((Refused) replies.getFirst()).reason()).isEqualTo(reason);
      return ((Refused) replies.getFirst()).retryAfter();
    }

    /** The machine that it holds. */
    String machine() {
      return grant.machine();
    }

    void withdraws() {
      pool.tell(new PoolSupervisor.Withdraw(witness.ref()));
    }

    void frees() {
      pool.tell(new PoolSupervisor.Free(grant));
    }

    void dies() {
      witness.dies();
    }
  }

  /** Fly has not yet answered the pool's first look. */
  void begins(APool settings) {
    pool = system.spawn(news.lateTo(PoolSupervisor.create(settings.settings(), surroundings())));
    witness.watches(pool);
  }

  void opensAPool(APool settings) {
    begins(settings);
    fly.answers(Verb.LIST);
  }

  PoolSupervisor.Surroundings surroundings() {
    return new PoolSupervisor.Surroundings(
        wire, wire, PlainClaims.OURS, new PoolClocks(time, time::steady), new SplittableRandom(1), Observer.NONE);
  }

  /** Fly does all that it is asked. */
  void opensAPoolThatIsUp(APool settings) {
    opensAPool(settings);
    fly.answersAll();
  }

  /** Time passes, and Fly does what it is asked meanwhile. */
  void whileFlyWorks(Duration duration) {
    var end = time.steady().plus(duration);
    while (time.steady().isBefore(end)) {
      fly.answersAll();
      var left = Duration.between(time.steady(), end);
      time.passes(left.compareTo(STEP) < 0 ? left : STEP);
    }
    fly.answersAll();
  }

  Requester asks() {
    return asks(APool.REQUEST_TIME);
  }

  Requester asks(Duration timeLeft) {
    var requester = new Requester();
    requester.asks(timeLeft);
    return requester;
  }

  /** Asks for a machine that is idle, or for none. */
  Requester asksForOneThatIsIdle() {
    var requester = new Requester();
    requester.asksForOneThatIsIdle();
    return requester;
  }

  Requester holdsAMachine() {
    var requester = asks();
    fly.answersAll();
    requester.isGranted();
    return requester;
  }

  void tells(Command command) {
    pool.tell(command);
  }

  /** From here on the pool learns of its machines only when it is told to. */
  void newsOfMachinesIsLate() {
    news.isHeld();
  }

  void newsOfMachinesArrives() {
    news.arrives(pool);
  }

  void isClosed() {
    pool.tell(new PoolSupervisor.Close());
  }

  boolean hasEnded() {
    return witness.saw(pool);
  }
}
