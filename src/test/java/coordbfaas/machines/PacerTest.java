package coordbfaas.machines;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.settings.RandomCases;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("A pacer")
class PacerTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Lane LANE = lane("m1");

  private record Waits(long number, boolean urgent, Instant lastTurn) implements Pacer.Turn {}

  private final Pacer<Waits> pacer = new Pacer<>(Pace.ON);
  private long numbers;

  @Nested
  @DisplayName("of a lane")
  class OfALane {
    @Test
    void letsThroughABurstInTheOrderInWhichTheyCame() {
      var calls = List.of(comes(60), comes(60), comes(60), comes(60));
      var turns = pacer.turns(LANE, NOON);
      assertThat(turns.due()).isEqualTo(calls.subList(0, 3));
      assertThat(turns.next()).contains(NOON.plusSeconds(1));
      assertThat(pacer.turns(LANE, NOON.plusSeconds(1)).due()).containsExactly(calls.getLast());
      assertThat(pacer.turns(LANE, NOON.plusSeconds(9)).due()).isEmpty();
    }

    @Test
    void letsUrgentOnesGoBeforeAllWhoWait() {
      for (var call = 0; call < 5; call++) comes(60);
      pacer.turns(LANE, NOON);
      var urgent = urgentComes(60);
      var later = urgentComes(60);
      assertThat(pacer.turns(LANE, NOON.plusSeconds(1)).due()).containsExactly(urgent);
      assertThat(pacer.turns(LANE, NOON.plusSeconds(2)).due()).containsExactly(later);
    }

    @Test
    void sendsAwayAtOnceWhoseTurnWouldComeTooLate() {
      for (var call = 0; call < 3; call++) comes(60);
      var inTime = comes(2);
      var tooLate = comes(2);
      var turns = pacer.turns(LANE, NOON);
      assertThat(turns.due()).hasSize(3);
      assertThat(turns.tooLate()).containsExactly(new Pacer.TooLate<>(tooLate, NOON.plusSeconds(2)));
      assertThat(pacer.turns(LANE, NOON.plusSeconds(1)).due()).containsExactly(inTime);
    }

    @Test
    void sendsAwayWhomAnUrgentOneLeavesNoTime() {
      for (var call = 0; call < 3; call++) comes(60);
      var waiting = comes(3);
      assertThat(pacer.turns(LANE, NOON).tooLate()).isEmpty();
      urgentComes(60);
      assertThat(pacer.turns(LANE, NOON).tooLate()).isEmpty();
      urgentComes(60);
      assertThat(pacer.turns(LANE, NOON).tooLate()).extracting(Pacer.TooLate::call).containsExactly(waiting);
    }

    @Test
    void letsNobodyThroughBeforeTheApiIsReady() {
      pacer.refused(LANE, NOON.plusSeconds(5));
      var call = comes(60);
      assertThat(pacer.turns(LANE, NOON).next()).contains(NOON.plusSeconds(5));
      assertThat(pacer.turns(LANE, NOON.plusSeconds(5)).due()).containsExactly(call);
    }

    @Test
    void knowsNothingOfOtherLanes() {
      for (var call = 0; call < 4; call++) comes(60);
      pacer.turns(LANE, NOON);
      var other = new Waits(numbers++, false, NOON.plusSeconds(60));
      pacer.enter(lane("m2"), other, NOON);
      assertThat(pacer.turns(lane("m2"), NOON).due()).containsExactly(other);
    }
  }

  @Nested
  @DisplayName("against an API on this computer")
  class AgainstAnApiOnThisComputer {
    private final Pacer<Waits> local = new Pacer<>(Pace.ONCE_REFUSED);

    @Test
    void slowsNobodyUntilTheFirstRefusal() {
      assertThat(dueOf(1000)).hasSize(1000);
      local.refused(LANE, NOON.plusSeconds(1));
      assertThat(dueOf(5)).isEmpty();
      assertThat(local.turns(LANE, NOON.plusSeconds(1)).due()).hasSize(1);
      local.enter(lane("m2"), new Waits(numbers++, false, NOON.plusSeconds(60)), NOON);
      assertThat(local.turns(lane("m2"), NOON).due()).hasSize(1);
    }

    private List<Waits> dueOf(int calls) {
      for (var call = 0; call < calls; call++) local.enter(LANE, new Waits(numbers++, false, NOON.plusSeconds(60)), NOON);
      return local.turns(LANE, NOON).due();
    }
  }

  @Test
  void forgetsMachinesThatAreNotCalledAnyMore() {
    for (var machine = 0; machine < 20_000; machine++) {
      var now = NOON.plusMillis(machine * 10L);
      pacer.enter(lane("m" + machine), new Waits(numbers++, false, now.plusSeconds(1)), now);
      assertThat(pacer.turns(lane("m" + machine), now).due()).hasSize(1);
    }
    assertThat(pacer.lanes()).isLessThan(500);
  }

  @Test
  void givesEveryoneATurnOrSendsThemAwayInTime() {
    RandomCases.each(500, random -> {
      var fresh = new Pacer<Waits>(Pace.ON);
      var open = new ArrayList<Waits>();
      var turnsTaken = new ArrayList<Instant>();
      var now = NOON;
      for (var step = 0; step < 100; step++) {
        if (random.nextInt(3) > 0) {
          var call = new Waits(step, random.nextInt(5) == 0, now.plusMillis(random.nextInt(8000)));
          fresh.enter(LANE, call, now);
          open.add(call);
        }
        if (random.nextInt(20) == 0) fresh.refused(LANE, now.plusMillis(random.nextInt(3000)));
        var turns = fresh.turns(LANE, now);
        assertThat(turns.due()).isSortedAccordingTo(Comparator.comparing(Waits::urgent).reversed().thenComparing(Waits::number));
        for (var call : turns.due()) {
          assertThat(now).isBefore(call.lastTurn());
          turnsTaken.add(now);
        }
        open.removeAll(turns.due());
        open.removeAll(turns.tooLate().stream().map(Pacer.TooLate::call).toList());
        assertThat(turns.next().isPresent()).isEqualTo(!open.isEmpty());
        if (turns.next().isPresent()) assertThat(turns.next().get()).isAfter(now);
        now = random.nextBoolean() && turns.next().isPresent() ? turns.next().get() : now.plusMillis(random.nextInt(400));
      }
      for (var turn = Rate.MOST.burst(); turn < turnsTaken.size(); turn++)
        assertThat(turnsTaken.get(turn)).isAfterOrEqualTo(turnsTaken.get(turn - Rate.MOST.burst()).plus(Rate.MOST.interval()));
    });
  }

  private Waits comes(int seconds) {
    return enters(new Waits(numbers++, false, NOON.plusSeconds(seconds)));
  }

  private Waits urgentComes(int seconds) {
    return enters(new Waits(numbers++, true, NOON.plusSeconds(seconds)));
  }

  private Waits enters(Waits call) {
    pacer.enter(LANE, call, NOON);
    return call;
  }

  private static Lane lane(String machine) {
    return new Lane(ApiAction.Counted.START, machine, Rate.MOST);
  }
}
