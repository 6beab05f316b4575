package coordbfaas.machines;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.settings.RandomCases;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A token bucket")
class TokenBucketTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  @Test
  void givesABurstAtOnceAndThenOneForEachInterval() {
    var waits = new ArrayList<Long>();
    var bucket = TokenBucket.FULL;
    for (var call = 0; call < 6; call++) {
      var turn = bucket.next(Rate.MOST, NOON);
      waits.add(Duration.between(NOON, turn).toMillis());
      bucket = bucket.taken(Rate.MOST, turn);
    }
    assertThat(waits).isEqualTo(List.of(0L, 0L, 0L, 1000L, 2000L, 3000L));
  }

  @Test
  void isFullAgainAfterAsManyIntervalsAsWereTaken() {
    var bucket = TokenBucket.FULL.taken(Rate.MOST, NOON).taken(Rate.MOST, NOON);
    assertThat(bucket.isFull(NOON.plusMillis(1999))).isFalse();
    assertThat(bucket.isFull(NOON.plusMillis(2000))).isTrue();
  }

  @Test
  void givesOneCallAndNoBurstAfterItWasEmptied() {
    var until = NOON.plusSeconds(10);
    var bucket = TokenBucket.FULL.emptyUntil(Rate.MOST, until);
    assertThat(bucket.next(Rate.MOST, NOON)).isEqualTo(until);
    assertThat(bucket.taken(Rate.MOST, until).next(Rate.MOST, until)).isEqualTo(until.plusSeconds(1));
  }

  @Test
  void isNotFilledByBeingEmptiedForLessTime() {
    var bucket = TokenBucket.FULL.emptyUntil(Rate.MOST, NOON.plusSeconds(10));
    assertThat(bucket.emptyUntil(Rate.MOST, NOON.plusSeconds(5))).isEqualTo(bucket);
  }

  @Test
  void givesAlwaysWithoutALimitButNotBeforeTheEndOfAPause() {
    var bucket = TokenBucket.FULL;
    for (var call = 0; call < 1000; call++) {
      assertThat(bucket.next(Rate.UNLIMITED, NOON)).isEqualTo(NOON);
      bucket = bucket.taken(Rate.UNLIMITED, NOON);
    }
    assertThat(bucket.emptyUntil(Rate.UNLIMITED, NOON.plusSeconds(2)).next(Rate.UNLIMITED, NOON)).isEqualTo(NOON.plusSeconds(2));
  }

  @Test
  void neverGivesMoreThanItsRateInAnyTimeAndNeverLess() {
    RandomCases.each(2000, random -> {
      var rate = random.nextBoolean() ? Rate.MOST : Rate.GET;
      var turns = turns(rate, random);
      for (var first = 0; first < turns.size(); first++)
        for (var last = first; last < turns.size(); last++) {
          var within = Duration.between(turns.get(first), turns.get(last));
          assertThat(last - first + 1).isLessThanOrEqualTo(rate.burst() + (int) within.dividedBy(rate.interval()));
        }
    });
  }

  /** When calls that come at random times have their turns; whoever waits, waits because the rate is used up. */
  private static List<Instant> turns(Rate rate, RandomGenerator random) {
    var turns = new ArrayList<Instant>();
    var bucket = TokenBucket.FULL;
    var now = NOON;
    for (var call = 0; call < 40; call++) {
      if (random.nextInt(3) == 0) now = now.plusMillis(random.nextInt(3000));
      var turn = bucket.next(rate, now);
      if (turn.isAfter(now))
        assertThat(Duration.between(turns.get(turns.size() - rate.burst()), turn))
            .isLessThanOrEqualTo(rate.interval().multipliedBy(rate.burst()));
      bucket = bucket.taken(rate, turn);
      turns.add(turn);
      now = turn;
    }
    return turns;
  }
}
