package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.auth.PoolClaim;
import coordbfaas.machines.HostStatus;
import coordbfaas.machines.Machine;
import coordbfaas.machines.MachineState;
import coordbfaas.pool.MachineClaim.Genuine;
import coordbfaas.pool.MachineClaim.OfAnotherKey;
import coordbfaas.pool.MachineClaim.TamperedWith;
import coordbfaas.pool.MachineClaim.Untold;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Root in a worker may write any metadata, but cannot sign. */
@DisplayName("A machine's claim")
class MachineClaimTest extends OneMachine {
  private static final PoolClaim CLAIM =
      new PoolClaim(NAME.toString(), "c1", "registry.example/w:1", 6, "ff", Instant.ofEpochMilli(1234));

  private final SplittableRandom random = new SplittableRandom(1);

  @Test
  void isReadFromTheMetadataThatItMakes() {
    assertThat(read(metadata())).isEqualTo(new Genuine(CLAIM));
    assertThat(((Genuine) read(metadata())).instance()).isEqualTo(EARLIER);
  }

  @Test
  void standsBesideThePoolInPlainText() {
    assertThat(metadata()).containsOnlyKeys("pool_id", "pool_claim").containsEntry("pool_id", "c1//registry.example/w:1");
  }

  @Test
  void doesNotCareForWhatElseStandsThere() {
    assertThat(read(with("fly_process_group", "app"))).isEqualTo(new Genuine(CLAIM));
  }

  @Test
  void isTamperedWithIfItIsMissing() {
    assertThat(read(Map.of())).isEqualTo(new TamperedWith());
    assertThat(read(Map.of("pool_id", "c1//registry.example/w:1"))).isEqualTo(new TamperedWith());
  }

  @Test
  void isTamperedWithIfThePlainTextSaysOtherwise() {
    assertThat(read(with("pool_id", "c2//registry.example/w:1"))).isEqualTo(new TamperedWith());
    assertThat(read(with("pool_id", "c1//registry.example/w:2"))).isEqualTo(new TamperedWith());
    assertThat(read(Map.of("pool_claim", metadata().get("pool_claim")))).isEqualTo(new TamperedWith());
  }

  @Test
  void isTamperedWithIfItIsAnotherMachines() {
    var other = new WorkerName("c1", 4);
    var told = new Machine("m2", other.toString(), MachineState.STARTED, "01H", Optional.empty(),
        Optional.of(new Machine.Config("registry.example/w:1", metadata())));
    assertThat(MachineClaim.of(told, other, PlainClaims.OURS)).isEqualTo(new TamperedWith());
  }

  @Test
  void isTamperedWithIfItIsOfAnotherPool() {
    var claim = new PoolClaim(NAME.toString(), "c2", CLAIM.image(), 6, "ff", CLAIM.created());
    assertThat(read(MachineClaim.metadata(claim, PlainClaims.OURS))).isEqualTo(new TamperedWith());
  }

  @Test
  void isOfAnotherKeyIfOursWasChanged() {
    assertThat(read(MachineClaim.metadata(CLAIM, new PlainClaims("old")))).isEqualTo(new OfAnotherKey());
  }

  @Test
  void isUntoldIfItsHostIsOutOfReach() {
    var told = new Machine("m1", NAME.toString(), MachineState.STARTED, "01H", Optional.empty(), HostStatus.UNREACHABLE,
        Optional.empty());
    assertThat(MachineClaim.of(told, NAME, PlainClaims.OURS)).isEqualTo(new Untold());
  }

  /** Goal: whatever is written over it, it is believed only if it is what we wrote. */
  @Test
  void isNeverBelievedWhenAnyOfItWasChanged() {
    for (var i = 0; i < 5000; i++) {
      var key = random.nextBoolean() ? "pool_id" : "pool_claim";
      var text = metadata().get(key);
      var at = random.nextInt(text.length());
      var letter = (char) random.nextInt('!', '{');
      if (text.charAt(at) == letter || letter == '|' || key.equals("pool_claim") && isNotCompared(text, at)) continue;
      var changed = text.substring(0, at) + letter + text.substring(at + 1);
      assertThat(read(with(key, changed))).as(changed).isNotInstanceOf(Genuine.class);
    }
  }

  /** The plain claims of a test are not signed: their epoch, instance and time stand nowhere else. */
  private static boolean isNotCompared(String text, int at) {
    return text.substring(0, at).chars().filter(letter -> letter == '|').count() >= 4;
  }

  private static Map<String, String> metadata() {
    return MachineClaim.metadata(CLAIM, PlainClaims.OURS);
  }

  private static Map<String, String> with(String key, String value) {
    var changed = new HashMap<>(metadata());
    changed.put(key, value);
    return changed;
  }

  private static MachineClaim read(Map<String, String> metadata) {
    return MachineClaim.of(aMachine(MachineState.STARTED, metadata), NAME, PlainClaims.OURS);
  }
}
