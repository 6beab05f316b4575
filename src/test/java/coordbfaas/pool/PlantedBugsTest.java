package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.machines.Lease;
import coordbfaas.machines.LeaseNonce;
import coordbfaas.machines.MachineState;
import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.PoolSupervisor.Command;
import coordbfaas.story.StoryStage;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.BehaviorInterceptor;
import org.apache.pekko.actor.typed.TypedActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Goal: the simulation can fail. Method: one rule of the pools is broken at a time; one of a thousand stories must tell.
 */
@DisplayName("A simulation of several pools")
class PlantedBugsTest {
  private static final int SEEDS = 1000;

  /** A rule, broken. The number is that of the invariant it serves. */
  enum Bug implements ClusterPlant {
    NO_ROTATION_AFTER_A_CALL_OF_UNKNOWN_FATE(1, new WorkerRules() {
      @Override
      boolean mustRotate(HeldMachine held) {
        return false;
      }
    }),
    A_LOST_LEASE_IS_NOT_NOTICED(1, new WorkerRules() {
      @Override
      boolean isLost(MachinesFailure failure) {
        return false;
      }
    }),
    A_LEASE_IS_NEVER_OVER(1, new WorkerRules() {
      @Override
      boolean isOver(Moment end, Moment now) {
        return false;
      }
    }),
    A_REFRESH_WITH_A_NEW_NONCE_IS_BELIEVED(1, new WorkerRules() {
      @Override
      boolean isSameLease(LeaseNonce ours, LeaseNonce answered) {
        return true;
      }
    }),
    A_LATER_INSTANCE_IS_TAKEN_FOR_AN_EARLIER_ONE(1, new WorkerRules() {
      @Override
      Holder holder(Optional<Lease> lease, MachineClaim claim, Instance self) {
        var holder = super.holder(lease, claim, self);
        return holder == Holder.LATER ? Holder.EARLIER : holder;
      }
    }),
    PREVIOUS_STATE_IS_NOT_LOOKED_AT(2, new WorkerRules() {
      @Override
      boolean isCleanBoot(MachineState previous, HeldMachine held) {
        return true;
      }
    }),
    A_SUSPENDED_USED_MACHINE_IS_STARTED_AGAIN(2, new WorkerRules() {
      @Override
      boolean isCleanBoot(MachineState previous, HeldMachine held) {
        return previous == MachineState.STOPPED || previous == MachineState.SUSPENDED;
      }

      @Override
      boolean isTainted(HeldMachine held, MachineState seen, long asOf) {
        return false;
      }

      @Override
      boolean canBeReclaimed(MachineState seen) {
        return true;
      }
    }),
    A_VERDICT_APPLIES_TO_A_MACHINE_THAT_CHANGED(6, new WorkerRules() {
      @Override
      boolean isUnchanged(long asOf, long change) {
        return true;
      }
    }),
    ORPHANS_ARE_LEFT_ALONE(4, new WorkerRules() {
      @Override
      boolean isOrphan(Optional<Lease> lease) {
        return false;
      }
    }),
    NAMES_ARE_RANDOM(5, new WorkerRules() {
      private final SplittableRandom random = new SplittableRandom(1);

      @Override
      WorkerName name(String pool, int slot) {
        return new WorkerName(pool, random.nextInt(1_000_000));
      }
    }),
    THE_END_OF_A_MACHINE_IS_NOT_HEARD(6, message -> message.getClass().getSimpleName().equals("Ended")),
    A_DECLINED_REQUEST_IS_FORGOTTEN(8, message -> message.toString().startsWith("Told[report=Declined"));

    private final int invariant;
    private final WorkerRules rules;
    private final Predicate<Command> unheard;

    Bug(int invariant, WorkerRules rules) {
      this(invariant, rules, message -> false);
    }

    Bug(int invariant, Predicate<Command> unheard) {
      this(invariant, new WorkerRules(), unheard);
    }

    Bug(int invariant, WorkerRules rules, Predicate<Command> unheard) {
      this.invariant = invariant;
      this.rules = rules;
      this.unheard = unheard;
    }

    @Override
    public WorkerRules rules() {
      return rules;
    }

    @Override
    public Behavior<Command> around(Behavior<Command> pool) {
      return Behaviors.intercept(() -> new Deafness(unheard), pool);
    }
  }

  /** Hears not everything. */
  private static final class Deafness extends BehaviorInterceptor<Command, Command> {
    private final Predicate<Command> unheard;

    Deafness(Predicate<Command> unheard) {
      super(Command.class);
      this.unheard = unheard;
    }

    @Override
    public Behavior<Command> aroundReceive(TypedActorContext<Command> context, Command message, ReceiveTarget<Command> pool) {
      return unheard.test(message) ? Behaviors.same() : pool.apply(context, message);
    }
  }

  private static StoryStage stage;

  @BeforeAll
  static void opens() {
    stage = new StoryStage();
  }

  @AfterAll
  static void closes() {
    stage.close();
  }

  @ParameterizedTest
  @EnumSource
  void catches(Bug bug) {
    var story = firstBroken(bug);
    assertThat(story).as(bug + " in " + SEEDS + " stories").isPresent();
    System.out.printf("%s (invariant %d) caught by story %d: %s%n",
        bug, bug.invariant, story.get().seed(), story.get().broken().orElseThrow());
  }

  private static Optional<ClusterStory.Outcome> firstBroken(Bug bug) {
    for (var seed = 1; seed <= SEEDS; seed++) {
      var story = ClusterStory.tell(stage, seed, bug, false);
      if (story.broken().isPresent()) return Optional.of(story);
    }
    return Optional.empty();
  }
}
