package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.pool.PoolPlan.Outdated;
import coordbfaas.pool.PoolPlan.Stock;
import coordbfaas.settings.RandomCases;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A pool's plan")
class PoolPlanTest {
  private static final PoolPlan NOTHING = new PoolPlan(0, 0, 0, 0);

  /** A pool in some state that it may get into, with some who wait. */
  private record Situation(Stock stock, int waiting, int warmTarget, int size) {
    static Situation any(RandomGenerator random) {
      var size = random.nextInt(1, 12);
      var held = random.nextInt(size + 1);
      var warm = random.nextInt(held + 1);
      var coming = random.nextInt(held - warm + 1);
      var cold = random.nextInt(held - warm - coming + 1);
      var suspended = random.nextInt(held - warm - coming - cold + 1);
      var going = random.nextInt(held - warm - coming - cold - suspended + 1);
      var created = random.nextInt(coming + 1);
      var stock = new Stock(warm, suspended, coming, created, random.nextInt(coming - created + 1), cold, going, held);
      return new Situation(stock, random.nextInt(20), random.nextInt(size + 1), size);
    }

    PoolPlan plan() {
      return PoolPlan.of(stock, Outdated.NONE, waiting, warmTarget, size);
    }

    Situation afterwards() {
      var plan = plan();
      return new Situation(new Stock(stock.warm(), stock.suspended() - plan.resumes(),
          stock.coming() + plan.resumes() + plan.boots() + plan.creates(), stock.created() + plan.creates(),
          stock.resuming() + plan.resumes(), stock.cold() - plan.boots(), stock.going(), stock.held() + plan.creates()), waiting, warmTarget, size);
    }

    int onOffer() {
      return stock.warm() + stock.suspended() + stock.coming();
    }

    int wanted() {
      return waiting + warmTarget;
    }
  }

  private interface Claim {
    void holds(Situation situation, PoolPlan plan);
  }

  private static void always(Claim claim) {
    RandomCases.each(20_000, random -> {
      var situation = Situation.any(random);
      try {
        claim.holds(situation, situation.plan());
      } catch (AssertionError broken) {
        throw new AssertionError(situation + " has " + situation.plan() + ": " + broken.getMessage(), broken);
      }
    });
  }

  @Nested
  @DisplayName("in any state of the pool")
  class InAnyState {
    @Test
    void keepsToTheSize() {
      always((situation, plan) -> assertThat(situation.afterwards().stock().held()).isLessThanOrEqualTo(situation.size()));
    }

    @Test
    void bootsNoMoreThanAreCold() {
      always((situation, plan) -> assertThat(plan.boots()).isBetween(0, situation.stock().cold()));
    }

    @Test
    void asksForNoMoreThanThoseWhoWaitAndTheWarmOnes() {
      always((situation, plan) -> assertThat(situation.afterwards().onOffer())
          .isLessThanOrEqualTo(Math.max(situation.onOffer(), situation.wanted())));
    }

    @Test
    void asksForAllThatFit() {
      always((situation, plan) -> {
        var after = situation.afterwards();
        var exhausted = after.stock().cold() == 0 && after.stock().held() == after.size();
        if (!exhausted) assertThat(after.onOffer()).isGreaterThanOrEqualTo(after.wanted());
      });
    }

    @Test
    void resumesNoMoreThanAreSuspendedAndWaitedFor() {
      always((situation, plan) -> assertThat(plan.resumes())
          .isBetween(0, Math.min(situation.stock().suspended(), situation.waiting())));
    }

    @Test
    void createsOnlyWhenNoColdMachineIsLeft() {
      always((situation, plan) -> {
        if (plan.creates() > 0) assertThat(plan.boots()).isEqualTo(situation.stock().cold());
      });
    }

    @Test
    void hasNothingToAddOnceItWasCarriedOut() {
      always((situation, plan) -> assertThat(situation.afterwards().plan()).isEqualTo(NOTHING));
    }

    @Test
    void wantsNothingWithoutWarmMachinesAndWithoutDemand() {
      always((situation, plan) ->
          assertThat(PoolPlan.of(situation.stock(), Outdated.NONE, 0, 0, situation.size())).isEqualTo(NOTHING));
    }
  }

