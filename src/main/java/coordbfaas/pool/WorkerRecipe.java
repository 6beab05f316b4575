package coordbfaas.pool;

import coordbfaas.machines.CreateMachine;
import coordbfaas.settings.GoDuration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a create of a worker machine asks for. Pure. */
final class WorkerRecipe {
  private static final int FLYCAST_PORT = 80;
  private static final int BASHER_PORT = 8001;

  private WorkerRecipe() {}

  /**
   * A machine that forgets everything when it stops, stays stopped, and is reached only by its id, through flycast.
   *
   * @param metadata tells whose it is
   */
  static CreateMachine of(WorkerName name, PoolSettings settings, Map<String, String> metadata) {
    var worker = settings.worker();
    return new CreateMachine(name.toString(), worker.region(), settings.ownership().leaseTtl().plusNanos(999_999_999).toSeconds(),
        new CreateMachine.Config(
            worker.image(),
            new CreateMachine.Guest("shared", worker.cpus(), worker.memoryMb()),
            environment(settings),
            metadata,
            new CreateMachine.Restart("no"),
            new CreateMachine.Rootfs("never"),
            new CreateMachine.StopConfig("SIGTERM", GoDuration.format(settings.stopTimeout())),
            List.of(new CreateMachine.Service("tcp", BASHER_PORT, false, "off",
                List.of(new CreateMachine.Port(FLYCAST_PORT, List.of("http")))))));
  }

  private static Map<String, String> environment(PoolSettings settings) {
    var environment = new LinkedHashMap<>(settings.worker().containment().environment());
    environment.put("PUBLIC", settings.worker().publicKey());
    environment.put("MAXBODY", Long.toString(settings.worker().bodyBytesMax()));
    environment.put("LEASETIME", GoDuration.format(settings.ownership().leaseTtl()));
    return environment;
  }
}
