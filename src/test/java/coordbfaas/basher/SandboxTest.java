package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.settings.Containment;
import coordbfaas.settings.Containment.Network;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A computer's layers")
class SandboxTest {
  private static final Optional<Cgroups> CGROUPS = Optional.of(new Cgroups(List.of(), Optional.empty()));

  @Test
  void areAllThereWithRoot() {
    assertThat(sandbox(Walls.Right.ROOT, true, Network.ALL, CGROUPS).missing()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"USER, true, ALL, true, another uid",
      "ROOT, true, NONE, true, NETWORK=all", "ROOT, true, ALL, false, cgroup",
      "ROOT, false, ALL, true, all walls"})
  void areMissedByName(Walls.Right right, boolean whole, Network network, boolean cgroups, String named) {
    var sandbox = sandbox(right, whole, network, cgroups ? CGROUPS : Optional.empty());
    assertThat(sandbox.missing()).singleElement().asString().contains(named);
  }

  /** Unless nobody shares the script's network. */
  @Test
  void doWithoutUnixSocketsWhereLandlockHasNoScopes() {
    for (var network : Network.values()) {
      var sandbox = new Sandbox(Contained.containment(Map.of("NETWORK", network.name().toLowerCase(Locale.ROOT))),
          Path.of("/bin/bash"), Walls.Right.ROOT, true, true, false, network, Optional.empty(), CGROUPS);
      assertThat(sandbox.missing()).isEmpty();
      assertThat(sandbox.walls(OptionalInt.of(5000)).filter())
          .contains(new SystemCallFilter(network != Network.INTERNET, network == Network.NONE));
    }
  }

  @Test
  void areMissedByNobodyWhoWantsNone() {
    var none = new Sandbox(Contained.containment(Map.of("SANDBOX", "none")), Path.of("/bin/bash"), Walls.Right.USER,
        false, false, false, Network.ALL, Optional.empty(), Optional.empty());
    assertThat(none.missing()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"5.14, 5.14.0, true", "5.14, 5.13.19-2-amd64, false", "5.14, 6.1.0, true", "5.14, 4.19, false", "5.12, 10.0, true",
      "5.14, unknown, false"})
  void areJudgedByTheKernelsVersion(String since, String version, boolean is) {
    assertThat(Sandbox.isLinuxSince(since, version)).isEqualTo(is);
  }

  private static Sandbox sandbox(Walls.Right right, boolean whole, Network network, Optional<Cgroups> cgroups) {
    Containment asked = Contained.containment(Map.of("NETWORK", "all"));
    return new Sandbox(asked, Path.of("/bin/bash"), right, whole, whole && right == Walls.Right.ROOT, true,
        network, Optional.empty(), cgroups);
  }
}
