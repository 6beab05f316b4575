package coordbfaas.localfly.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The goal: whatever is called and whatever befalls machines, in any order, Fly's rules keep their promises. The method: walks at
 * random, in which a host carries out the effects late and in any order that it may, and {@link WalkedFly} checks each of them.
 */
@DisplayName("On every way through their lives")
class RandomWalkTest {
  private static final int STEPS = 3000;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void machinesKeepThePromises(long seed) {
    var random = new Random(seed);
    var fly = new WalkedFly(random);
    for (var step = 0; step < STEPS; step++) {
      fly.step();
      fly.keepsItsPromises();
    }
    fly.comesToRest();
    assertThat(fly.seen).as("a walk that saw little proves little").containsAll(List.of(MachineStatus.values()));
  }
}
