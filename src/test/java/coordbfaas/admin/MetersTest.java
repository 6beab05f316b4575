package coordbfaas.admin;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.facts.ApiCalls;
import coordbfaas.facts.Fact;
import coordbfaas.facts.Fact.Condition;
import coordbfaas.facts.Fact.End;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The metrics")
class MetersTest {
  private final Meters meters = new Meters(new PoolView.About("pool", "instance", 7));

  @AfterEach
  void end() {
    meters.close();
  }

  @Test
  void haveEverySeriesFromTheStartWhateverHappens() {
    var atFirst = series();
    assertThat(atFirst).contains("bfaas_runs_total{reason=\"worker-lost\"}", "bfaas_refusals_total{reason=\"queue-full\"}",
        "bfaas_machines{state=\"expired\"}", "bfaas_api_calls_total{action=\"read-lease\",status=\"5xx\"}",
        "bfaas_leases_lost_total{cause=\"over\"}", "bfaas_phase_seconds_count{phase=\"first-byte\"}");
    everythingHappens();
    assertThat(series()).isEqualTo(atFirst);
  }

  @Test
  void countWhatHappens() {
    everythingHappens();
    for (var end : End.values()) {
      var name = end.isOfARun() ? "bfaas_runs_total" : "bfaas_refusals_total";
      is(name + "{reason=\"" + end.name().toLowerCase(Locale.ROOT).replace('_', '-') + "\"}", "1.0");
    }
    is("bfaas_answers_total{status=\"503\"}", "1.0");
    is("bfaas_answers_total{status=\"other\"}", "1.0");
    is("bfaas_waiting", "5.0");
    is("bfaas_grants_total", "1.0");
    is("bfaas_leases_renewed_total", "1.0");
    is("bfaas_leases_lost_total{cause=\"taken\"}", "1.0");
    is("bfaas_orphans_destroyed_total", "1.0");
    is("bfaas_alarms_total", "1.0");
    is("bfaas_api_calls_total{action=\"create\",status=\"429\"}", "1.0");
    is("bfaas_api_call_seconds_count{action=\"create\"}", ApiCalls.STATUSES.size() + "");
    is("bfaas_phase_seconds_count{phase=\"queue\"}", End.values().length + "");
    is("bfaas_phase_seconds_bucket{phase=\"queue\",le=\"0.002\"}", End.values().length + "");
    is("bfaas_phase_seconds_bucket{phase=\"queue\",le=\"0.001\"}", "0");
    is("bfaas_phase_seconds_count{phase=\"boot\"}", "1");
    is("bfaas_pool_size", "7.0");
  }

  @Test
  void showWhatTheBoardKnows() {
    var pool = Boards.serving().boots(0).boots(1).becomes(1, Condition.ALLOCATED);
    meters.show(pool.board());
    is("bfaas_machines{state=\"warm\"}", "1.0");
    is("bfaas_machines{state=\"allocated\"}", "1.0");
    is("bfaas_ready", "1.0");
    meters.show(pool.sees(new Fact.Draining()).moves(0, "IDLE", "ENDED", "closed").board());
    is("bfaas_machines{state=\"warm\"}", "0.0");
    is("bfaas_ready", "0.0");
  }

  @Test
  void tellWhetherTheApiAnswers() {
    is("bfaas_api_answers", "1.0");
    meters.take(new Fact.ApiSilent(Boards.START));
    is("bfaas_api_answers", "0.0");
    meters.take(new Fact.ApiAnswers());
    is("bfaas_api_answers", "1.0");
  }

  private void everythingHappens() {
    for (var end : End.values())
      meters.take(new Fact.RequestEnded("r", Optional.of("m"), end, OptionalInt.empty(), Duration.ofNanos(1_500_000),
          Optional.of(Duration.ofMillis(3)), Optional.of(Duration.ofMinutes(2))));
    for (var action : ApiCalls.ACTIONS)
      for (var status : ApiCalls.STATUSES) meters.take(new Fact.ApiCalled(action, status, Duration.ofMillis(20)));
    meters.take(new Fact.Answered(503));
    meters.take(new Fact.Answered(418));
    meters.take(new Fact.Waiting(5));
    meters.take(new Fact.Granted(0));
    meters.take(new Fact.LeaseHeld(0, Boards.START, true));
    meters.take(new Fact.LeaseHeld(0, Boards.START, false));
    meters.take(new Fact.LeaseLost(0, Fact.Loss.TAKEN));
    meters.take(new Fact.OrphanDestroyed("worker-other-0"));
    meters.take(new Fact.Alarm("tampered"));
    meters.took(Boards.took(Phase.BOOT, 1));
  }

  private void is(String series, String value) {
    assertThat(meters.scrape().lines()).contains(series + " " + value);
  }

  /** Ours alone: the JVM's are the library's business. */
  private Set<String> series() {
    return meters.scrape().lines().filter(line -> line.startsWith("bfaas_")).map(line -> line.substring(0, line.lastIndexOf(' ')))
        .collect(Collectors.toSet());
  }
}
