package coordbfaas.localfly.rules;

import com.fasterxml.jackson.databind.node.ObjectNode;
import coordbfaas.localfly.rules.Reply.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** How machines are created. */
final class MachineRules {
  private static final String REGION = "local";

  /** A new machine, and what the create came to. */
  record Created(LocalMachine machine, Outcome outcome) {}

  private final Ids ids;
  private final LifeRules lifeRules;
  private final LeaseRules leaseRules;

  MachineRules(Ids ids, LifeRules lifeRules, LeaseRules leaseRules) {
    this.ids = ids;
    this.lifeRules = lifeRules;
    this.leaseRules = leaseRules;
  }

  /** Creates a machine, leased if {@code lease_ttl} asks for it, and has it booted unless {@code skip_launch} says no. */
  Created create(List<LocalMachine> ofApp, ApiCall call, Instant now) {
    var body = call.body();
    var launched = !GoJson.flag(body, "skip_launch");
    var ttl = leaseTtl(body);
    var machine = new LocalMachine(origin(call, now), MachineConfig.of(body), ids);
    requireUnique(machine.origin().name(), ofApp);
    var effects = new ArrayList<Effect>();
    ttl.ifPresent(time -> effects.add(leaseRules.grant(machine, Optional.empty(), now.plus(time), "create")));
    var json = MachineJson.whole(machine);
    machine.lease(now).ifPresent(held -> json.put("nonce", held.nonce().text()));
    if (launched) effects.addAll(lifeRules.create(machine));
    return new Created(machine, new Outcome(Answer.of(200, json), effects));
  }

  private LocalMachine.Origin origin(ApiCall call, Instant now) {
    var body = call.body();
    var id = ids.machine();
    var name = named(body, "name").orElse("machine-" + id);
    return new LocalMachine.Origin(id, name, call.app(), region(body), ids.privateIp(), now);
  }

  private static Optional<String> named(ObjectNode body, String field) {
    return GoJson.text(body, field).filter(name -> !name.isEmpty());
  }

  /** The first of those that would do; what {@code any} means is Fly's to choose. */
  private static String region(ObjectNode body) {
    return named(body, "region").stream().flatMap(list -> Stream.of(list.split(","))).map(String::strip)
        .filter(region -> !region.isEmpty() && !region.equals("any")).findFirst().orElse(REGION);
  }

  private static void requireUnique(String name, List<LocalMachine> ofApp) {
    ofApp.stream().filter(machine -> machine.status() != MachineStatus.DESTROYED && machine.origin().name().equals(name))
        .findFirst().ifPresent(machine -> {
          throw new Refused(409, "already_exists: unique machine name violation, machine ID " + machine.id()
              + " already exists with name \"" + name + "\"");
        });
  }

  private Optional<Duration> leaseTtl(ObjectNode body) {
    return GoJson.integer(body, "lease_ttl").filter(seconds -> seconds != 0).map(leaseRules::ttl);
  }
}
