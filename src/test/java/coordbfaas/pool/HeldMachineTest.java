package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What is known of a machine that is held")
class HeldMachineTest extends OneMachine {
  private final HeldMachine made = HeldMachine.made(aMachine(Optional.of(NONCE)));

  @Test
  void isNothingToFearOfANewOne() {
    assertThat(made.isUsed()).isFalse();
    assertThat(made.doubted()).isFalse();
    assertThat(made.doom()).isEmpty();
    assertThat(made.outdated()).isFalse();
  }

  @Test
  void isThatAFoundOneMayHaveBeenUsed() {
    assertThat(HeldMachine.found(made.machine(), 1, false).isUsed()).isTrue();
    assertThat(HeldMachine.found(made.machine(), 1, true).outdated()).isTrue();
  }

  @Test
  void isThatItIsUsedFromItsGrantToItsNextCleanBoot() {
    var granted = made.starting(true).booted("boot-1").granted(4);
    assertThat(granted.isUsed()).isTrue();
    assertThat(granted.usedAt()).isEqualTo(4);
    assertThat(granted.starting(false).isUsed()).isTrue();
    assertThat(granted.starting(true).isUsed()).isFalse();
  }

  @Test
  void countsItsBootsAndGrants() {
    var twice = made.starting(true).booted("boot-1").granted(4).starting(true).booted("boot-2").granted(9);
    assertThat(twice.boots()).isEqualTo(2);
    assertThat(twice.grants()).isEqualTo(2);
    assertThat(twice.boot()).isEqualTo("boot-2");
  }

  @Test
  void keepsTheFirstReasonWhyItMustGo() {
    assertThat(made.doomed("use-ends").doomed("not-healthy").doom()).contains("use-ends");
  }

  @Test
  void isCondemnedWhateverElseWasSaidBefore() {
    assertThat(made.doomed("use-ends").condemned("tampered-with").doomed("use-ends").doom()).contains("tampered-with");
  }

  /** Goal: no change forgets what another told. */
  @Test
  void isNotForgottenByAnyChange() {
    var all = HeldMachine.found(made.machine(), 3, true).withDoubt(true).doomed("use-ends").whoseSuspendWasRefused();
    for (var changed : new HeldMachine[] {all.starting(false), all.booted("boot-1"), all.granted(5), all.withDoubt(true),
        all.whoseSuspendWasRefused(), all.doomed("close")}) {
      assertThat(changed.doubted()).isTrue();
      assertThat(changed.doom()).contains("use-ends");
      assertThat(changed.sleepless()).isTrue();
      assertThat(changed.outdated()).isTrue();
      assertThat(changed.isUsed()).isTrue();
    }
    assertThat(all.withDoubt(false).doubted()).isFalse();
  }
}
