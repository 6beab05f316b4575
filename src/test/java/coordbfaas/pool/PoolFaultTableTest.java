package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.auth.PoolClaim;
import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.PoolFaultTable.Action;
import coordbfaas.pool.PoolFaultTable.Case;
import coordbfaas.pool.PoolFaultTable.Fault;
import coordbfaas.pool.ScriptedWire.Call;
import coordbfaas.pool.ScriptedWire.Verb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tells every row of docs/pool.md.
 *
 * <p>Goal: whatever call goes wrong in whatever way, the pool grants all its machines at once again soon, never has more than
 * those, never grants a boot twice, and a call that arrives late touches nothing that was granted since.
 *
 * <p>Method: a pool that keeps all its machines warm or suspended begins with one machine of an earlier instance, one that
 * nobody holds, and one to be made; its machines are used all at once, again and again, and one is tampered with each time. So
 * every call is made; the first, the second and the third of its kind goes wrong, each in a story of its own.
 */
@DisplayName("A pool, when a call goes wrong,")
class PoolFaultTableTest extends PoolStory {
  private static final int SIZE = 3;
  private static final int ROUNDS_MAX = 20;
  private static final Set<Verb> ASLEEP_ONLY = EnumSet.of(Verb.SUSPEND, Verb.AWAIT_SUSPENDED);
  private static final Duration STEP = Duration.ofMillis(50);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration LONG = Duration.ofMinutes(5);
  /** After that, the client gives up a call without an answer. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration LEASED_AWAY = Duration.ofSeconds(30);
  private static final Instance BEFORE = new Instance("c1", 5, "ee");

  private static final APool POOL = APool.of(SIZE).keepingWarm(SIZE).letting(64, LONG)
      .leasingFor(Duration.ofMinutes(1)).renewing(Duration.ofHours(1)).cleaningEach(Duration.ofSeconds(10));

  /** A call of a kind that goes wrong. */
  private record Wrong(Verb verb, Fault fault, int number) {
    Action action() {
      return Action.of(verb);
    }
  }

  private final Set<String> bootsGranted = new HashSet<>();
  private final List<Call> late = new ArrayList<>();
  private final Map<Call, Instant> silent = new IdentityHashMap<>();
  private ActorRef<PoolSupervisor.Command> pool;
  private List<User> users = List.of();
  private Wrong wrong;
  private int calls;
  private Optional<Instant> wrongSince = Optional.empty();
  private Optional<String> leasedAway = Optional.empty();

  static List<Case> cases() {
    return PoolFaultTable.read();
  }

