package coordbfaas.localfly.rules;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import coordbfaas.localfly.rules.Reply.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** How machines are created and listed. */
final class MachineRules {
  private static final String REGION = "local";
  private static final String METADATA = "metadata.";

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
    var machine = new LocalMachine(origin(call, now));
    requireUnique(machine.origin().name(), ofApp);
    var lease = leaseTtl(body).map(ttl -> leaseRules.grant(machine, Optional.empty(), ttl, now));
    var json = machine.json();
    lease.ifPresent(held -> json.put("nonce", held.nonce().text()));
    var effects = GoJson.flag(body, "skip_launch") ? List.<Effect>of() : lifeRules.create(machine);
    return new Created(machine, new Outcome(Answer.of(200, json), effects));
  }

  private LocalMachine.Origin origin(ApiCall call, Instant now) {
    var body = call.body();
    var id = ids.machine();
    return new LocalMachine.Origin(id, named(body, "name", "machine-" + id), call.app(), named(body, "region", REGION),
        ids.ulid(now), ids.privateIp(), config(body), now);
  }

  private static String named(ObjectNode body, String field, String otherwise) {
    return GoJson.text(body, field).filter(name -> !name.isEmpty()).orElse(otherwise);
  }

  private static ObjectNode config(ObjectNode body) {
    var config = GoJson.object(body, "config").orElseThrow(() -> new Refused(400, "invalid_argument: config is required"));
    if (GoJson.text(config, "image").filter(image -> !image.isBlank()).isEmpty())
      throw new Refused(400, "invalid_argument: config.image is required");
    return config.deepCopy();
  }

  private static void requireUnique(String name, List<LocalMachine> ofApp) {
    ofApp.stream().filter(machine -> machine.origin().name().equals(name)).findFirst().ifPresent(machine -> {
      throw new Refused(409, "already_exists: unique machine name violation, machine ID " + machine.id()
          + " already exists with name \"" + name + "\"");
    });
  }

  private Optional<Duration> leaseTtl(ObjectNode body) {
    return GoJson.integer(body, "lease_ttl").filter(seconds -> seconds != 0).map(leaseRules::ttl);
  }

  /** Lists the machines in one of the {@code state}s, in one of the {@code region}s, with all the metadata asked for. */
  Answer list(List<LocalMachine> ofApp, ApiCall call) {
    var list = JsonNodeFactory.instance.arrayNode();
    ofApp.stream().filter(machine -> isAskedFor(machine, call))
        .forEach(machine -> list.add(call.flag("summary") ? machine.summary() : machine.json()));
    return Answer.of(200, list);
  }

  private static boolean isAskedFor(LocalMachine machine, ApiCall call) {
    return isOneOf(call.words("state"), machine.status().word())
        && isOneOf(call.words("region"), machine.origin().region())
        && hasMetadata(machine, call);
  }

  private static boolean isOneOf(List<String> wanted, String word) {
    return wanted.isEmpty() || wanted.contains(word);
  }

  private static boolean hasMetadata(LocalMachine machine, ApiCall call) {
    var metadata = machine.metadata();
    return call.query().entrySet().stream().filter(parameter -> parameter.getKey().startsWith(METADATA))
        .allMatch(parameter -> Optional.ofNullable(metadata.get(parameter.getKey().substring(METADATA.length())))
            .filter(parameter.getValue()::contains).isPresent());
  }
}
