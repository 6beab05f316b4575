package coordbfaas;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import coordbfaas.coord.Coordinator;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the arrows of the design: who may know whom. */
@DisplayName("The architecture")
class ArchitectureTest {
  private static final JavaClasses OURS = classesBeside(Main.class);

  /** What each package may know of the others; localfly, which few may know at all, has a rule of its own. */
  private static final Map<String, Set<String>> MAY_KNOW = Map.ofEntries(
      entry("coord", Set.of("admin", "pool", "machines", "facts", "wire", "auth", "http", "settings", "localfly")),
      entry("admin", Set.of("facts", "http", "settings")),
      entry("pool", Set.of("machines", "facts", "auth", "http", "settings")),
      entry("machines", Set.of("facts", "http", "settings")),
      entry("localfly", Set.of("machines", "basher", "http", "settings")),
      entry("basher", Set.of("wire", "auth", "http", "settings")),
      entry("cli", Set.of("wire", "auth", "settings")),
      entry("conform", Set.of("wire", "auth", "settings")),
      entry("wire", Set.of("settings")),
      entry("auth", Set.of("settings")));

  private static final Set<String> LEAVES = Set.of("facts", "http", "settings", "timing");

  /** The places where processes are made, and nowhere else. */
  private static final Set<String> MAKE_PROCESSES = Set.of("coordbfaas.basher.ForkServer", "coordbfaas.basher.Spawner",
      "coordbfaas.basher.LandlockScopes", "coordbfaas.basher.FirewallProcess",
      "coordbfaas.localfly.ProcessMachine", "coordbfaas.localfly.Spawner");

  static Set<String> packages() {
    return OURS.stream().map(ArchitectureTest::packageOf).filter(name -> !name.isEmpty()).collect(Collectors.toSet());
  }

  @ParameterizedTest
  @MethodSource("packages")
  void letsAPackageKnowOnlyWhatTheDesignSays(String name) {
    assertThat(MAY_KNOW.containsKey(name) || LEAVES.contains(name)).as("the design knows the package " + name).isTrue();
    var known = MAY_KNOW.getOrDefault(name, Set.of());
    noClasses().that().resideInAPackage("coordbfaas." + name + "..")
        .should().dependOnClassesThat(describe("are ours and not in " + known,
            other -> other.getPackageName().startsWith("coordbfaas")
                && !packageOf(other).equals(name) && !known.contains(packageOf(other))))
        .check(OURS);
  }

  @Test
  void letsOnlyTheGuardianAndTheProgramKnowLocalFly() {
    noClasses().that(describe("are neither localfly, nor Coordinator, nor Main", type ->
            !packageOf(type).equals("localfly")
                && !isOrIsIn(type, Coordinator.class.getName()) && !isOrIsIn(type, Main.class.getName())))
        .should().dependOnClassesThat().resideInAPackage("coordbfaas.localfly..").check(OURS);
  }

  @Test
  void makesProcessesInFewPlaces() {
    noClasses().that(describe("are not known to make processes", type ->
            MAKE_PROCESSES.stream().noneMatch(name -> isOrIsIn(type, name))))
        .should().dependOnClassesThat(describe("are Process or ProcessBuilder", type ->
            isOrIsIn(type, Process.class.getName()) || isOrIsIn(type, ProcessBuilder.class.getName())))
        .check(OURS);
  }

  @Test
  void writesToTheTerminalInCommandsAlone() {
    noClasses().that(describe("are neither Main, nor Signals, nor commands", type ->
            !isOrIsIn(type, Main.class.getName()) && !isOrIsIn(type, Signals.class.getName()) && !packageOf(type).equals("cli")))
        .should().accessTargetWhere(describe("System.out or System.err", access ->
            access.getTargetOwner().isEquivalentTo(System.class)
                && Set.of("out", "err", "console").contains(access.getTarget().getName())))
        .check(OURS);
  }

  @Test
  void neverSleepsNotEvenInTests() {
    noClasses().should().accessTargetWhere(sleeps()).check(classesBeside(Main.class, ArchitectureTest.class));
  }

  /** The classes of the same folders, without what the libraries are made of: names are all that the rules ask of those. */
  private static JavaClasses classesBeside(Class<?>... types) {
    ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
    return new ClassFileImporter().importUrls(
        Stream.of(types).map(type -> type.getProtectionDomain().getCodeSource().getLocation()).toList());
  }

  private static DescribedPredicate<JavaAccess<?>> sleeps() {
    return describe("Thread.sleep or TimeUnit.sleep", access -> access.getTarget().getName().equals("sleep")
        && access.getTargetOwner().getPackageName().startsWith("java."));
  }

  /** The name below {@code coordbfaas}; empty for what lies in it. */
  private static String packageOf(JavaClass type) {
    var parts = type.getPackageName().split("\\.");
    return parts.length > 1 ? parts[1] : "";
  }

  private static boolean isOrIsIn(JavaClass type, String name) {
    return type.getName().equals(name) || type.getName().startsWith(name + "$");
  }
}
