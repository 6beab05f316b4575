package coordbfaas.localfly;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import coordbfaas.localfly.rules.CallLog;
import coordbfaas.localfly.rules.Effect;
import coordbfaas.localfly.rules.FaultScript;
import coordbfaas.localfly.rules.Judge;
import coordbfaas.localfly.rules.MachineNow;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** What the admin port tells of the faults, of the log and of the judge. */
final class LogJson {
  private LogJson() {}

  static ObjectNode number(long fault) {
    return object().put("number", fault);
  }

  static ArrayNode of(List<FaultScript.Going> faults) {
    var json = JsonNodeFactory.instance.arrayNode();
    faults.stream().map(LogJson::of).forEach(json::add);
    return json;
  }

  private static ObjectNode of(FaultScript.Going going) {
    var json = object().put("number", going.number()).put("fault", going.fault().text());
    going.left().ifPresent(left -> json.put("left", left));
    going.until().ifPresent(until -> json.put("until", until.toString()));
    return json;
  }

  /** @param last how many of the newest entries */
  static ObjectNode of(CallLog log, int last) {
    var entries = log.entries();
    var older = Math.max(0, entries.size() - last);
    var json = object().put("dropped", log.dropped() + older);
    entries.stream().skip(older).map(LogJson::of).forEach(json.putArray("entries")::add);
    return json;
  }

  static ObjectNode of(Judge judge) {
    var json = object().put("entries", judge.entries()).put("violated", judge.found());
    var violations = json.putArray("violations");
    judge.violations().forEach(violation -> violations.add(object()
        .put("at", violation.at().toString()).put("machine", violation.machine()).put("what", violation.what())));
    return json;
  }

  /** @param judge knows how many runs a machine took */
  static ArrayNode of(List<MachineNow> machines, Judge judge) {
    var json = JsonNodeFactory.instance.arrayNode();
    machines.forEach(machine -> {
      var told = object().put("app", machine.app()).put("id", machine.id()).put("name", machine.name())
          .put("state", machine.state().word()).put("boot", machine.boot())
          .put("runs", judge.runs(machine.id(), machine.boot()));
      machine.lease().ifPresent(lease -> told.putObject("lease").put("number", lease.number())
          .put("leftSeconds", lease.left().toSeconds()).put("description", lease.description()));
      json.add(told);
    });
    return json;
  }

  private static ObjectNode of(CallLog.Entry entry) {
    return switch (entry) {
      case CallLog.Sent sent -> sent(sent);
      case CallLog.Arrived arrived -> arrived(arrived);
      case CallLog.Answered answered -> event(answered.at(), "answered").put("call", answered.call())
          .put("status", answered.status()).put("told", answered.told().toString()).put("ending", word(answered.ending()));
      case CallLog.Created created -> event(created.at(), "created")
          .put("app", created.app()).put("machine", created.machine()).put("name", created.name());
      case CallLog.Happened happened -> effect(happened.at(), happened.effect());
      case CallLog.RunPassed run -> event(run.at(), "run-passed").put("machine", run.machine()).put("boot", run.boot());
      case CallLog.RunAnswered run -> event(run.at(), "run-answered")
          .put("machine", run.machine()).put("boot", run.boot()).put("status", run.status());
      case CallLog.RunLost run -> event(run.at(), "run-lost").put("machine", run.machine()).put("boot", run.boot());
    };
  }

  private static ObjectNode sent(CallLog.Sent sent) {
    var json = event(sent.at(), "sent").put("call", sent.call()).put("action", word(sent.action())).put("app", sent.app());
    if (!sent.machine().isEmpty()) json.put("machine", sent.machine());
    if (!sent.caller().isEmpty()) json.put("caller", sent.caller());
    return sent.arrives().map(at -> json.put("arrives", at.toString())).orElseGet(() -> json.put("lost", true));
  }

  private static ObjectNode arrived(CallLog.Arrived arrived) {
    var json = event(arrived.at(), "arrived").put("call", arrived.call()).put("action", word(arrived.action()));
    if (!arrived.machine().isEmpty()) json.put("machine", arrived.machine());
    arrived.lease().ifPresent(lease -> json.put("lease", lease));
    arrived.status().ifPresentOrElse(status -> json.put("status", status), () -> json.put("waits", true));
    return json.put("carriedOut", arrived.carriedOut());
  }

  private static ObjectNode effect(Instant at, Effect effect) {
    return switch (effect) {
      case Effect.Changed(var machine, var from, var to, var cause) -> event(at, "changed").put("machine", machine)
          .put("from", from.word()).put("to", to.word()).put("cause", cause);
      case Effect.Launch(var machine, var boot, var delay) -> boot(at, "launch", machine, boot);
      case Effect.Boot(var machine, var boot, var environment) -> boot(at, "boot", machine, boot);
      case Effect.Shutdown(var machine, var boot, var killAfter) -> boot(at, "shutdown", machine, boot);
      case Effect.Freeze(var machine, var boot) -> boot(at, "freeze", machine, boot);
      case Effect.Thaw(var machine, var boot) -> boot(at, "thaw", machine, boot);
      case Effect.Settle(var machine, var boot, var delay) -> boot(at, "settle", machine, boot);
      case Effect.Leased(var machine, var lease, var until, var cause) -> event(at, "leased").put("machine", machine)
          .put("lease", lease).put("until", until.toString()).put("cause", cause);
      case Effect.Released(var machine, var lease, var cause) -> event(at, "released").put("machine", machine)
          .put("lease", lease).put("cause", cause);
    };
  }

  private static ObjectNode boot(Instant at, String event, String machine, long boot) {
    return event(at, event).put("machine", machine).put("boot", boot);
  }

  private static ObjectNode event(Instant at, String event) {
    return object().put("at", at.toString()).put("event", event);
  }

  private static String word(Enum<?> name) {
    return name.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
