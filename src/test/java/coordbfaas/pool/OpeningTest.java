package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.auth.PoolClaim;
import coordbfaas.auth.PoolClaims;
import coordbfaas.machines.Lease;
import coordbfaas.machines.LeaseNonce;
import coordbfaas.machines.Machine;
import coordbfaas.machines.MachineState;
import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.PoolSupervisor.Reason;
import coordbfaas.pool.ScriptedWire.Call;
import coordbfaas.pool.ScriptedWire.Verb;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A coordinator looks before it does anything: of what is there it must be the latest. */
@DisplayName("A pool's first look")
class OpeningTest extends PoolStory {
  @Nested
  @DisplayName("tells the latest epoch of its pool,")
  class TellsTheLatestEpoch {
    @Test
    void whichIsNoneIfThereIsNothing() {
      assertThat(of(List.of())).isCompletedWithValue(new Opening(List.of(), 0));
    }

    @Test
    void whichAClaimMayTell() {
      assertThat(epoch(machine("worker-c1-0", claimed("worker-c1-0", 7)), nobody())).isEqualTo(7);
    }

    @Test
    void whichALeaseMayTell() {
      assertThat(epoch(machine("worker-c1-0", Map.of()), held("coordbfaas pool=c1 epoch=9 instance=aa"))).isEqualTo(9);
    }

    @Test
    void whichIsTheLaterOfTheTwo() {
      var machine = machine("worker-c1-0", claimed("worker-c1-0", 7));
      assertThat(epoch(machine, held("coordbfaas pool=c1 epoch=9 instance=aa"))).isEqualTo(9);
      assertThat(epoch(machine, held("coordbfaas pool=c1 epoch=5 instance=aa"))).isEqualTo(7);
    }

    @Test
    void whichIsTheLatestOfAllMachines() {
      var machines = IntStream.range(0, 100)
          .mapToObj(slot -> machine("worker-c1-" + slot, claimed("worker-c1-" + slot, 1000 - Math.abs(slot - 71)))).toList();
      assertThat(of(machines).join().epoch()).isEqualTo(1000);
    }

    @Test
    void whichNobodyTellsWhoMayLie() {
      assertThat(epoch(machine("worker-c1-0", Map.of("pool_id", "c1//w", "pool_claim", "epoch=99")), nobody())).isZero();
      assertThat(epoch(machine("worker-c1-0", claimed("worker-c1-1", 99)), nobody())).isZero();
      assertThat(epoch(machine("worker-c1-0", claimed(new PlainClaims("another"), "worker-c1-0", 99)), nobody())).isZero();
      assertThat(epoch(machine("worker-c1-0", Map.of()), held("epoch=99"))).isZero();
      assertThat(epoch(machine("worker-c1-0", Map.of()), held("coordbfaas pool=c2 epoch=99 instance=aa"))).isZero();
    }

    @Test
    void whichThoseOfOtherPoolsAreNot() {
      var others = List.of(machine("worker-c2-0", claimed("worker-c2-0", 99)),
          machine("worker-c1-1-0", claimed("worker-c1-1-0", 99)), machine("postgres", Map.of()));
      var opening = of(others);
      assertThat(wire.count(Verb.LEASE)).isZero();
      assertThat(opening).isCompletedWithValue(new Opening(others, 0));
    }

    private long epoch(Machine machine, Optional<Lease> lease) {
      var opening = Opening.of("c1", wire, PlainClaims.OURS).toCompletableFuture();
      wire.open(Verb.LIST).isAnswered(List.of(machine));
      wire.open(Verb.LEASE).isAnswered(lease);
      return opening.join().epoch();
    }
  }

  @Nested
  @DisplayName("fails")
  class Fails {
    private final CompletableFuture<Opening> opening = Opening.of("c1", wire, PlainClaims.OURS).toCompletableFuture();

    @Test
    void ifTheListDoes() {
      wire.open(Verb.LIST).isRejected(500, "oh no");
      assertThat(opening).isCompletedExceptionally();
    }

    /** The one that could not be read may have been the latest. */
    @Test
    void ifTheReadOfAnyLeaseDoes() {
      wire.open(Verb.LIST).isAnswered(IntStream.range(0, 50).mapToObj(slot -> machine("worker-c1-" + slot, Map.of())).toList());
      for (var open = wire.open(); !open.isEmpty(); open = wire.open()) {
        var call = open.getFirst();
        if (call.target().equals("m-of-worker-c1-40")) call.fails(new MachinesFailure.Later(Duration.ZERO, false, "429"));
        else call.isAnswered(nobody());
      }
      assertThat(opening).isCompletedExceptionally();
    }
  }

