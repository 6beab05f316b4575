package coordbfaas.localfly.rules;

import static coordbfaas.localfly.rules.MachineStatus.CREATED;
import static coordbfaas.localfly.rules.MachineStatus.DESTROYED;
import static coordbfaas.localfly.rules.MachineStatus.DESTROYING;
import static coordbfaas.localfly.rules.MachineStatus.FAILED;
import static coordbfaas.localfly.rules.MachineStatus.LAUNCH_FAILED;
import static coordbfaas.localfly.rules.MachineStatus.REPLACING;
import static coordbfaas.localfly.rules.MachineStatus.RESTARTING;
import static coordbfaas.localfly.rules.MachineStatus.STARTED;
import static coordbfaas.localfly.rules.MachineStatus.STARTING;
import static coordbfaas.localfly.rules.MachineStatus.STOPPED;
import static coordbfaas.localfly.rules.MachineStatus.STOPPING;
import static coordbfaas.localfly.rules.MachineStatus.SUSPENDED;
import static coordbfaas.localfly.rules.MachineStatus.SUSPENDING;
import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.machines.HostStatus;
import coordbfaas.machines.LeaseNonce;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/** Fly's rules and a host, on a walk at random. What a host is told and tells is checked on the way. */
final class WalkedFly {
  /** The ways from state to state that the rules' own documents draw. */
  private static final Map<MachineStatus, Set<MachineStatus>> ARROWS = Map.ofEntries(
      Map.entry(CREATED, EnumSet.of(STARTING, LAUNCH_FAILED, REPLACING, DESTROYING)),
      Map.entry(LAUNCH_FAILED, EnumSet.of(FAILED, DESTROYING, DESTROYED)),
      Map.entry(STARTING, EnumSet.of(STARTED, FAILED, STOPPING, STOPPED, RESTARTING, DESTROYING)),
      Map.entry(STARTED, EnumSet.of(SUSPENDING, STOPPING, STOPPED, RESTARTING, REPLACING, DESTROYING)),
      Map.entry(SUSPENDING, EnumSet.of(SUSPENDED, STARTING, STOPPING, STOPPED, RESTARTING, DESTROYING)),
      Map.entry(SUSPENDED, EnumSet.of(STARTING, STOPPING, REPLACING, DESTROYING)),
      Map.entry(STOPPING, EnumSet.of(STOPPED, DESTROYING)),
      Map.entry(STOPPED, EnumSet.of(STARTING, REPLACING, DESTROYING)),
      Map.entry(RESTARTING, EnumSet.of(STARTING, STOPPING, DESTROYING)),
      Map.entry(REPLACING, EnumSet.of(STARTING, STOPPED, CREATED, DESTROYING)),
      Map.entry(FAILED, EnumSet.of(STARTING, REPLACING, DESTROYING)),
      Map.entry(DESTROYING, EnumSet.of(DESTROYED)),
      Map.entry(DESTROYED, EnumSet.noneOf(MachineStatus.class)));

  private static final List<Action> CALLS = Stream.of(Action.values()).filter(action -> !action.isRead()).toList();
  private static final ApiCall LIST = new ApiCall(Action.LIST, "workers", "", "", Map.of("summary", List.of("true")),
      Optional.empty(), RuledFly.json("{}"));
  private static final List<String> POLICIES = List.of("no", "no", "on-failure", "always");

  private sealed interface News {}

  private record Launched(String machine, long boot) implements News {}

  private record Booted(String machine, long boot) implements News {}

  private record Ended(String machine, long boot) implements News {}

  private record Settled(String machine, long boot) implements News {}

  private record Lease(long number, Instant until) {}

  final Set<MachineStatus> seen = EnumSet.of(CREATED);

  private final Random random;
  private final FlyRules rules;
  private final List<News> pending = new ArrayList<>();
  private final Map<String, MachineStatus> states = new HashMap<>();
  private final Map<String, Long> boots = new HashMap<>();
  private final Map<String, Long> running = new HashMap<>();
  private final Set<String> frozen = new HashSet<>();
  private final Map<String, Lease> leases = new HashMap<>();
  private final Map<String, String> nonces = new HashMap<>();
  private long leaseNumbers;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  WalkedFly(Random random) {
    this.random = random;
    var delays = new Delays(millis(), millis(), millis(), millis(), millis(), millis());
    this.rules = new FlyRules(delays, OpenQuestions.GUESSED, random);
  }

