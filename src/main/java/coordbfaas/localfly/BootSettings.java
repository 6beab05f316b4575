package coordbfaas.localfly;

import coordbfaas.basher.BasherSettings;
import coordbfaas.settings.InvalidSettings;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The settings of bashers that boot in this JVM. A machine boots for each run, with the same environment as before, and to read one
 * takes a fiftieth of a run's time: those read last are kept.
 */
final class BootSettings {
  private static final int KEPT_MAX = 64;

  private final Map<Map<String, String>, BasherSettings> kept = new LinkedHashMap<>(KEPT_MAX, 0.75f, true) {
    @Override
    protected boolean removeEldestEntry(Map.Entry<Map<String, String>, BasherSettings> eldest) {
      return size() > KEPT_MAX;
    }
  };

  /** @throws InvalidSettings if the machine's environment cannot be used */
  synchronized BasherSettings of(Host.Order order) {
    var environment = new HashMap<>(order.environment());
    environment.putAll(Map.of("FLY_MACHINE_ID", order.machine(), "BIND", "127.0.0.1", "PORT", "0"));
    var known = kept.get(environment);
    if (known != null) return known;
    var settings = BasherSettings.of(environment);
    kept.put(environment, settings);
    return settings;
  }
}
