package coordbfaas.basher;

import coordbfaas.basher.Walls.Right;
import coordbfaas.settings.Containment;
import coordbfaas.settings.Containment.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What layers of containment this computer allows. Found out by trial, once in the life of the JVM for each way to be contained.
 *
 * @param containment what was asked for
 * @param right by which the namespaces are made
 * @param whole whether all walls stand, or a PID namespace and a /tmp of its own alone
 * @param uids whether each run has a uid of its own
 * @param scopes whether Landlock keeps scripts from abstract sockets
 * @param network what network scripts really get
 * @param firewall keeps them from what is not public; there if and only if the network is {@code INTERNET}
 * @param cgroups limit a run's processes together; empty where they may not be made
 */
record Sandbox(Containment containment, Path bash, Walls.Right right, boolean whole, boolean uids,
    boolean scopes, Network network, Optional<FirewallProcess> firewall, Optional<Cgroups> cgroups) {
  private static final Logger LOG = LoggerFactory.getLogger(Sandbox.class);
  private static final Map<Containment, CompletableFuture<Sandbox>> TRIED = new ConcurrentHashMap<>();
  private static final Path RESOLVER = Path.of("/etc/resolv.conf");
  private static final long TRIAL_SECONDS_MAX = 10;

  /** A user's processes are counted in each user namespace apart since then. */
  private static final String COUNTS_APART_SINCE = "5.14";

  /**
   * The best that this computer allows. Takes some 50 ms the first time.
   *
   * @param blocking threads that may wait
   * @return fails with an {@link IOException} that says why nothing may run here
   */
  static CompletionStage<Sandbox> onThisComputer(Containment containment, Executor blocking) {
    var tried = new CompletableFuture<Sandbox>();
    var before = TRIED.putIfAbsent(containment, tried);
    if (before != null) return before;
    CompletableFuture.supplyAsync(() -> tryOut(containment, blocking), blocking).whenComplete((sandbox, failure) -> {
      if (failure != null) tried.completeExceptionally(failure);
      else {
        sandbox.log();
        tried.complete(sandbox);
      }
    });
    return tried;
  }

  /**
   * Why a program must not start with these settings: walls are required that this computer does not allow.
   *
   * @return what is missing; empty if it may start
   */
  static List<String> missing(Containment containment, Executor blocking) {
    if (containment.sandbox() != Containment.Sandbox.REQUIRED) return List.of();
    try {
      return onThisComputer(containment, blocking).toCompletableFuture().join().missing();
    } catch (CompletionException nothing) {
      return List.of(nothing.getCause().getMessage());
    }
  }

  /** The layers that are not there, each with what it would take. */
  List<String> missing() {
    var missing = new ArrayList<String>();
    if (containment.sandbox() == Containment.Sandbox.NONE) return missing;
    if (!whole) missing.add("all walls but a PID namespace (root or user namespaces)");
    if (whole && !uids) missing.add("another uid (root)");
    if (whole && !SystemCallFilter.isThere()) missing.add("a filter of system calls (Linux with seccomp)");
    if (cgroups.isEmpty()) missing.add("limits on a run's processes together (a cgroup that may be written)");
    if (network != containment.network())
      missing.add("NETWORK=" + word(containment.network()) + " (root, nft 1.0, Linux 5.12), " + word(network) + " instead");
    return missing;
  }

  private void log() {
    var has = (whole ? "namespaces, read-only root" : "PID namespace") + (right == Right.USER ? ", in a user namespace" : "");
    var without = "no capabilities, no-new-privs" + (SystemCallFilter.isThere() ? ", seccomp" : "");
    var scripts = !whole ? "as the server"
        : uids ? "uids from " + containment.uidBase() + ", no groups, " + without : without;
    var limits = !whole ? "none" : cgroups.map(Cgroups::word).orElse("each process");
    var line = "containment has=[%s] scripts=[%s] network=%s limits=%s".formatted(has, scripts, word(network), limits);
    if (missing().isEmpty()) LOG.info(line);
    else LOG.warn("{} missing={}", line, missing());
  }

  private static Sandbox tryOut(Containment containment, Executor blocking) {
    var bash = Stream.of("/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash").map(Path::of).filter(Files::isExecutable)
        .findFirst().orElseThrow(() -> failure("no bash in /bin, /usr/bin or /usr/local/bin"));
    var complaints = new ArrayList<String>();
    if (containment.sandbox() != Containment.Sandbox.NONE) {
      var firewall = firewall(containment, blocking);
      var network = containment.network() == Network.INTERNET && firewall.isEmpty() ? Network.NONE : containment.network();
      var cgroups = isRoot() ? Cgroups.onThisComputer() : Optional.<Cgroups>empty();
      var scopes = LandlockScopes.areThere();
      for (var right : rights()) {
        var guarded = right == Right.ROOT ? network : containment.network() == Network.ALL ? Network.ALL : Network.NONE;
        for (var uids : uids(right)) {
          var sandbox = new Sandbox(containment, bash, right, true, uids, scopes, guarded,
              guarded == Network.INTERNET ? firewall : Optional.empty(), right == Right.ROOT ? cgroups : Optional.empty());
          if (sandbox.stands(complaints)) return sandbox;
        }
      }
    }
    for (var right : rights()) {
      var sandbox = new Sandbox(containment, bash, right, false, false, false, Network.ALL, Optional.empty(), Optional.empty());
      if (sandbox.stands(complaints)) return sandbox;
    }
    throw failure("no PID namespace can be made: " + String.join("; ", complaints));
  }

  private static List<Right> rights() {
    return isRoot() ? List.of(Right.ROOT, Right.USER) : List.of(Right.USER);
  }

  /** Root need not share its own uid, by whatever right the walls are built; unless it is the root of few uids. */
  private static List<Boolean> uids(Right right) {
    if (!isRoot()) return List.of(false);
    return right == Right.ROOT ? List.of(true) : List.of(true, false);
  }

  private static Optional<FirewallProcess> firewall(Containment containment, Executor blocking) {
    if (containment.network() != Network.INTERNET || !isRoot() || !isThere("nft")) return Optional.empty();
    var firewall = FirewallProcess.of(containment.uidBase(), containment.uidBase() + Containment.UIDS / 2 - 1);
    try {
      firewall.standing(blocking).toCompletableFuture().get(TRIAL_SECONDS_MAX, TimeUnit.SECONDS);
      return Optional.of(firewall);
    } catch (Exception refused) {
      if (refused instanceof InterruptedException) Thread.currentThread().interrupt();
      LOG.warn("firewall not built cause={}", refused.getMessage());
      return Optional.empty();
    }
  }

  /**
   * A uid for a run: of the first half if a firewall holds for it, of the second otherwise.
   *
   * @return empty if scripts have this process's own
   * @throws IOException if all are taken
   */
  OptionalInt takeUid() throws IOException {
    if (!uids) return OptionalInt.empty();
    var half = Containment.UIDS / 2;
    var uid = ScriptUids.SHARED.take(containment.uidBase() + (network == Network.INTERNET ? 0 : half), half);
    if (uid.isEmpty()) throw new IOException("all " + half + " uids for scripts are taken");
    return uid;
  }

  /** The walls around one run. */
  Walls walls(OptionalInt uid) {
    var limits = containment.limits();
    var ownProcesses = right == Right.ROOT || isLinuxSince(COUNTS_APART_SINCE, System.getProperty("os.version"));
    return new Walls(right, bash, whole, uid, whole && network == Network.NONE,
        network == Network.INTERNET && whole ? resolver() : Optional.empty(),
        whole ? HiddenFolders.ofThisJvm() : List.of(),
        whole && SystemCallFilter.isThere() ? Optional.of(filter()) : Optional.empty(), limits,
        whole ? ResourceLimits.of(limits, cgroups.isEmpty(), cgroups.isEmpty() && ownProcesses) : List.of());
  }

  /** With the firewall nobody listens: the answer to a flood of SYNs comes from no socket, and so from no uid. */
  private SystemCallFilter filter() {
    return new SystemCallFilter(network != Network.INTERNET, hasUnixSockets());
  }

  /** By abstract ones scripts of different runs would talk to each other, and to the computer's programs. */
  private boolean hasUnixSockets() {
    return scopes || network == Network.NONE;
  }

  /** Completed when runs of this kind are guarded. */
  CompletionStage<Void> guarded(Executor blocking) {
    return firewall.map(table -> table.standing(blocking)).orElse(CompletableFuture.completedStage(null));
  }

  private static Optional<Path> resolver() {
    try {
      return Optional.of(RESOLVER.toRealPath());
    } catch (IOException none) {
      return Optional.empty();
    }
  }

  private boolean stands(List<String> complaints) {
    try {
      var uid = takeUid();
      try {
        stood(walls(uid).order());
        return true;
      } finally {
        uid.ifPresent(ScriptUids.SHARED::give);
      }
    } catch (IOException refused) {
      complaints.add(refused.getMessage());
      LOG.warn("walls not built right={} cause={}", word(right), refused.getMessage());
      return false;
    }
  }

  private static void stood(List<String> order) throws IOException {
    try {
      var trial = ForkServer.OF_THIS_JVM.fork(order).toCompletableFuture().get(TRIAL_SECONDS_MAX, TimeUnit.SECONDS);
      try {
        trial.awaitWalls();
      } finally {
        trial.kill();
        trial.ended().thenRun(trial::close);
      }
      trial.ended().toCompletableFuture().get(TRIAL_SECONDS_MAX, TimeUnit.SECONDS); // its uid is nobody's then
    } catch (ExecutionException refused) {
      throw new IOException(refused.getCause().getMessage());
    } catch (TimeoutException late) {
      throw new IOException("no answer for " + TRIAL_SECONDS_MAX + " s");
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted");
    }
  }

  private static boolean isRoot() {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException unknown) {
      return false;
    }
  }

  private static boolean isThere(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /** Whether a kernel's version is at least another, by its first two numbers. */
  static boolean isLinuxSince(String since, String version) {
    var had = version.split("[.-]");
    var wanted = since.split("\\.");
    try {
      var major = Integer.compare(Integer.parseInt(had[0]), Integer.parseInt(wanted[0]));
      return major > 0 || major == 0 && Integer.parseInt(had[1]) >= Integer.parseInt(wanted[1]);
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException unknown) {
      return false;
    }
  }

  private static CompletionException failure(String why) {
    return new CompletionException(new IOException(why));
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
