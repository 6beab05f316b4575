package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import coordbfaas.settings.RandomCases;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A worker machine's name")
class WorkerNameTest {
  @Test
  void tellsPoolAndSlot() {
    assertThat(new WorkerName("e2865013f47587", 7).toString()).isEqualTo("worker-e2865013f47587-7");
    assertThat(WorkerName.parse("worker-e2865013f47587-7")).contains(new WorkerName("e2865013f47587", 7));
  }

  @Test
  void tellsThemWhateverDashesAndDigitsThePoolHas() {
    RandomCases.each(20_000, random -> {
      var pool = new StringBuilder();
      for (var length = random.nextInt(1, 12); length > 0; length--) pool.append("a0-1worker-".charAt(random.nextInt(11)));
      var name = new WorkerName(pool.toString(), random.nextInt(1 << random.nextInt(1, 29)));
      assertThat(WorkerName.parse(name.toString())).contains(name);
    });
  }

  @ParameterizedTest
  @CsvSource({
      "worker-a-1-2, a-1, 2", "worker-1-2, 1, 2", "worker---1, -, 1", "worker-a--1, a-, 1", "worker-worker-a-0-1, worker-a-0, 1"})
  void hasItsSlotAfterTheLastDash(String name, String pool, int slot) {
    assertThat(WorkerName.parse(name)).contains(new WorkerName(pool, slot));
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "", "worker", "worker-", "worker-a", "worker--1", "worker-1", "worker-a-", "worker-a-x", "worker-a-01", "worker-a-00",
      "worker-a--", "worker-a-+1", "worker-a-1 ", " worker-a-1", "worker-a-1\n", "Worker-a-1", "worker_a_1", "coord-a-1",
      "myworker-a-1", "worker-a-1.5", "worker-a-١", "worker-a-9999999999", "worker-a-99999999999999999999",
      "worker-a-2147483648"})
  void isNoneThatWeWouldNotWrite(String name) {
    assertThat(WorkerName.parse(name)).isEmpty();
  }

  @Test
  void needsAPoolAndASlot() {
    assertThatIllegalArgumentException().isThrownBy(() -> new WorkerName("", 0)).withMessageContaining("expected");
    assertThatIllegalArgumentException().isThrownBy(() -> new WorkerName("a", -1)).withMessageContaining("-1");
  }
}
