package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.facts.Observer;
import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.PoolSupervisor.Granted;
import coordbfaas.pool.ScriptedWire.Call;
import coordbfaas.pool.ScriptedWire.Verb;
import coordbfaas.settings.RandomCases;
import coordbfaas.story.StoryTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Goal: whatever happens in whatever order, no boot serves two, nobody is forgotten, and no slot leaks.
 *
 * <p>Method: at random, requests come, free what they hold, withdraw and die; calls are answered, refused, lost before or
 * after they were carried out; time passes; news of machines comes late. What must hold is checked after each step. In the
 * end Fly works again: all who wait are answered, and a close, whenever it comes, leaves nothing running.
 */
@DisplayName("A pool, whatever happens,")
class PoolSimulationTest {
  private static final int STEPS = 100;

  private static ActorTestKit system;

  @BeforeAll
  static void opens() {
    system = StoryTime.aSystem();
  }

  @AfterAll
  static void closes() {
    system.shutdownTestKit();
  }

  @Test
  void keepsItsInvariants() {
    RandomCases.each(300, random -> {
      var simulation = new Simulation(random);
      for (var step = 0; step < STEPS; step++) {
        simulation.step();
        simulation.checkInvariants();
      }
      simulation.heals();
      if (random.nextBoolean()) simulation.servesAllWhoWait();
      simulation.closes();
    });
  }

  /** One request, from when it asks until its deadline, at which it withdraws if it still waits. */
  private static final class Request {
    private final Witness<PoolSupervisor.AllocateReply> witness = new Witness<>(system);
    private final Instant deadline;
    private int replies;
    private Grant grant;
    private boolean gone;

    Request(Instant deadline) {
      this.deadline = deadline;
    }

    boolean waits() {
      return !gone && replies == 0;
    }

    boolean holds() {
      return !gone && grant != null;
    }
  }

  private static final class Simulation {
    private final RandomGenerator random;
    private final StoryTime time = StoryTime.of(system);
    private final ScriptedWire wire = new ScriptedWire();
    private final SmallFly fly = new SmallFly(wire);
    private final LateNews news = new LateNews();
    private final APool settings;
    private final Witness<Object> witness = new Witness<>(system);
    private final ActorRef<PoolSupervisor.Command> pool;
    private final List<Request> requests = new ArrayList<>();
    private final Set<String> bootsGranted = new HashSet<>();

    Simulation(RandomGenerator random) {
      this.random = random;
      var size = random.nextInt(1, 5);
      this.settings = APool.of(size).keepingWarm(random.nextInt(size + 1)).letting(random.nextInt(6), Duration.ofSeconds(5));
      this.pool = system.spawn(news.lateTo(PoolSupervisor.create(settings.settings(),
          new PoolSupervisor.Surroundings(wire, wire, PlainClaims.OURS, new PoolClocks(time, time::steady), random,
              Observer.NONE))));
      witness.watches(pool);
    }

    void step() {
      switch (random.nextInt(16)) {
        case 0, 1, 2 -> asks();
        case 3, 4 -> anyOf(requests.stream().filter(Request::holds).toList(), this::frees);
        case 5 -> anyOf(requests.stream().filter(Request::waits).toList(), this::withdraws);
        case 6 -> anyOf(requests.stream().filter(request -> !request.gone).toList(), this::dies);
        case 7 -> passes(Duration.ofMillis(random.nextInt(1, 20_000)));
        case 8 -> passes(Duration.ofMillis(random.nextInt(1, 300)));
        case 9 -> news.isHeld();
        case 10 -> news.arrives(pool);
        case 11 -> anyOf(wire.open(), this::goesWrong);
        default -> anyOf(wire.open(), fly::answers);
      }
      listen();
    }

    private void asks() {
      var timeLeft = Duration.ofMillis(random.nextInt(1, (int) APool.REQUEST_TIME.toMillis()));
      var request = new Request(time.instant().plus(timeLeft));
      requests.add(request);
      pool.tell(new PoolSupervisor.Allocate("run", timeLeft, request.witness.ref(), request.witness.ref()));
    }

    private void frees(Request request) {
      pool.tell(new PoolSupervisor.Free(request.grant));
      request.gone = random.nextBoolean();
      if (request.gone) request.witness.dies();
      else request.grant = null;
    }

    private void withdraws(Request request) {
      pool.tell(new PoolSupervisor.Withdraw(request.witness.ref()));
      request.gone = true;
    }

    private void dies(Request request) {
      if (request.waits()) withdraws(request);
      request.gone = true;
      request.witness.dies();
    }

    private void goesWrong(Call call) {
      switch (random.nextInt(6)) {
        case 0 -> call.isLost();
        case 1 -> fly.carriesOutInSilence(call);
        case 2 -> call.isRejected(500, "oh no");
        case 3 -> call.isRejected(call.verb() == Verb.START ? 412 : 408, "not now");
        case 4 -> call.fails(new MachinesFailure.Unreachable("no connection"));
        default -> call.fails(new IllegalStateException("none of the API's"));
      }
    }

    /** Nobody waits beyond its deadline. */
    private void passes(Duration duration) {
      time.passes(duration);
      requests.stream().filter(request -> request.waits() && !time.instant().isBefore(request.deadline)).toList()
          .forEach(this::withdraws);
    }

    private <T> void anyOf(List<T> some, Consumer<T> action) {
      if (!some.isEmpty()) action.accept(some.get(random.nextInt(some.size())));
    }

    private void listen() {
      for (var request : requests) for (var reply : request.witness.news()) {
        request.replies++;
        if (reply instanceof Granted(var grant)) granted(request, grant);
      }
    }

    private void granted(Request request, Grant grant) {
      assertThat(fly.bootOf(grant.machine())).as("the boot that runs").contains(grant.boot());
      assertThat(bootsGranted.add(grant.boot())).as("grant of a boot that nobody had").isTrue();
      request.grant = grant;
    }

    void checkInvariants() {
      assertThat(fly.machines()).as("machines").isLessThanOrEqualTo(settings.size());
      assertThat(requests).as("replies").allSatisfy(request -> assertThat(request.replies).isLessThanOrEqualTo(1));
      assertThat(waiting()).as("those who wait").isLessThanOrEqualTo(settings.queueMax() + settings.size());
    }

    private long waiting() {
      return requests.stream().filter(Request::waits).count();
    }

    /** All goes well from here on. */
    void heals() {
      requests.stream().filter(Request::holds).forEach(this::frees);
      requests.stream().filter(request -> !request.gone && !request.waits()).forEach(this::dies);
    }

    void servesAllWhoWait() {
      settles();
      assertThat(waiting()).as("those who wait though all goes well").isZero();
      if (settings.queueMax() > 0 || settings.warm() > 0) isServed(new Request(time.instant().plus(Duration.ofMinutes(1))));
    }

    void closes() {
      pool.tell(new PoolSupervisor.Close());
      settles();
      assertThat(waiting()).as("those who wait for a pool that is closed").isZero();
      assertThat(witness.saw(pool)).as("the pool ended").isTrue();
      assertThat(fly.running()).as("machines that run").isZero();
    }

    private void isServed(Request request) {
      requests.add(request);
      pool.tell(new PoolSupervisor.Allocate("last", Duration.ofMinutes(1), request.witness.ref(), request.witness.ref()));
      settles();
      assertThat(request.grant).as("a grant when all goes well").isNotNull();
    }

    /** Long enough for every pause between two tries. */
    private void settles() {
      for (var second = 0; second < 40; second++) {
        news.arrives(pool);
        fly.answersAll();
        listen();
        time.passes(Duration.ofSeconds(1));
      }
    }
  }
}