  @Nested
  @DisplayName("when Fly does not answer it,")
  class WhenFlyDoesNotAnswer {
    @Test
    void isTakenAgainAfterAMomentThatGrows() {
      begins(APool.of(1));
      var pauses = new ArrayList<Duration>();
      for (var i = 0; i < 8; i++) {
        wire.open(Verb.LIST).fails(new MachinesFailure.Unreachable("no connection"));
        pauses.add(untilTheNextList());
      }
      assertThat(pauses).isSorted().startsWith(Duration.ofMillis(250)).endsWith(Duration.ofSeconds(10), Duration.ofSeconds(10));
    }

    @Test
    void hasThePoolDoNothingElse() {
      begins(APool.of(4).keepingWarm(4));
      asks();
      assertThat(wire.open()).extracting(Call::verb).containsExactly(Verb.LIST);
      fly.has("worker-c1-0", "w", Map.of());
      fly.answers(Verb.LIST);
      assertThat(wire.open()).extracting(Call::verb).containsExactly(Verb.LEASE);
    }

    @Test
    void hasRequestsWaitAndServesThemOnceItDoes() {
      begins(APool.of(1).letting(64, Duration.ofMinutes(1)));
      var waiting = asks();
      wire.open(Verb.LIST).isLost();
      untilTheNextList();
      waiting.waits();
      fly.answersAll();
      waiting.isGranted();
    }

    @Test
    void hasThemRefusedInTime() {
      begins(APool.of(1));
      var waiting = asks();
      wire.open(Verb.LIST).isLost();
      time.passes(Duration.ofSeconds(5).minusMillis(1));
      waiting.waits();
      time.passes(Duration.ofMillis(1));
      waiting.isRefused(Reason.QUEUE_TIME_OVER);
    }

    @Test
    void hasTheQueueKeepToItsSize() {
      begins(APool.of(1).letting(2, Duration.ofSeconds(5)));
      asks().waits();
      asks().waits();
      asks().isRefused(Reason.QUEUE_FULL);
    }

    @Test
    void letsThePoolBeClosed() {
      begins(APool.of(1).keepingWarm(1));
      var waiting = asks();
      isClosed();
      waiting.isRefused(Reason.CLOSING);
      assertThat(hasEnded()).isTrue();
      time.passes(Duration.ofMinutes(1));
      assertThat(wire.count(Verb.LIST)).isEqualTo(1);
    }
  }

  @Test
  void makesItsPoolTheLatest() {
    var epoch = Instant.parse("2100-01-01T00:00:00Z").toEpochMilli();
    var claim = new PoolClaim("worker-c1-0", "c1", "w", epoch, "aa", time.instant());
    var old = fly.has(claim.name(), claim.image(), MachineClaim.metadata(claim, PlainClaims.OURS));
    opensAPoolThatIsUp(APool.of(2).keepingWarm(2).booting("w"));
    var claims = fly.ids().stream().filter(id -> !id.equals(old))
        .map(id -> PlainClaims.OURS.read(fly.metadataOf(id).get(MachineClaim.CLAIM)));
    assertThat(claims).singleElement().isInstanceOfSatisfying(PoolClaims.Reading.Signed.class, signed ->
        assertThat(signed.claim().epoch()).isEqualTo(epoch + 1));
  }

  private CompletableFuture<Opening> of(List<Machine> machines) {
    var opening = Opening.of("c1", wire, PlainClaims.OURS).toCompletableFuture();
    wire.open(Verb.LIST).isAnswered(machines);
    for (var open = wire.open(); !open.isEmpty(); open = wire.open()) open.getFirst().isAnswered(nobody());
    return opening;
  }

  private static Optional<Lease> nobody() {
    return Optional.empty();
  }

  private static Optional<Lease> held(String description) {
    return Optional.of(new Lease(new LeaseNonce("n"), 4_000_000_000L, Optional.empty(), Optional.of(description)));
  }

  private static Machine machine(String name, Map<String, String> metadata) {
    return new Machine(
        "m-of-" + name, name, MachineState.STARTED, "01H", Optional.empty(), Optional.of(new Machine.Config("w", metadata)));
  }

  private static Map<String, String> claimed(String name, long epoch) {
    return claimed(PlainClaims.OURS, name, epoch);
  }

  private static Map<String, String> claimed(PoolClaims by, String name, long epoch) {
    var pool = WorkerName.parse(name).orElseThrow().pool();
    return MachineClaim.metadata(new PoolClaim(name, pool, "w", epoch, "aa", Instant.EPOCH), by);
  }

  private Duration untilTheNextList() {
    var before = time.steady();
    while (wire.openOnes(Verb.LIST).isEmpty()) {
      time.passes(Duration.ofMillis(50));
      assertThat(Duration.between(before, time.steady())).isLessThanOrEqualTo(Duration.ofMinutes(1));
    }
    return Duration.between(before, time.steady());
  }
}