  private Duration millis() {
    return random.nextBoolean() ? Duration.ZERO : Duration.ofMillis(random.nextInt(1, 1000));
  }

  // ---- the walk ----

  void step() {
    now = now.plusMillis(random.nextInt(300));
    switch (random.nextInt(10)) {
      case 0, 1, 2, 3, 4 -> hear();
      case 5 -> befall();
      default -> call();
    }
  }

  /** The host tells one of the things that are due, not always the first. */
  private void hear() {
    if (!pending.isEmpty()) tell(pending.remove(random.nextInt(pending.size())));
  }

  private void tell(News news) {
    carryOut(switch (news) {
      case Launched(var machine, var boot) -> rules.launched(machine, boot, now);
      case Booted(var machine, var boot)   -> rules.booted(machine, boot, now);
      case Settled(var machine, var boot)  -> rules.settled(machine, boot, now);
      case Ended(var machine, var boot)    -> gone(machine, boot);
    });
  }

  /** A basher is told gone once, and not before it is gone; what it had to tell before is never told. */
  private List<Effect> gone(String machine, long boot) {
    if (!running.remove(machine, boot)) return List.of();
    frozen.remove(machine);
    pending.remove(new Booted(machine, boot));
    return rules.ended(machine, boot, now);
  }

  private void befall() {
    anyMachine().ifPresent(machine -> {
      switch (random.nextInt(7)) {
        case 0 -> carryOut(rules.die(machine, now));
        case 1 -> rules.loseSnapshot(machine);
        case 2 -> rules.failLaunch(machine);
        case 3 -> carryOut(rules.expireLease(machine, now));
        case 4 -> carryOut(rules.stealLease(machine, now));
        case 5 -> rules.hostStatus(machine, random.nextInt(8) > 0 ? HostStatus.OK : HostStatus.UNREACHABLE, now);
        default -> Optional.ofNullable(running.get(machine)).ifPresent(boot -> pending.add(new Ended(machine, boot)));
      }
    });
  }

  private void call() {
    var action = CALLS.get(random.nextInt(CALLS.size()));
    if (action == Action.CREATE || states.isEmpty()) create();
    else anyMachine().ifPresent(machine -> put(action, machine));
  }

  private Optional<String> anyMachine() {
    var alive = states.keySet().stream().filter(machine -> states.get(machine) != DESTROYED).sorted().toList();
    return alive.isEmpty() ? Optional.empty() : Optional.of(alive.get(random.nextInt(alive.size())));
  }

  private void create() {
    var body = "{\"name\":\"worker-%d\",%s,\"skip_launch\":%s,\"lease_ttl\":%d}".formatted(
        random.nextInt(5), config(), random.nextInt(4) == 0, random.nextInt(3));
    var outcome = rules.answer(call(Action.CREATE, "", body), now);
    if (outcome.reply() instanceof Reply.Answer answer && answer.status() == 200)
      born(answer.body().orElseThrow().path("id").asText());
    carryOut(outcome.effects());
  }

  private void born(String machine) {
    states.put(machine, CREATED);
    if (random.nextInt(3) == 0) rules.failLaunch(machine);
  }

  private String config() {
    return "\"config\":{\"image\":\"w\",\"restart\":{\"policy\":\"%s\"},\"auto_destroy\":%s}".formatted(
        POLICIES.get(random.nextInt(POLICIES.size())), random.nextInt(5) == 0);
  }

  private void put(Action action, String machine) {
    var body = "{%s,\"skip_launch\":%s,\"ttl\":%d,\"signal\":\"%s\",\"value\":\"v\",\"metadata\":{\"k\":\"v\"}}".formatted(
        config(), random.nextBoolean(), random.nextInt(1, 5), Signal.values()[random.nextInt(Signal.values().length)]);
    var outcome = rules.answer(call(action, machine, body), now);
    if (action == Action.LEASE_ACQUIRE && outcome.reply() instanceof Reply.Answer answer && answer.status() < 300)
      nonces.put(machine, answer.body().orElseThrow().path("data").path("nonce").asText());
    carryOut(outcome.effects());
  }

  private ApiCall call(Action action, String machine, String body) {
    var nonce = Optional.ofNullable(nonces.get(machine)).filter(known -> random.nextInt(3) > 0).map(LeaseNonce::new);
    var force = Map.of("force", List.of(Boolean.toString(random.nextInt(8) == 0)));
    return new ApiCall(action, "workers", machine, "k", force, nonce, RuledFly.json(body));
  }

