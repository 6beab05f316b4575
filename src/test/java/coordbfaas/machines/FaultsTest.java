package coordbfaas.machines;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.machines.FaultTable.Action;
import coordbfaas.machines.FaultTable.Case;
import coordbfaas.settings.GoDuration;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tells every story of {@code faults.txt} of every call, in time that passes when it is told to. */
@DisplayName("A call of the Machines API whose attempts go wrong")
class FaultsTest extends ClientStory {
  private static final Duration LONG = Duration.ofMinutes(5);

  static List<Case> cases() {
    return FaultTable.read();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void comesToWhatTheTableTells(Case told) {
    aClient(Pace.ON);
    wire.tells(told.story(), told.forEver());
    var call = made(make(told.action()));
    time.passes(LONG);

    assertThat(result(call)).isEqualTo(told.result());
    assertThat(wire.sent()).as("attempts").hasSize(told.attempts());
    assertThat(call.took()).as("time").isEqualTo(told.time());
    if (wire.sent().getFirst().action().changes()) assertThat(wire.carriedOut()).as("times carried out").isLessThanOrEqualTo(1);
  }

  private CompletionStage<?> make(Action action) {
    return switch (action) {
      case LIST -> api.list();
      case CREATE -> api.create(CREATE);
      case GET -> api.get("m1");
      case START -> api.start("m1", NONCE);
      case STOP -> api.stop("m1", NONCE);
      case SUSPEND -> api.suspend("m1", NONCE);
      case WAIT -> api.awaitState(MACHINE, MachineState.STARTED, WAIT_TIME);
      case DESTROY -> api.destroy("m1", NONCE);
      case LEASE -> api.lease("m1");
      case ACQUIRE -> api.acquireLease("m1", "d", Duration.ofMinutes(5));
      case REFRESH -> api.refreshLease("m1", NONCE, "pool c1", Duration.ofMinutes(5));
      case RELEASE -> api.releaseLease("m1", NONCE);
    };
  }

  private static String result(Made<?> call) {
    assertThat(call.isOver()).as("the call is over").isTrue();
    if (!call.failed()) return "done";
    return switch (call.failure()) {
      case MachinesFailure.Rejected rejected       -> "Rejected " + rejected.status()
          + rejected.conflict().map(conflict -> " " + conflict).orElse("")
          + rejected.nameTakenBy().map(machine -> " by " + machine).orElse("") + mayBeDone(rejected.mayBeDone());
      case MachinesFailure.Later later             ->
          "Later in " + GoDuration.format(later.after()) + mayBeDone(later.mayBeDone());
      case MachinesFailure.Unreachable unreachable -> "Unreachable";
      case MachinesFailure.FateUnknown unknown     -> "FateUnknown";
    };
  }

  private static String mayBeDone(boolean mayBe) {
    return mayBe ? ", may be done" : "";
  }
}
