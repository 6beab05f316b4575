package coordbfaas.basher;

import coordbfaas.settings.Containment.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Control groups, one for each run: its processes together may take so much memory and be so many. Version 2, or version 1 with
 * the controllers memory, pids and cpuacct. With the controller cpu, all runs together have a low weight beside whatever else
 * wants the processors, and each the same as another: what scripts do keeps the server neither from answering nor from killing
 * them. A weight and not a quota, as nobody gains by a processor that is idle.
 *
 * <p>They lie in a folder {@code coordbfaas} at the top of what we see of the hierarchy, named by this JVM and when it started,
 * so that whoever comes next can tell those that a dead one left.
 *
 * @param folders where groups are made: one folder, or version 1's: memory, pids, cpu if it may be used, and last cpuacct, which
 *     cpu may be mounted together with
 * @param weight the low weight; empty where scripts weigh as much as everybody
 */
record Cgroups(List<Path> folders, Optional<CpuWeight> weight) {
  private static final Path ROOT = Path.of("/sys/fs/cgroup");
  private static final String OURS = "coordbfaas";
  private static final AtomicLong COUNT = new AtomicLong();

  /** What the names of our groups begin with. */
  private static final String OF_THIS_JVM = "%d.%s.".formatted(ProcessHandle.current().pid(), started("self").orElse("0"));

  /** CPU time that walls never take; they take some 3 ms. */
  private static final long WALLS_US_MAX = 20_000;

  private static final int REMOVALS_MAX = 20;
  private static final long REMOVAL_PAUSE_MS = 5;

  /** Those of this computer; empty if there are none, or none that we may make. Removes what dead JVMs left. */
  static Optional<Cgroups> onThisComputer() {
    return at(ROOT);
  }

  static Optional<Cgroups> at(Path root) {
    try {
      var cgroups = Files.exists(root.resolve("cgroup.controllers")) ? version2(root) : version1(root);
      for (var folder : cgroups.folders) removeLeftovers(folder);
      var trial = cgroups.open();
      trial.remove();
      return Optional.of(cgroups);
    } catch (IOException | SecurityException none) {
      return Optional.empty();
    }
  }

  private static Cgroups version1(Path root) throws IOException {
    var folders = new ArrayList<Path>();
    for (var controller : List.of("memory", "pids", "cpuacct")) folders.add(version1(root, controller));
    try {
      var cpu = version1(root, "cpu");
      var weight = CpuWeight.version1(cpu);
      if (!Files.isSameFile(cpu, folders.getLast())) folders.add(folders.size() - 1, cpu);
      return new Cgroups(folders, Optional.of(weight));
    } catch (IOException unweighed) {
      return new Cgroups(folders, Optional.empty());
    }
  }

  private static Path version1(Path root, String controller) throws IOException {
    var folder = root.resolve(controller).resolve(OURS);
    if (!Files.exists(folder.resolveSibling("cgroup.procs"))) throw new IOException("no controller: " + folder);
    return Files.createDirectories(folder);
  }

  private static Cgroups version2(Path root) throws IOException {
    var folder = Files.createDirectories(root.resolve(OURS));
    var weight = weight2(root, folder);
    for (var above : List.of(root, folder)) enable(above, "+memory +pids");
    return new Cgroups(List.of(folder), weight);
  }

  private static Optional<CpuWeight> weight2(Path root, Path folder) {
    try {
      for (var above : List.of(root, folder)) enable(above, "+cpu");
      return Optional.of(CpuWeight.version2(folder));
    } catch (IOException unweighed) {
      return Optional.empty();
    }
  }

  private static void enable(Path folder, String controllers) throws IOException {
    write(folder.resolve("cgroup.subtree_control"), controllers);
  }

  /** For the log. */
  String word() {
    return weight.isPresent() ? "cgroup" : "cgroup without a CPU weight";
  }

  /** A group that nothing is in yet. */
  Cgroup open() throws IOException {
    if (weight.isPresent()) weight.get().beside(othersCompute()); // before there is a group that would be left if this failed
    var group = group(OF_THIS_JVM + COUNT.incrementAndGet());
    for (var folder : group.folders) Files.createDirectory(folder);
    return group;
  }

  /** Whether a run of another JVM computes: those that wait for a script have only built their walls. */
  private boolean othersCompute() throws IOException {
    try (var files = Files.newDirectoryStream(folders.getFirst())) {
      for (var file : files) {
        var name = file.getFileName().toString();
        if (Character.isDigit(name.charAt(0)) && !name.startsWith(OF_THIS_JVM) && group(name).computes()) return true;
      }
      return false;
    }
  }

  private Cgroup group(String name) {
    return new Cgroup(folders.stream().map(folder -> folder.resolve(name)).toList(), weight);
  }

