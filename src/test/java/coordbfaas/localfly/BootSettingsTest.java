package coordbfaas.localfly;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import coordbfaas.auth.KeyPair;
import coordbfaas.settings.InvalidSettings;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class BootSettingsTest {
  private static final String PUBLIC = KeyPair.generate().publicText();

  private final BootSettings settings = new BootSettings();

  @Test
  void aMachineThatBootsAsBeforeIsNotReadAgain() {
    assertSame(settings.of(order("one", 1, Map.of())), settings.of(order("one", 2, Map.of())));
  }

  @Test
  void eachMachineAndEachChangeIsItsOwn() {
    var before = settings.of(order("one", 1, Map.of()));
    assertEquals("one", before.machine());
    assertEquals("two", settings.of(order("two", 1, Map.of())).machine());
    assertNotEquals(before.containment(), settings.of(order("one", 2, Map.of("SANDBOX", "none"))).containment());
  }

  @Test
  void anEnvironmentThatCannotBeUsedIsRefusedEachTime() {
    for (var boot = 1; boot <= 2; boot++) {
      var order = order("one", boot, Map.of("SANDBOX", "perhaps"));
      assertThrows(InvalidSettings.class, () -> settings.of(order));
    }
  }

  @Test
  void moreMachinesThanAreKeptAreReadAgain() {
    var first = settings.of(order("0", 1, Map.of()));
    IntStream.range(1, 100).forEach(machine ->
        assertEquals(Integer.toString(machine), settings.of(order(Integer.toString(machine), 1, Map.of())).machine()));
    assertEquals(first, settings.of(order("0", 2, Map.of())));
  }

  private static Host.Order order(String machine, long boot, Map<String, String> more) {
    var environment = new HashMap<>(more);
    environment.put("PUBLIC", PUBLIC);
    return new Host.Order(machine, boot, environment);
  }
}
