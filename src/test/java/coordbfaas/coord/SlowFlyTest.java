package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A coordinator whose embedded Fly is slow")
@Timeout(120)
class SlowFlyTest {
  @Test
  void waitsForItsMachinesAsLongAsARequestMayTake() {
    var slow = Map.of("LOCAL_FLY_CREATE", "3s", "MAXREQTIME", "300ms", "QUEUETIME", "1m", "POOLSIZE", "1");
    try (var coordinator = ACoordinator.with(slow)) {
      assertThat(coordinator.client().run("true").status()).isEqualTo(504);
    }
  }
}