  /** Removes the groups of JVMs that are no more; what they started died with them. */
  private static void removeLeftovers(Path folder) throws IOException {
    try (var groups = Files.list(folder)) {
      for (var group : groups.filter(Files::isDirectory).toList()) {
        var name = group.getFileName().toString().split("\\.");
        if (name.length == 3 && name[0].matches("\\d+") && !started(name[0]).equals(Optional.of(name[1]))) remove(group);
      }
    }
  }

  /** When a process started, in ticks since the computer did: the 22nd word of its {@code stat}. The second may hold anything. */
  private static Optional<String> started(String pid) {
    try {
      var stat = new String(Files.readAllBytes(Path.of("/proc", pid, "stat")), StandardCharsets.ISO_8859_1);
      return Optional.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19]);
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  /** A process that is dead to its parent may be in its group for a moment longer. */
  private static void remove(Path group) {
    for (var i = 0; i < REMOVALS_MAX; i++) {
      try {
        Files.deleteIfExists(group);
        return;
      } catch (IOException busy) {
        LockSupport.parkNanos(REMOVAL_PAUSE_MS * 1_000_000);
      }
    }
  }

  private static void write(Path file, String text) throws IOException {
    Files.write(file, text.getBytes(StandardCharsets.US_ASCII));
  }

  /** The group of one run. */
  record Cgroup(List<Path> folders, Optional<CpuWeight> weight) {
    private String name() {
      return folders.getFirst().getFileName().toString();
    }

    private boolean isVersion2() {
      return folders.size() == 1;
    }

    private Path memory() {
      return folders.getFirst();
    }

    private Path pids() {
      return folders.get(isVersion2() ? 0 : 1);
    }

    private Path cpu() {
      return folders.getLast();
    }

    /** Sets the limits, and moves a process in. What it starts is in from then on. */
    void take(long pid, Limits limits) throws IOException {
      var bytes = Long.toString(limits.memoryBytes());
      if (isVersion2()) {
        write(memory().resolve("memory.max"), bytes);
        if (Files.exists(memory().resolve("memory.swap.max"))) write(memory().resolve("memory.swap.max"), "0");
      } else {
        write(memory().resolve("memory.limit_in_bytes"), bytes);
        var withSwap = memory().resolve("memory.memsw.limit_in_bytes");
        if (Files.exists(withSwap)) write(withSwap, bytes);
      }
      write(pids().resolve("pids.max"), Integer.toString(limits.processes()));
      for (var folder : folders) write(folder.resolve("cgroup.procs"), Long.toString(pid));
    }

    /** What it counted; empty if it cannot be read. */
    Optional<RunUsage.Counted> counted() {
      try {
        var peak = number(memory(), isVersion2() ? "memory.peak" : "memory.max_usage_in_bytes", "");
        var oom = number(memory(), isVersion2() ? "memory.events" : "memory.oom_control", "oom_kill").orElse(0);
        return Optional.of(new RunUsage.Counted(cpuUs(), peak, oom, number(pids(), "pids.events", "max").orElse(0)));
      } catch (IOException | NumberFormatException unreadable) {
        return Optional.empty();
      }
    }

    /** The CPU time alone, which is all that counts of a run that ended well: each further number is a file to read. */
    Optional<RunUsage.Counted> countedTime() {
      try {
        return Optional.of(new RunUsage.Counted(cpuUs(), OptionalLong.empty(), 0, 0));
      } catch (IOException | NumberFormatException unreadable) {
        return Optional.empty();
      }
    }

    private boolean computes() {
      return countedTime().filter(counted -> counted.cpuUs() > WALLS_US_MAX).isPresent();
    }

    private long cpuUs() throws IOException {
      return isVersion2() ? number(cpu(), "cpu.stat", "usage_usec").orElse(0) : number(cpu(), "cpuacct.usage", "").orElse(0) / 1000;
    }

    /** The number in a file, or the one behind a name there; empty if there is none. */
    private static OptionalLong number(Path folder, String file, String name) throws IOException {
      try {
        var before = name.isEmpty() ? "" : name + " ";
        return Files.readString(folder.resolve(file), StandardCharsets.US_ASCII).lines()
            .filter(line -> line.startsWith(before))
            .mapToLong(line -> Long.parseLong(line.substring(before.length()).strip())).findFirst();
      } catch (NoSuchFileException absent) {
        return OptionalLong.empty();
      }
    }

    /** A script is handed over to what is in it. */
    void begun() {
      weight.ifPresent(of -> of.begun(name()));
    }

    /** Lets its processes end soon, which have been killed; until it is removed. */
    void hasten() {
      weight.ifPresent(of -> of.hasten(name()));
    }

    /** Removes it; nothing is in it any more. */
    void remove() {
      weight.ifPresent(of -> of.over(name()));
      folders.forEach(Cgroups::remove);
    }
  }
}