  @ParameterizedTest(name = "{0} warm, {1} coming, {2} cold, {3} held; {4} wait, {5} kept warm of {6}: {7} boots, {8} creates")
  @CsvSource({
      "0, 0, 0, 0,  0, 0, 4,  0, 0",
      "0, 0, 0, 0,  0, 4, 4,  0, 4",
      "0, 0, 0, 0,  1, 0, 4,  0, 1",
      "0, 0, 0, 0,  9, 1, 4,  0, 4",
      "1, 0, 0, 1,  0, 1, 4,  0, 0",
      "0, 1, 0, 1,  1, 0, 4,  0, 0",
      "0, 1, 0, 1,  1, 1, 4,  0, 1",
      "0, 0, 1, 1,  1, 0, 4,  1, 0",
      "0, 0, 2, 2,  1, 0, 4,  1, 0",
      "0, 0, 1, 4,  9, 1, 4,  1, 0",
      "0, 0, 0, 4,  9, 1, 4,  0, 0"})
  void isWhatAPersonWouldDo(
      int warm, int coming, int cold, int held, int waiting, int warmTarget, int size, int boots, int creates) {
    var stock = new Stock(warm, 0, coming, 0, 0, cold, 0, held);
    assertThat(PoolPlan.of(stock, Outdated.NONE, waiting, warmTarget, size)).isEqualTo(new PoolPlan(0, boots, creates, 0));
  }

  @ParameterizedTest(name = "{0} suspended, {1} coming, {2} of them resumed, {3} cold, {4} held; {5} wait, 1 kept warm of 4: "
      + "{6} resumes, {7} boots, {8} creates")
  @CsvSource({
      "1, 0, 0, 0, 1,  0,  0, 0, 0",
      "1, 0, 0, 0, 1,  1,  1, 0, 1",
      "1, 0, 0, 1, 2,  1,  1, 1, 0",
      "2, 1, 1, 0, 3,  1,  0, 0, 0",
      "2, 1, 0, 0, 3,  1,  1, 0, 0", // sooner done than a boot that has begun
      "2, 2, 1, 0, 4,  2,  1, 0, 0",
      "2, 0, 0, 0, 4,  3,  2, 0, 0"})
  void resumesForThoseWhoWait(
      int suspended, int coming, int resuming, int cold, int held, int waiting, int resumes, int boots, int creates) {
    var stock = new Stock(0, suspended, coming, 0, resuming, cold, 0, held);
    assertThat(PoolPlan.of(stock, Outdated.NONE, waiting, 1, 4)).isEqualTo(new PoolPlan(resumes, boots, creates, 0));
  }

  @ParameterizedTest(name = "{0} warm, {1} coming, {2} of them new, {3} cold, {4} going, {5} held; {6} ready and {7} cold are old; "
      + "{8} wait, 1 kept warm of 4: {9} boots, {10} creates, {11} retires")
  @CsvSource({
      "1, 0, 0, 3, 0, 4,  1, 3,  0,  0, 0, 1", // a full pool: the old go first, the cold before the warm
      "1, 0, 0, 0, 0, 4,  1, 0,  0,  0, 0, 1",
      "1, 0, 0, 0, 0, 1,  1, 0,  0,  0, 1, 0", // room for a successor
      "1, 1, 1, 0, 0, 2,  1, 0,  0,  0, 0, 0", // which is on its way
      "2, 0, 0, 0, 0, 2,  1, 0,  0,  0, 0, 1", // and is there
      "1, 0, 0, 1, 1, 3,  1, 1,  0,  0, 0, 0", // one at a time
      "0, 1, 1, 2, 0, 4,  0, 2,  1,  1, 0, 0",
      "0, 0, 0, 1, 0, 1,  0, 1,  0,  0, 1, 0", // the last one that can serve stays until its successor is there
      "0, 1, 1, 1, 0, 2,  0, 1,  0,  0, 0, 0",
      "1, 0, 0, 1, 0, 2,  0, 1,  0,  0, 0, 1",
      "0, 0, 0, 1, 0, 1,  0, 1,  1,  1, 1, 0", // and serves, if somebody waits
      "0, 0, 0, 1, 0, 1,  0, 1,  5,  1, 3, 0",
      "0, 0, 0, 1, 0, 4,  0, 1,  1,  0, 0, 1", // but has no slot to lend
      "0, 3, 0, 1, 0, 4,  0, 1,  9,  0, 0, 1", // after its run, though there is always somebody who waits
      "0, 2, 0, 2, 0, 4,  0, 2,  9,  1, 0, 1",
      "1, 0, 0, 1, 0, 2,  1, 1,  1,  0, 1, 1",
      "1, 0, 0, 0, 0, 4,  1, 0,  1,  0, 0, 0", // not one that somebody waits for
      "1, 0, 0, 3, 0, 4,  0, 0,  0,  0, 0, 0"})
  void replacesOldMachinesOneAtATime(int warm, int coming, int created, int cold, int going, int held, int oldReady, int oldCold,
      int waiting, int boots, int creates, int retires) {
    var stock = new Stock(warm, 0, coming, created, 0, cold, going, held);
    assertThat(PoolPlan.of(stock, new Outdated(oldReady, oldCold), waiting, 1, 4))
        .isEqualTo(new PoolPlan(0, boots, creates, retires));
  }
}
