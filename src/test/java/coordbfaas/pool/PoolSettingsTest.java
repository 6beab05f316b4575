package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A pool's settings")
class PoolSettingsTest {
  @Test
  void haveRoomForAMachine() {
    areRefused(APool.of(0), "POOLSIZE: 0 (expected: at least 1)");
    areRefused(APool.of(-1), "POOLSIZE: -1 (expected: at least 1)");
  }

  @Test
  void keepNoMoreMachinesWarmThanThereAre() {
    areRefused(APool.of(4).keepingWarm(5), "POOL_WARM: 5 (expected: from 0 to POOLSIZE, 4, or all)");
    areRefused(APool.of(4).keepingWarm(-1), "POOL_WARM: -1 (expected: from 0 to POOLSIZE, 4, or all)");
    assertThatNoException().isThrownBy(() -> APool.of(4).keepingWarm(4).settings());
  }

  @Test
  void leaseForLongerThanARequestItsStopAndAMarginTake() {
    areRefused(APool.of(1).leasingFor(APool.RESERVE),
        "LEASETIME: 19s (expected: more than 19s, which a request of MAXREQTIME needs with stop and margin)");
    assertThatNoException().isThrownBy(() -> APool.of(1).leasingFor(APool.RESERVE.plusMillis(1)).settings());
  }

  @Test
  void letAMachineGrowOlderThanItsFirstLeaseIfThatIsRenewed() {
    var pool = APool.of(1).leasingFor(Duration.ofMinutes(5));
    areRefused(pool.renewing(Duration.ofSeconds(299)),
        "MACHINE_MAX_AGE: 4m59s (expected: at least LEASETIME, 5m, or LEASE_RENEW=off)");
    assertThatNoException().isThrownBy(() -> pool.renewing(Duration.ofMinutes(5)).settings());
    assertThatNoException().isThrownBy(() -> pool.leasingFor(Duration.ofHours(2)).settings());
  }

  @Test
  void suspendNoMachineOfMoreThanTwoGigabytes() {
    assertThatIllegalArgumentException().isThrownBy(() -> having(2049, PoolSettings.WarmMode.SUSPENDED))
        .withMessage("WORKER_MEMORY: 2049 (expected: at most 2048 with POOL_WARM_MODE=suspended)");
    assertThatNoException().isThrownBy(() -> having(2048, PoolSettings.WarmMode.SUSPENDED));
    assertThatNoException().isThrownBy(() -> having(2049, PoolSettings.WarmMode.STARTED));
  }

  @Test
  void keepThatMuchOfALeaseForARequest() {
    assertThat(APool.of(1).settings().leaseReserve())
        .isEqualTo(APool.REQUEST_TIME.plus(PoolSettings.SLACK).plus(APool.STOP_TIMEOUT).plus(Duration.ofSeconds(5)))
        .isEqualTo(APool.RESERVE);
  }

  private static PoolSettings having(int memoryMb, PoolSettings.WarmMode warmMode) {
    var pool = APool.of(1).settings();
    var worker = new PoolSettings.Worker(
        "w", pool.worker().region(), 1, memoryMb, pool.worker().publicKey(), pool.worker().bodyBytesMax(),
        pool.worker().containment());
    return new PoolSettings(pool.name(), pool.size(), pool.warm(), warmMode, pool.queueMax(), pool.queueTime(),
        pool.requestTime(), pool.ownership(), pool.bootTimeout(), pool.stopTimeout(), pool.onExit(), worker);
  }

  private static void areRefused(APool pool, String message) {
    assertThatIllegalArgumentException().isThrownBy(pool::settings).withMessage(message);
  }
}
