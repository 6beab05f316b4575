package coordbfaas.pool;

import coordbfaas.localfly.SimulatedFly;
import coordbfaas.localfly.rules.Action;
import java.util.Map;
import java.util.Optional;

/** Machines in the app of the workers that no pool made. */
final class SimForeigners {
  private SimForeigners() {}

  static void create(SimulatedFly fly, String name) {
    var body = SimulatedApi.nothing().put("name", name);
    body.putObject("config").put("image", "db:1").putObject("restart").put("policy", "no");
    fly.call(SimulatedApi.call(Action.CREATE, "", Map.of(), Optional.empty(), body), done -> { });
  }
}