  @AfterEach
  void stopsThePool() {
    if (pool != null) system.stop(pool);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void isWholeAgainInTheTimeThatTheTableTells(Case told) {
    for (var verb : told.action().verbs()) for (var mode : PoolSettings.WarmMode.values()) for (var number = 1; number <= 3; number++) {
      if (ASLEEP_ONLY.contains(verb) && mode == PoolSettings.WarmMode.STARTED) continue;
      var story = new PoolFaultTableTest();
      story.wrong = new Wrong(verb, told.fault(), number);
      try {
        story.isTold(mode, told.wholeWithin());
      } finally {
        story.stopsThePool();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("coordbfaas.pool.PoolFaultTable#tests")
  void namesTestsThatAreThere(String type, String method) throws IOException {
    assertThat(Files.readString(Path.of("src/test/java/coordbfaas/pool", type + ".java"))).contains("void " + method + "(");
  }

  private void isTold(PoolSettings.WarmMode mode, Duration wholeWithin) {
    hasTwoMachinesAlready();
    var settings = mode == PoolSettings.WarmMode.SUSPENDED ? POOL.suspending() : POOL;
    pool = system.spawn(PoolSupervisor.create(settings.settings(), surroundings()));
    for (var round = 0; wrongSince.isEmpty(); round++) {
      if (round == ROUNDS_MAX && wrong.number() > 1) return; // so many there are not
      assertThat(round).as("%s: rounds without it", wrong).isLessThan(ROUNDS_MAX);
      if (round > 0 && round <= SIZE) fly.writes(fly.idOf("worker-c1-" + round % SIZE), Map.of());
      users();
      passUntil(() -> wrongSince.isPresent(), Duration.ofSeconds(3));
      users.forEach(User::leaves);
      passUntil(() -> wrongSince.isPresent(), Duration.ofSeconds(3));
    }
    users.forEach(User::leaves);

    var lasting = users();
    passUntil(() -> lasting.stream().allMatch(User::hasAMachine), LONG);
    assertThat(Duration.between(wrongSince.get(), time.steady())).as("%s %s: time until it is whole", mode, wrong)
        .isLessThanOrEqualTo(wholeWithin);
    assertThat(lasting.stream().map(User::machine)).doesNotHaveDuplicates();
    whatComesLateTouchesNothingOf(lasting);

    passUntil(() -> wrong.fault() != Fault.SILENT_MINUTE || hasPassed(MINUTE), MINUTE);
    lasting.forEach(User::leaves);
    var next = users();
    passUntil(() -> next.stream().allMatch(User::hasAMachine), Duration.ofSeconds(20));
    assertThat(next).as("%s %s: for good", mode, wrong).allMatch(User::hasAMachine);
  }

  private void hasTwoMachinesAlready() {
    fly.givesTheLeaseTo(hasOneOf(BEFORE, 0), BEFORE.description());
    hasOneOf(BEFORE, 1);
  }

  private String hasOneOf(Instance maker, int slot) {
    var name = new WorkerName("c1", slot).toString();
    var claim = new PoolClaim(name, "c1", POOL.image(), maker.epoch(), maker.id(), time.instant());
    return fly.has(name, POOL.image(), MachineClaim.metadata(claim, PlainClaims.OURS));
  }

  private void whatComesLateTouchesNothingOf(List<User> users) {
    late.forEach(fly::carriesOutLate);
    users.forEach(User::stillHasItsBoot);
    assertThat(fly.machines()).isLessThanOrEqualTo(SIZE);
  }

  // ---- those who use it ----

  private final class User {
    private final Witness<PoolSupervisor.AllocateReply> witness = new Witness<>(system);
    private Optional<Grant> grant = Optional.empty();

    User() {
      pool.tell(new PoolSupervisor.Allocate("run", LONG, witness.ref(), witness.ref()));
    }

    boolean hasAMachine() {
      return grant.isPresent();
    }

    void hears() {
      for (var reply : witness.news()) grant = Optional.of(isGood(((PoolSupervisor.Granted) reply).grant()));
    }

    private Grant isGood(Grant given) {
      assertThat(fly.bootOf(given.machine())).as("boot of %s", given).contains(given.boot());
      assertThat(bootsGranted.add(given.boot())).as("%s: first grant of the boot of %s", wrong, given).isTrue();
      return given;
    }

    void stillHasItsBoot() {
      assertThat(fly.bootOf(machine())).as("%s: boot of %s", wrong, grant).contains(grant.orElseThrow().boot());
    }

    String machine() {
      return grant.orElseThrow().machine();
    }

    void leaves() {
      if (hasAMachine()) pool.tell(new PoolSupervisor.Free(grant.get()));
      else pool.tell(new PoolSupervisor.Withdraw(witness.ref()));
      grant = Optional.empty();
    }
  }

  private List<User> users() {
    users = IntStream.range(0, SIZE).mapToObj(each -> new User()).toList();
    users.forEach(User::hears);
    return users;
  }

  // ---- time, and what goes wrong in it ----

  private void passUntil(BooleanSupplier isSo, Duration most) {
    var end = time.steady().plus(most);
    while (true) {
      answersAllThatIsAsked();
      if (isSo.getAsBoolean() || !time.steady().isBefore(end)) return;
      time.passes(STEP);
      givesUpWhatIsSilentForLong();
      users.forEach(User::hears);
      if (leasedAway.isPresent() && hasPassed(LEASED_AWAY)) {
        fly.endsTheLeaseOf(leasedAway.get());
        leasedAway = Optional.empty();
      }
    }
  }

  private boolean hasPassed(Duration sinceItWentWrong) {
    return !wrongSince.orElseThrow().plus(sinceItWentWrong).isAfter(time.steady());
  }

  private void answersAllThatIsAsked() {
    var answered = 0;
    for (var open = asked(); !open.isEmpty(); open = asked()) {
      var call = open.getFirst();
      if (goesWrong(call)) happensTo(call);
      else fly.answers(call);
      wire.forgetsTheAnswered();
      users.forEach(User::hears);
      assertThat(fly.machines()).as("%s: machines", wrong).isLessThanOrEqualTo(SIZE);
      assertThat(answered++).as("calls without a pause").isLessThan(1000);
    }
  }

  /** The calls that are open, and not lost already without anyone's knowing. */
  private List<Call> asked() {
    return wire.open().stream().filter(call -> !silent.containsKey(call)).toList();
  }

  private void givesUpWhatIsSilentForLong() {
    var over = silent.keySet().stream().filter(call -> !silent.get(call).isAfter(time.steady())).toList();
    over.forEach(silent::remove);
    over.stream().filter(call -> !call.future().isDone()).forEach(Call::isLost); // or the pool gave it up before
  }

  private boolean goesWrong(Call call) {
    if (!Action.isOf(call.verb()) || Action.of(call.verb()) != wrong.action()) return false;
    if (wrongSince.isPresent()) return wrong.fault() == Fault.SILENT_MINUTE && !hasPassed(MINUTE);
    if (call.verb() != wrong.verb() || ++calls < wrong.number()) return false;
    wrongSince = Optional.of(time.steady());
    return true;
  }

  private void happensTo(Call call) {
    switch (wrong.fault()) {
      case LOST_BEFORE -> {
        late.add(call);
        call.isLost();
      }
      case LOST_AFTER -> fly.carriesOutInSilence(call);
      case SILENT_MINUTE -> {
        fly.carriesOutLate(call);
        silent.put(call, time.steady().plus(PATIENCE));
      }
      case ERROR_BEFORE -> {
        late.add(call);
        call.fails(new MachinesFailure.Later(Duration.ZERO, changes(), "503 try again"));
      }
      case ERROR_AFTER -> {
        fly.carriesOutLate(call);
        call.fails(new MachinesFailure.Later(Duration.ZERO, changes(), "502 "));
      }
      case RATE_429 -> call.fails(new MachinesFailure.Later(Duration.ofSeconds(2), false, "429 rate limit exceeded"));
      case NO_CONNECTION -> call.fails(new MachinesFailure.Unreachable("no connection"));
      case UNKNOWN_404 -> isUnknown(call);
      case GONE -> {
        fly.losesMachine(call.target());
        fly.answers(call);
      }
      case LATE_408 -> call.isRejected(408, "deadline_exceeded: machine not in that state");
      case NOT_YET_412 -> call.isRejected(412, "failed_precondition: machine still active, refusing");
      case LEASE_409 -> {
        leasedAway = Optional.of(call.target());
        fly.givesTheLeaseToAnother(call.target());
        fly.answers(call);
      }
      case NAME_409 -> {
        hasOneOf(BEFORE, WorkerName.parse(call.target()).orElseThrow().slot());
        fly.answers(call);
      }
      case QUOTA_403 -> call.isRejected(403, "organization o uses 5120MB in region dfw, which is over its quota");
      case NO_HOST_422 -> call.isRejected(422, "could not find a candidate host");
    }
  }

  /** What the client makes of a 404. */
  private static void isUnknown(Call call) {
    switch (call.verb()) {
      case LEASE -> call.isAnswered(Optional.empty());
      case DESTROY, AWAIT_DESTROYED -> call.isAnswered(Done.getInstance());
      default -> call.isRejected(404, "machine not found");
    }
  }

  private boolean changes() {
    return switch (wrong.action()) {
      case LIST, GET, LEASE, WAIT -> false;
      case CREATE, START, STOP, SUSPEND, DESTROY, ACQUIRE, REFRESH, RELEASE -> true;
    };
  }
}
