package coordbfaas.machines;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import coordbfaas.machines.MachinesFailure.FateUnknown;
import coordbfaas.machines.MachinesFailure.Later;
import coordbfaas.machines.MachinesFailure.Rejected;
import coordbfaas.machines.MachinesFailure.Unreachable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

@DisplayName("A client of the Machines API")
class MachinesClientTest extends ClientStory {
  @Nested
  @DisplayName("that keeps Fly's rates")
  class ThatKeepsFlysRates {
    @BeforeEach
    void begins() {
      aClient(Pace.ON);
    }

    @Test
    void makesThreeCallsAtOnceAndThenOneASecond() {
      var stops = stops(6);
      time.passes(Duration.ofSeconds(10));
      assertThat(stops).extracting(Made::took).containsExactly(
          Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(3));
    }

    @Test
    void countsEachMachineAndEachActionApart() {
      stops(3);
      assertThat(made(api.stop("m2", NONCE)).isOver()).isTrue();
      assertThat(made(api.start("m1", NONCE)).isOver()).isTrue();
      assertThat(made(api.stop("m1", NONCE)).isOver()).isFalse();
    }

    @Test
    void countsAllCallsOfALeaseTogether() {
      made(api.acquireLease("m1", "d", Duration.ofMinutes(5)));
      made(api.lease("m1"));
      made(api.releaseLease("m1", NONCE));
      assertThat(made(api.refreshLease("m1", NONCE, "pool c1", Duration.ofMinutes(5))).isOver()).isFalse();
    }

    @Test
    void countsCreatesAndListsForTheWholeApp() {
      IntStream.range(0, 3).forEach(number -> made(api.create(CREATE)));
      assertThat(made(api.create(CREATE)).isOver()).isFalse();
      IntStream.range(0, 3).forEach(number -> made(api.list()));
      assertThat(made(api.list()).isOver()).isFalse();
    }

    @Test
    void getsAMachineMoreOften() {
      var gets = IntStream.range(0, 11).mapToObj(number -> made(api.get("m1"))).toList();
      assertThat(gets.get(9).isOver()).isTrue();
      time.passes(Duration.ofMillis(200));
      assertThat(gets.get(10).took()).isEqualTo(Duration.ofMillis(200));
    }

    @Test
    void renewsALeaseBeforeAllElseThatWaits() {
      var reads = IntStream.range(0, 5).mapToObj(number -> made(api.lease("m1"))).toList();
      var renewal = made(api.refreshLease("m1", NONCE, "pool c1", Duration.ofMinutes(5)));
      time.passes(Duration.ofSeconds(1));
      assertThat(renewal.isOver()).isTrue();
      assertThat(reads.get(3).isOver()).isFalse();
      time.passes(Duration.ofSeconds(2));
      assertThat(reads).allMatch(Made::isOver);
    }

    @Test
    void sendsNoCallThatHasNoTurnInItsTime() {
      stops(3);
      var hurried = made(api.within(Duration.ofSeconds(1)).stop("m1", NONCE));
      assertThat(hurried.failure()).isInstanceOfSatisfying(Later.class, later -> {
        assertThat(later.after()).isEqualTo(Duration.ofSeconds(1));
        assertThat(later.mayBeDone()).isFalse();
      });
      time.passes(Duration.ofSeconds(30));
      assertThat(wire.sent()).hasSize(3);
    }

