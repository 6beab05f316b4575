package coordbfaas.localfly.rules;

import static coordbfaas.localfly.rules.CallFate.USUAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coordbfaas.localfly.rules.CallFate.CarriedOut;
import coordbfaas.localfly.rules.CallFate.Ending;
import coordbfaas.localfly.rules.CallFate.Lost;
import coordbfaas.localfly.rules.CallFate.Rebuffed;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A fault script")
class FaultScriptTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final FaultScript script = new FaultScript(new Random(1));

  private CallFate fate(Action action, String machine, Duration later) {
    var call = new ApiCall(action, "workers", machine, "", Map.of(), Optional.empty(), RuledFly.json("{}"));
    return script.fate(call, NOW.plus(later));
  }

  private CallFate fate(Action action) {
    return fate(action, action == Action.LIST || action == Action.CREATE ? "" : "m1", Duration.ZERO);
  }

  private long happens(String fault) {
    return script.add(FaultReader.parse(fault), NOW);
  }

  private static CallFate fate(CallFate.Handling handling, Ending ending) {
    return new CallFate(Duration.ZERO, handling, Duration.ZERO, ending);
  }

  @Test
  void leavesCallsAloneAsLongAsItIsEmpty() {
    for (var action : Action.values()) assertThat(fate(action)).isSameAs(USUAL);
  }

  @Nested
  @DisplayName("with a fault that answers")
  class ThatAnswers {
    @ParameterizedTest(name = "{0}: {2} {3}")
    @CsvSource(delimiter = '|', textBlock = """
        create no-capacity      | CREATE | 422 | could not find a candidate host
        start no-capacity       | START  | 409 | aborted: insufficient resources available to fulfill request
        create quota            | CREATE | 403 | organization local uses 2048 MB of memory in region local, which is its limit
        start still-active      | START  | 412 | failed_precondition: machine still active, refusing to start
        start still-starting    | START  | 409 | aborted: machine still attempting to start
        any rate-limited        | LIST   | 429 | rate limit exceeded
        any unavailable         | WAIT   | 503 | upstream unavailable
        stop status=500         | STOP   | 500 | fault
        get status=502 text=a b | GET    | 502 | a b
        """)
    void saysWhatFlySays(String fault, Action action, int status, String text) {
      happens(fault);
      var rebuffed = (Rebuffed) fate(action).handling();
      assertThat(RuledFly.answered(rebuffed.answer().answer(), status).path("error").asText()).isEqualTo(text);
      assertThat(rebuffed.answer().retryAfter()).isEmpty();
    }

    @Test
    void tellsTheCodeOfAFullRegionAndWhenToComeAgain() {
      happens("create no-capacity retry-after=2s");
      var answer = ((Rebuffed) fate(Action.CREATE).handling()).answer();
      assertThat(RuledFly.answered(answer.answer(), 422).path("status").asText()).isEqualTo("insufficient_capacity");
      assertThat(answer.retryAfter()).contains(Duration.ofSeconds(2));
    }
  }

  @Nested
  @DisplayName("with a fault that loses")
  class ThatLoses {
    @Test
    void losesACallBeforeItArrives() {
      happens("stop lost=before");
      assertThat(fate(Action.STOP)).isEqualTo(fate(new Lost(), Ending.CUT_AT_ONCE));
      happens("start lost=before silent");
      assertThat(fate(Action.START)).isEqualTo(fate(new Lost(), Ending.SILENT));
    }

    @Test
    void losesAnAnswerThoughTheCallHasItsEffect() {
      happens("stop lost=after");
      assertThat(fate(Action.STOP)).isEqualTo(fate(new CarriedOut(), Ending.CUT));
      happens("start lost=after silent");
      assertThat(fate(Action.START)).isEqualTo(fate(new CarriedOut(), Ending.SILENT));
    }

    @Test
    void cutsACallerOffWhoseCallArrivesLater() {
      happens("stop lost=late arrives=5s");
      assertThat(fate(Action.STOP))
          .isEqualTo(new CallFate(Duration.ofSeconds(5), new CarriedOut(), Duration.ZERO, Ending.CUT_AT_ONCE));
    }
  }

  @Nested
  @DisplayName("with a fault that delays")
  class ThatDelays {
    @Test
    void delaysTheCallAndItsAnswer() {
      happens("get arrives=1s answers=2s");
      assertThat(fate(Action.GET))
          .isEqualTo(new CallFate(Duration.ofSeconds(1), new CarriedOut(), Duration.ofSeconds(2), Ending.ANSWERED));
    }

    @Test
    void drawsFromARange() {
      happens("get arrives=1s..2s");
      var arrivals = IntStream.range(0, 1000).mapToObj(i -> fate(Action.GET).arrives().toMillis()).toList();
      assertThat(arrivals).allMatch(millis -> millis >= 1000 && millis <= 2000);
      assertThat(arrivals).anyMatch(millis -> millis < 1100).anyMatch(millis -> millis > 1900);
    }
  }

  @Nested
  @DisplayName("applies a fault")
  class Applies {
    @Test
    void asManyTimesAsItSays() {
      happens("start status=500 times=2");
      assertThat(fate(Action.START)).isNotEqualTo(USUAL);
      assertThat(fate(Action.STOP)).isEqualTo(USUAL);
      assertThat(fate(Action.START)).isNotEqualTo(USUAL);
      assertThat(fate(Action.START)).isEqualTo(USUAL);
      assertThat(script.going(NOW)).isEmpty();
    }

    @Test
    void forAsLongAsItSays() {
      happens("start status=500 for=10s");
      assertThat(fate(Action.START, "m1", Duration.ofMillis(9_999))).isNotEqualTo(USUAL);
      assertThat(fate(Action.START, "m1", Duration.ofSeconds(10))).isEqualTo(USUAL);
    }

    @Test
    void toTheMachineThatItNames() {
      happens("any on=m1 status=500");
      assertThat(fate(Action.START, "m1", Duration.ZERO)).isNotEqualTo(USUAL);
      assertThat(fate(Action.START, "m2", Duration.ZERO)).isEqualTo(USUAL);
      assertThat(fate(Action.LIST)).isEqualTo(USUAL);
    }

    @Test
    void asLikelyAsItSays() {
      happens("start status=500 chance=0.25");
      var befallen = IntStream.range(0, 10_000).filter(i -> !fate(Action.START).equals(USUAL)).count();
      assertThat(befallen).isBetween(2300L, 2700L);
    }

    @ParameterizedTest(name = "{0} befalls {1}, not {2}")
    @CsvSource({"lease status=500, LEASE_RELEASE, STOP", "metadata status=500, METADATA_SET_KEY, GET",
        "changing status=500, METADATA_PATCH, LEASE_READ", "'start,stop status=500', STOP, DESTROY",
        "lease-acquire status=500, LEASE_ACQUIRE, LEASE_READ"})
    void toTheActionsThatItNames(String fault, Action befallen, Action spared) {
      happens(fault);
      assertThat(fate(befallen)).isNotEqualTo(USUAL);
      assertThat(fate(spared)).isEqualTo(USUAL);
    }

    @Test
    void thatIsOlderFirst() {
      happens("start status=500 times=1");
      happens("any status=503");
      assertThat(((Rebuffed) fate(Action.START).handling()).answer().answer().status()).isEqualTo(500);
      assertThat(((Rebuffed) fate(Action.START).handling()).answer().answer().status()).isEqualTo(503);
    }

    @Test
    void untilItIsRemoved() {
      var number = happens("start status=500");
      assertThat(script.remove(number)).isTrue();
      assertThat(script.remove(number)).isFalse();
      assertThat(fate(Action.START)).isEqualTo(USUAL);
      happens("start status=500");
      script.clear();
      assertThat(fate(Action.START)).isEqualTo(USUAL);
    }
  }

  @Test
  void listsWhatGoesOnAndHowMuchIsLeftOfIt() {
    happens("start status=500 times=3 for=1m");
    fate(Action.START);
    assertThat(script.going(NOW)).singleElement().satisfies(going -> {
      assertThat(going.number()).isEqualTo(1);
      assertThat(going.fault().text()).isEqualTo("start status=500 times=3 for=1m");
      assertThat(going.left()).contains(2);
      assertThat(going.until()).contains(NOW.plusSeconds(60));
    });
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(delimiter = '|', textBlock = """
      boot status=500                   | fault: boot (expected: any, changing, lease, metadata or one of list
      start,boot status=500             | fault: boot (expected: any, changing, lease
      start sometimes                   | fault: sometimes (expected: one of answers=… arrives=…
      start speed=3                     | fault: speed=3 (expected: one of answers=…
      start times=0                     | fault: times=0 (expected: a whole number from 1)
      start times=x                     | fault: times=x (expected: a whole number from 1)
      start chance=0                    | fault: chance=0 (expected: a number above 0, at most 1)
      start chance=1.1                  | fault: chance=1.1 (expected: a number above 0
      start chance=NaN                  | fault: chance=NaN (expected: a number above 0
      start status=200                  | fault: status=200 (expected: a status from 400 to 599)
      start arrives=2s..1s              | fault: arrives=2s..1s (expected: a duration, or two as 0s..2s
      start answers=2h                  | fault: answers=2h (expected: a duration
      start for=-1s                     | fault: for=-1s (expected: a duration from 0 to 1h
      start lost=never                  | fault: lost=never (expected: before, late or after)
      start silent                      | fault: silent (expected: lost=before, lost=late or lost=after with it)
      start text=hello                  | fault: text (expected: status=… with it)
      start retry-after=1s              | fault: retry-after (expected: a status with it)
      start quota unavailable           | fault: quota unavailable (expected: one status)
      start status=500 quota            | fault: quota (expected: one status)
      start times=1 times=2             | fault: times=2 (expected: times once)
      """)
  void refusesAFaultThatIsNotOne(String fault, String message) {
    assertThatThrownBy(() -> FaultReader.parse(fault))
        .isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(message);
  }
}
