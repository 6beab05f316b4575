package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.outside.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real ones of this computer where that tells something, and folders that look like those of version 2. */
@DisplayName("Control groups")
class CgroupsTest {
  @Test
  void areGoneAfterTheRun() throws Exception {
    var before = groups();
    var run = Contained.running("echo up; sleep 1000");
    assertThat(run.line()).isEqualTo("up");
    assertThat(groups()).hasSizeGreaterThan(before.size());
    run.kill();
    run.leavesNothing();
    assertThat(groups()).isSubsetOf(before);
  }

  @Test
  void weighTheSameAsEachOtherAndTogetherLessThanTheServer() throws Exception {
    try (var one = Contained.running("echo up; sleep 1000"); var another = Contained.running("setsid sleep 1000 & echo up; wait")) {
      one.line();
      another.line();
      for (var pid : another.alive()) {
        var group = cpuGroup(pid);
        assertThat(weight(group)).isEqualTo(weight(cpuGroup(one.alive().getFirst())));
        Eventually.eventually("together they weigh little", // unless another test's are being killed
            () -> weight(group.getParent()) <= weight(group) * CpuWeight.ALONE_PERCENT / 100);
      }
      Eventually.eventually("there are two of them", () -> ourWeight().percent() == CpuWeight.SCRIPTS_PERCENT);
    }
  }

  @Test
  void weighMoreWhileARunIsKilledAndThenAsBefore() throws Exception {
    try (var run = Contained.running("sleep 1000 & echo up; wait"); var watch = FileSystems.getDefault().newWatchService()) {
      run.line();
      var group = cpuGroup(run.alive().getFirst());
      var little = weight(group) * CpuWeight.ALONE_PERCENT / 100;
      group.register(watch, StandardWatchEventKinds.ENTRY_MODIFY);
      run.kill();
      run.leavesNothing();
      var written = watch.poll(10, TimeUnit.SECONDS);
      assertThat(written).isNotNull();
      assertThat(written.pollEvents()).extracting(event -> event.context().toString()).containsAnyOf("cpu.shares", "cpu.weight");
      Eventually.eventually("together they weigh little", () -> weight(group.getParent()) <= little);
    }
  }

  @Test
  void ofADeadJvmAreRemovedAtTheNextStart() throws Exception {
    for (var folder : Cgroups.onThisComputer().orElseThrow().folders()) {
      var dead = Files.createDirectory(folder.resolve(ProcessHandle.current().pid() + ".1.1"));
      var foreign = Files.createDirectory(folder.resolve("somebody-elses"));
      try {
        Cgroups.onThisComputer();
        assertThat(dead).doesNotExist();
        assertThat(foreign).exists();
      } finally {
        Files.delete(foreign);
      }
    }
  }

  @Test
  void ofVersion2HaveOneFolderForAll(@TempDir Path root) throws Exception {
    Files.writeString(root.resolve("cgroup.controllers"), "cpu memory pids");
    var cgroups = Cgroups.at(root).orElseThrow();
    assertThat(Files.readString(root.resolve("cgroup.subtree_control"))).isEqualTo("+memory +pids");
    assertThat(Files.readString(root.resolve("coordbfaas/cgroup.subtree_control"))).isEqualTo("+memory +pids");
    assertThat(Files.readString(root.resolve("coordbfaas/cpu.weight"))).isEqualTo("50");

    var group = cgroups.open();
    var folder = group.folders().getFirst();
    for (var file : List.of("memory.swap.max", "memory.max", "pids.max", "cgroup.procs")) Files.createFile(folder.resolve(file));
    group.take(4711, Contained.sandbox().containment().limits());
    assertThat(Stream.of("memory.max", "memory.swap.max", "pids.max", "cgroup.procs").map(file -> text(folder, file)))
        .containsExactly("134217728", "0", "256", "4711");

    Files.writeString(folder.resolve("cpu.stat"), "usage_usec 1234\nuser_usec 1000\n");
    Files.writeString(folder.resolve("memory.events"), "low 0\noom 3\noom_kill 2\noom_group_kill 0\n");
    Files.writeString(folder.resolve("pids.events"), "max 7\n");
    assertThat(group.counted()).contains(new RunUsage.Counted(1234, OptionalLong.empty(), 2, 7));
    Files.writeString(folder.resolve("memory.peak"), "4096\n");
    assertThat(group.counted()).contains(new RunUsage.Counted(1234, OptionalLong.of(4096), 2, 7));
    assertThat(group.countedTime()).contains(new RunUsage.Counted(1234, OptionalLong.empty(), 0, 0));
  }

  @Test
  void weighLessBesideARunOfAnotherJvm(@TempDir Path root) throws Exception {
    Files.writeString(root.resolve("cgroup.controllers"), "cpu memory pids");
    var cgroups = Cgroups.at(root).orElseThrow();
    var weight = root.resolve("coordbfaas/cpu.weight");
    var other = Files.createDirectory(root.resolve("coordbfaas/1.1.1"));
    for (var at : List.of("usage_usec 20000", "no number")) {
      Files.writeString(other.resolve("cpu.stat"), at);
      cgroups.open();
      assertThat(Files.readString(weight)).as(at).isEqualTo("50");
    }
    Files.writeString(other.resolve("cpu.stat"), "usage_usec 20001");
    cgroups.open();
    assertThat(Files.readString(weight)).isEqualTo("25");
  }

  @Test
  void limitWhereTheyMayNotWeigh(@TempDir Path root) throws Exception {
    Files.writeString(root.resolve("cgroup.controllers"), "memory pids");
    Files.createDirectories(root.resolve("coordbfaas/cpu.weight")); // not to be written to
    assertThat(Cgroups.at(root)).contains(new Cgroups(List.of(root.resolve("coordbfaas")), Optional.empty()));
  }

  @Test
  void areNoneWhereNoneCanBeMade(@TempDir Path root) {
    assertThat(Cgroups.at(root)).isEmpty();
  }

  /** The group of a process that gives it its weight. */
  private static Path cpuGroup(long pid) throws IOException {
    for (var line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "cgroup"))) {
      var words = line.split(":", 3);
      var root = Path.of("/sys/fs/cgroup", List.of(words[1].split(",")).contains("cpu") ? "cpu" : "");
      var group = root.resolve(words[2].substring(1));
      if (Stream.of("cpu.shares", "cpu.weight").map(group::resolve).anyMatch(Files::exists)) return group;
    }
    throw new AssertionError("no control group with a weight: " + pid);
  }

  private static CpuWeight ourWeight() {
    return Cgroups.onThisComputer().orElseThrow().weight().orElseThrow();
  }

  private static int weight(Path group) throws IOException {
    var version1 = group.resolve("cpu.shares");
    return Integer.parseInt(Files.readString(Files.exists(version1) ? version1 : group.resolve("cpu.weight")).strip());
  }

  private static List<Path> groups() throws IOException {
    try (var groups = Files.walk(Cgroups.onThisComputer().orElseThrow().folders().getFirst(), 1)) {
      return groups.filter(group -> group.getFileName().toString().startsWith(ProcessHandle.current().pid() + ".")).toList();
    }
  }

  private static String text(Path folder, String file) {
    try {
      return Files.readString(folder.resolve(file));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