  // ---- what the host is told ----

  private void carryOut(List<Effect> effects) {
    effects.forEach(this::carryOut);
  }

  private void carryOut(Effect effect) {
    switch (effect) {
      case Effect.Changed changed                                -> changed(changed);
      case Effect.Leased leased                                  -> leased(leased);
      case Effect.Released released                              -> released(released);
      case Effect.Launch(var machine, var boot, var delay)       -> launch(machine, boot);
      case Effect.Boot(var machine, var boot, var environment)   -> boot(machine, boot);
      case Effect.Shutdown(var machine, var boot, var killAfter) -> shutdown(machine, boot);
      case Effect.Freeze(var machine, var boot)                  -> freeze(machine, boot);
      case Effect.Thaw(var machine, var boot)                    -> thaw(machine, boot);
      case Effect.Settle(var machine, var boot, var delay)       -> pending.add(new Settled(machine, boot));
    }
  }

  private void changed(Effect.Changed changed) {
    assertThat(states.put(changed.machine(), changed.to())).isEqualTo(changed.from());
    assertThat(ARROWS.get(changed.from())).as(changed.toString()).contains(changed.to());
    seen.add(changed.to());
  }

  private void launch(String machine, long boot) {
    var before = boots.getOrDefault(machine, 0L);
    if (frozen.contains(machine)) assertThat(boot).as("a resume goes on with the boot").isEqualTo(before);
    else assertThat(boot).as("a cold boot is the next one").isEqualTo(before + 1);
    boots.put(machine, boot);
    pending.add(new Launched(machine, boot));
  }

  private void boot(String machine, long boot) {
    assertThat(running.put(machine, boot)).as("a second boot of " + machine).isNull();
    assertThat(boot).isEqualTo(boots.get(machine));
    pending.add(new Booted(machine, boot));
  }

  /** As a host does it: what does not run is told gone at once. */
  private void shutdown(String machine, long boot) {
    if (running.containsKey(machine)) pending.add(new Ended(machine, running.get(machine)));
    else carryOut(rules.ended(machine, boot, now));
  }

  private void freeze(String machine, long boot) {
    assertThat(running).containsEntry(machine, boot);
    assertThat(frozen.add(machine)).isTrue();
  }

  private void thaw(String machine, long boot) {
    assertThat(running).containsEntry(machine, boot);
    assertThat(frozen.remove(machine)).isTrue();
  }

  private void leased(Effect.Leased leased) {
    var before = leases.put(leased.machine(), new Lease(leased.leaseNumber(), leased.until()));
    if (leased.leaseNumber() > leaseNumbers) {
      assertThat(before == null || !now.isBefore(before.until())).as("one lease at a time").isTrue();
      assertThat(leased.leaseNumber()).isEqualTo(++leaseNumbers);
    } else {
      assertThat(before).as("a refresh is of the lease that is held").isNotNull();
      assertThat(leased.leaseNumber()).isEqualTo(before.number());
      assertThat(now).isBefore(before.until());
    }
  }

  private void released(Effect.Released released) {
    assertThat(leases.remove(released.machine()).number()).isEqualTo(released.leaseNumber());
  }

  // ---- what must be true after every step ----

  void keepsItsPromises() {
    states.forEach((machine, state) -> assertThat(rules.isStarted(machine)).isEqualTo(state == STARTED));
    states.forEach((machine, state) -> {
      if (state == STARTED) assertThat(running.containsKey(machine) && !frozen.contains(machine)).isTrue();
      if (state == STOPPED || state == FAILED || state == DESTROYED) assertThat(running).doesNotContainKey(machine);
    });
    var listed = RuledFly.answered((Reply.Answer) rules.answer(LIST, now).reply(), 200);
    assertThat(listed.findValuesAsText("name")).doesNotHaveDuplicates();
    listed.forEach(machine ->
        assertThat(machine.path("state").asText()).isEqualTo(states.get(machine.path("id").asText()).word()));
  }

  /** Left alone, every machine comes to a state that lasts, and nothing more is to be told. */
  void comesToRest() {
    for (var told = 0; told < 10_000 && !pending.isEmpty(); told++) tell(pending.removeFirst());
    assertThat(pending).isEmpty();
    assertThat(states.values()).allMatch(MachineStatus::isSettled);
  }
}