    @Test
    void sendsNoCallInTheLastMomentOfItsTime() {
      stops(3);
      assertThat(made(api.within(Duration.ofMillis(1200)).stop("m1", NONCE)).failure()).isInstanceOf(Later.class);
      var inTime = made(api.within(Duration.ofMillis(1500)).stop("m1", NONCE));
      time.passes(Duration.ofSeconds(1));
      assertThat(inTime.took()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void holdsBackAllCallsOfAMachineWhoseRateWasRefused() {
      wire.tells("429 retry-after 7");
      var stops = stops(3);
      time.passes(Duration.ofSeconds(7).minusMillis(1));
      assertThat(stops.getFirst().isOver()).isFalse();
      var another = made(api.stop("m1", NONCE));
      assertThat(another.isOver()).isFalse();
      time.passes(Duration.ofSeconds(4));
      assertThat(stops.getFirst().took()).isEqualTo(Duration.ofSeconds(7));
      assertThat(another.isOver()).isTrue();
    }
  }

  @Nested
  @DisplayName("of an API on this computer")
  class OfAnApiOnThisComputer {
    @BeforeEach
    void begins() {
      aClient(Pace.ONCE_REFUSED);
    }

    @Test
    void isNotSlowedUntilTheApiRefusesOne() {
      assertThat(stops(500)).allMatch(Made::isOver);
      wire.tells("429 rate limit exceeded");
      var stops = stops(5);
      time.passes(Duration.ofSeconds(20));
      assertThat(stops).extracting(Made::took).contains(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(3));
    }
  }

  @Nested
  @DisplayName("that waits for a state")
  class ThatWaitsForAState {
    @BeforeEach
    void begins() {
      aClient(Pace.ON);
    }

    @Test
    void asksForAMinuteAtMostAndForTheRestAfterIt() {
      wire.tellsForEver("silence");
      var wait = made(api.awaitState(MACHINE, MachineState.STOPPED, Duration.ofMillis(100_500)));
      assertThat(wire.sent().getLast().target())
          .isEqualTo("/v1/apps/app/machines/m1/wait?state=stopped&version=01H&timeout=60");
      time.passes(Duration.ofSeconds(60));
      wire.answersTheLast("408 deadline_exceeded: machine failed to reach desired state, stopped, currently started");
      assertThat(wire.sent().getLast().target()).endsWith("&timeout=41");
      time.passes(Duration.ofSeconds(41));
      wire.answersTheLast("408 deadline_exceeded: machine failed to reach desired state, stopped, currently started");
      assertThat(wait.failure()).isInstanceOfSatisfying(Rejected.class, over -> assertThat(over.status()).isEqualTo(408));
      assertThat(wait.took()).isEqualTo(Duration.ofSeconds(101));
    }

    @Test
    void takesAMachineThatIsNotThereForDestroyed() {
      wire.tells("404 machine not found");
      assertThat(made(api.awaitState(MACHINE, MachineState.DESTROYED, WAIT_TIME)).value()).isEqualTo(Done.done());
    }
  }

  @Nested
  @DisplayName("of an API that is silent")
  class OfAnApiThatIsSilent {
    @BeforeEach
    void begins() {
      aClient(Pace.ON);
      wire.tellsForEver("unconnected");
      made(api.list());
      time.passes(Duration.ofSeconds(3));
    }

    @Test
    void failsCallsAtOnce() {
      var attempts = wire.sent().size();
      var stop = made(api.stop("m1", NONCE));
      assertThat(stop.failure()).isInstanceOf(Unreachable.class).hasMessageContaining("since 20");
      assertThat(wire.sent()).hasSize(attempts);
    }

    @Test
    void doesNotTakeNotYetForANoOfACallThatItGivesUp() {
      wire.tellsForEver("ok");
      time.passes(Duration.ofSeconds(1));
      made(api.list());
      wire.tells("412 failed_precondition: machine still active, refusing to start");
      var start = made(api.start("m1", NONCE));
      wire.tells("404 machine not found");
      var wait = made(api.awaitState(MACHINE, MachineState.STARTED, WAIT_TIME));
      wire.tellsForEver("cut");
      IntStream.range(0, 5).forEach(number -> made(api.stop("m" + number, NONCE)));
      time.passes(Duration.ofMillis(500));
      assertThat(List.of(start.failure(), wait.failure())).hasOnlyElementsOfType(Later.class);
    }

    @Test
    void triesOneCallAfterAPauseAndAllAfterItsSuccess() {
      var attempts = wire.sent().size();
      time.passes(Duration.ofSeconds(1));
      wire.tellsForEver("silence");
      var probe = made(api.get("m1"));
      assertThat(wire.sent()).hasSize(attempts + 1);
      assertThat(made(api.get("m2")).failure()).isInstanceOf(Unreachable.class);
      wire.answersTheLast("ok");
      assertThat(probe.value().id()).isEqualTo("m1");
      wire.tells("ok");
      assertThat(made(api.get("m2")).isOver()).isTrue();
    }

    @Test
    void sendsFewProbesInTwoMinutesOfManyCalls() {
      var attempts = wire.sent().size();
      var calls = new ArrayList<Made<?>>();
      for (var tick = 0; tick < 1200; tick++) {
        calls.add(made(api.get("m" + tick % 10)));
        time.passes(Duration.ofMillis(100));
      }
      assertThat(calls).allMatch(Made::isOver).extracting(call -> call.took().toMillis()).containsOnly(0L);
      assertThat(wire.sent().size() - attempts).isBetween(8, 12);
    }

    @Test
    void leavesAHandfulOfLinesInTheLog() {
      var lines = new ListAppender<ILoggingEvent>();
      var logger = (Logger) LoggerFactory.getLogger(MachinesClient.class);
      logger.setLevel(Level.INFO);
      logger.addAppender(lines);
      lines.start();
      for (var tick = 0; tick < 1200; tick++) {
        made(api.get("m" + tick % 10));
        time.passes(Duration.ofMillis(100));
      }
      wire.tells("ok");
      time.passes(Duration.ofSeconds(15));
      made(api.get("m1"));
      logger.detachAppender(lines);
      logger.setLevel(null);
      assertThat(lines.list).as("that it answers again").hasSize(1);
    }

    @Test
    void asksForOneSecondOnlyWhenAWaitIsTheProbe() {
      time.passes(Duration.ofSeconds(1));
      wire.tells("ok");
      assertThat(made(api.awaitState(MACHINE, MachineState.STARTED, WAIT_TIME)).value()).isEqualTo(Done.done());
      assertThat(wire.sent().getLast().target()).endsWith("&timeout=1");
    }

    @Test
    void isNotSilentWhoRefuses() {
      time.passes(Duration.ofSeconds(1));
      wire.tells("503 busy", "ok");
      var get = made(api.get("m1"));
      time.passes(Duration.ofSeconds(1));
      assertThat(get.value().id()).isEqualTo("m1");
    }
  }

  @Nested
  @DisplayName("that ends")
  class ThatEnds {
    @Test
    void leavesNobodyWithoutAnAnswer() {
      aClient(Pace.ON);
      wire.tellsForEver("silence");
      var sent = made(api.stop("m1", NONCE));
      var read = made(api.get("m1"));
      made(api.stop("m1", NONCE));
      made(api.stop("m1", NONCE));
      var waiting = made(api.stop("m1", NONCE));
      wire.tells("503 busy");
      var pausing = made(api.start("m1", NONCE));
      clientEnds();

      assertThat(sent.failure()).isInstanceOf(FateUnknown.class);
      assertThat(read.failure()).isInstanceOf(Unreachable.class);
      assertThat(waiting.failure()).isInstanceOf(Unreachable.class);
      assertThat(pausing.failure()).isInstanceOfSatisfying(Later.class, later -> assertThat(later.mayBeDone()).isTrue());
      assertThat(made(api.stop("m1", NONCE)).failure()).isInstanceOf(Unreachable.class);
    }
  }

  @Nested
  @DisplayName("with a bug")
  class WithABug {
    @Test
    void losesOneCallAndNoOther() {
      aClient(Pace.ON);
      var before = IntStream.range(0, 4).mapToObj(number -> made(api.stop("m1", NONCE))).toList();
      wire.tells("a bug");
      assertThat(made(api.stop("m2", NONCE)).failure()).isInstanceOf(FateUnknown.class).hasMessageNotContaining("n1");
      time.passes(Duration.ofSeconds(1));
      assertThat(before).allMatch(call -> call.value() == Done.done());
      assertThat(made(api.stop("m3", NONCE)).value()).isEqualTo(Done.done());
    }

    @Test
    void isNotSilentForEverWhenTheBugIsInTheProbe() {
      aClient(Pace.ON);
      wire.tellsForEver("unconnected");
      made(api.list());
      time.passes(Duration.ofSeconds(4));
      wire.tells("a bug");
      assertThat(made(api.stop("m1", NONCE)).failure()).isInstanceOf(FateUnknown.class);
      time.passes(Duration.ofSeconds(2));
      assertThat(made(api.stop("m1", NONCE)).value()).isEqualTo(Done.done());
    }
  }

  private List<Made<Done>> stops(int calls) {
    return IntStream.range(0, calls).mapToObj(number -> made(api.stop("m1", NONCE))).toList();
  }
}
