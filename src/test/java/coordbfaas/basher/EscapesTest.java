package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.auth.RunLimits;
import coordbfaas.wire.Exit;
import coordbfaas.wire.RunRequest;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a hostile script tries, through {@code /run} of a real basher with all its walls, and what it sees instead. Needs root,
 * nft and a cgroup: without them it fails, as it could not tell anything.
 */
@DisplayName("A script")
@Timeout(120)
class EscapesTest {
  /** Says that an attempt came to something. Nothing that is refused prints it. */
  private static final String ESCAPED = "ESCAPED";

  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");

  /**
   * One attempt.
   *
   * @param script prints {@link #ESCAPED} if it succeeds
   * @param seen a pattern that some line of its output fits
   */
  record Escape(String what, String script, String seen) {
    @Override
    public String toString() {
      return what;
    }
  }

  static Stream<Escape> escapes() {
    var jvm = ProcessHandle.current().pid();
    return Stream.of(
        new Escape("looks for the server's processes", "ls -d /proc/[0-9]* | wc -l; ls /proc/" + jvm + "/environ && echo ESCAPED",
            "[34]"),
        new Escape("reads the memory of PID 1", "head -c 1 /proc/1/mem && echo ESCAPED", ".*/proc/1/mem.*Permission denied"),
        new Escape("reads the environment of PID 1", "cat /proc/1/environ && echo ESCAPED", ".*Permission denied"),
        new Escape("looks at the descriptors of PID 1", "ls /proc/1/fd/ && echo ESCAPED", ".*Permission denied"),
        new Escape("writes the status channel", "echo 0 >/proc/1/fd/3 && echo ESCAPED", ".*Permission denied"),
        new Escape("writes its own fd 3", "echo 0 >&3 && echo ESCAPED", ".*Bad file descriptor"),
        new Escape("kills PID 1", "kill -9 1 && echo ESCAPED", ".*Operation not permitted"),
        new Escape("traces PID 1", tells("syscall(" + (ARM ? 117 : 101) + ", 16, 1, 0, 0) == 0"), "Operation not permitted"),
        new Escape("becomes root again", tells("do { $< = $> = 0; $> == 0 }"), "Operation not permitted"),
        new Escape("becomes root by a setuid program", "su -c 'echo ESCAPED' </dev/null; id -u", "19\\d{8}"),
        new Escape("has privileges", "grep '^Cap' /proc/self/status | grep -v 0000000000000000 && echo ESCAPED;"
            + " grep NoNew /proc/self/status", "NoNewPrivs:\\s1"),
        new Escape("writes to the root", "touch /escaped && echo ESCAPED", ".*(Read-only file system|Permission denied)"),
        new Escape("writes to /etc", "echo x >>/etc/passwd && echo ESCAPED", ".*(Read-only file system|Permission denied)"),
        new Escape("mounts", "mount -t tmpfs none /mnt && echo ESCAPED", ".*(superuser|permission denied).*"),
        new Escape("makes a user namespace", "unshare --user true && echo ESCAPED", ".*Operation not permitted"),
        new Escape("makes one by clone", tells(call("clone", "0x10000011", "0", "0", "0", "0") + " >= 0"),
            "Operation not permitted"),
        new Escape("makes one by clone3", tells(call("clone3", "my $flags = q(x) x 88", "88") + " >= 0"),
            "Function not implemented"),
        new Escape("calls the computer that its machine runs on", tells("socket(S, 40, 1, 0)"), // AF_VSOCK
            "Address family not supported by protocol"),
        new Escape("has the kernel connect for nobody", tells("socket(S, 2, 1, 256)"), "Protocol not supported"), // IPPROTO_SMC
        new Escape("has it take over a socket of its own",
            tells("socket(S, 2, 1, 0) && setsockopt(S, 6, 31, q(smc))"), "Protocol not available"), // TCP_ULP
        new Escape("has a module loaded for it", tells("socket(S, 2, 5, 132)"), "Protocol not supported"), // IPPROTO_SCTP
        new Escape("waits to be called", tells("socket(S, 2, 1, 0) && listen(S, 0)"), "Permission denied"),
        new Escape("gets at the kernel's ciphers", tells("socket(S, 38, 5, 0)"), // AF_ALG
            "Address family not supported by protocol"),
        new Escape("has a ring of io_uring", tells(call("io_uring_setup", "1", "my $ring = q(x) x 120") + " >= 0"),
            "Operation not permitted"),
        new Escape("looks into keyrings", tells(call("keyctl", "0", "-3", "0") + " >= 0"), "Operation not permitted"),
        new Escape("makes the root writable", "mount -o remount,rw / && echo ESCAPED", ".*(superuser|permission denied).*"),
        new Escape("makes it writable in a user namespace of its own",
            "unshare --user --map-root-user --mount sh -c 'mount -o remount,rw,bind / && echo ESCAPED'",
            ".*(permission denied|not permitted).*"),
        new Escape("makes a device", "mknod disk b 254 0 && echo ESCAPED", ".*Operation not permitted"),
        new Escape("loads a module", tells("syscall(" + (ARM ? 105 : 175) + ", my $image = q(x), 1, my $options = q(x)) == 0"),
            "Operation not permitted|Function not implemented"), // by a kernel that has none
        new Escape("sets the clock", "date -s 2001-01-01 >/dev/null && echo ESCAPED", ".*Operation not permitted"),
        new Escape("has its core handled by the computer",
            "for limit in 0 unlimited; do ulimit -c $limit; done; prlimit --core --noheadings --output SOFT,HARD", " *1 +1 *"),
        new Escape("has the computer's disks written",
            "perl -e 'print " + call("fsync", "-1") + " == 0 ? q(not even asked) : q(ESCAPED)'", "not even asked"),
        new Escape("types on the terminal", tells("open(T, q(>/dev/tty))"), "No such device or address"),
        new Escape("writes into a control group",
            "find /sys/fs/cgroup -writable -type f 2>/dev/null | grep . && echo ESCAPED; echo none", "none"),
        new Escape("reads the server's files", "cat " + classFile() + " && echo ESCAPED", ".*No such file or directory"),
        new Escape("looks into homes",
            "ls -A /root /home/ /var/tmp /run | grep -v ':$' | grep . && echo ESCAPED; echo empty", "empty"),
        new Escape("keeps something in a hidden folder",
            "for d in /root /home /run /var/tmp; do touch $d/x && echo ESCAPED; done", ".*Permission denied"));
  }

  /** A command that says whether something came true, and why not. */
  private static String tells(String perl) {
    return "perl -e 'print " + perl + " ? q(ESCAPED) : qq($!)'";
  }

  private static String call(String name, String... arguments) {
    var number = SystemCallFilter.Machine.of(System.getProperty("os.arch")).number(name);
    return "syscall(" + number + ", " + String.join(", ", arguments) + ")";
  }

  private static String classFile() {
    return Path.of(EscapesTest.class.getProtectionDomain().getCodeSource().getLocation().getPath(),
        EscapesTest.class.getName().replace('.', '/') + ".class").toString();
  }

  @BeforeAll
  static void hasAllWalls() {
    assertThat(Contained.sandbox(Map.of("SANDBOX", "required")).missing()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("escapes")
  void doesNotGetOutWhenIt(Escape escape) throws Exception {
    var worker = Worker.boot(Map.of("SANDBOX", "required"));
    var answer = worker.run("{\n" + escape.script() + "\n} 2>&1; exit 7");
    assertThat(answer.stdout()).doesNotContain(ESCAPED);
    assertThat(answer.stdout().lines()).as(answer.stdout()).anyMatch(line -> line.matches(escape.seen()));
    assertThat(answer.exit().code()).isEqualTo(7);
    worker.ends();
  }

  @Test
  void killsItselfAtMostWhenItKillsAllThatItMay() {
    assertThat(Contained.outcomeOf("(kill -9 -1); sleep 1000").rawStatus()).hasValue(9);
  }

  /** Of the host's; what NETWORK=all allows is the network of the computer, not its programs' sockets. */
  @ParameterizedTest
  @ValueSource(strings = {"internet", "all"})
  void doesNotReachAnAbstractSocket(String network) throws Exception {
    var address = "pack(q(S), 1) . qq(\\0" + HostProcesses.newMark() + ")";
    var listener = new ProcessBuilder("perl", "-e", "use Socket; socket(S, 1, 1, 0); bind(S, " + address
        + ") && listen(S, 9) or die; syswrite(STDOUT, q(.)); accept(C, S) while 1").start();
    try {
      assertThat(listener.getInputStream().read()).isEqualTo('.');
      var script = "perl -e 'use Socket; socket(S, 1, 1, 0); print connect(S, " + address + ") ? q(ESCAPED) : qq($!)'";
      assertThat(Contained.running(script, Map.of("NETWORK", network)).outcome().stdout()).isEqualTo("Operation not permitted");
    } finally {
      listener.destroyForcibly().waitFor();
    }
  }

  @Test
  void doesNotReachTheServersPortNorTakeIt() throws Exception {
    try (var worker = Worker.boot()) {
      var port = worker.address().getPort();
      assertThat(Contained.outcomeOf(reach("127.0.0.1", port)).stdout()).isEqualTo("refused");
      var taken = Contained.outcomeOf("perl -e 'use Socket; socket(S, 2, 1, 0); setsockopt(S, 1, 2, 1); setsockopt(S, 1, 15, 1);"
          + " print bind(S, sockaddr_in(" + port + ", inet_aton(q(127.0.0.1)))) && listen(S, 1) ? q(ESCAPED) : qq($!)'");
      assertThat(taken.stdout()).isEqualTo("Address already in use");
      worker.isStillFresh();
      worker.ends();
    }
  }

  @Test
  void isGuardedThoughTheFirewallsOwnerEndedWhileItWaited() throws Exception {
    try (var planted = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
        var waiting = Contained.waiting()) {
      var owners = ProcessHandle.current().children()
          .filter(child -> child.info().command().filter(path -> path.endsWith("/nft")).isPresent()).toList();
      assertThat(owners).isNotEmpty();
      for (var owner : owners) {
        owner.destroyForcibly();
        Contained.get(owner.onExit());
      }
      var port = ((InetSocketAddress) planted.getLocalAddress()).getPort();
      waiting.feed(RunRequest.of(ByteString.fromString(reach("127.0.0.1", port))));
      assertThat(waiting.outcome().stdout()).isEqualTo("refused");
    }
  }

  @Test
  void doesNotReachAListenerOnThisComputer() throws Exception {
    try (var planted = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0))) {
      var port = ((InetSocketAddress) planted.getLocalAddress()).getPort();
      assertThat(Contained.outcomeOf(reach("127.0.0.1", port)).stdout()).isEqualTo("refused");
      assertThat(Contained.running(reach("127.0.0.1", port), Map.of("NETWORK", "none")).outcome().stdout()).isEqualTo("refused");
      assertThat(Contained.running(reach("127.0.0.1", port), Map.of("NETWORK", "all")).outcome().stdout()).isEqualTo("reached");
    }
  }

  @Test
  void doesNotReachTheSocketOfFlysApi() throws Exception {
    var folder = Path.of("/.fly");
    assertThat(folder).doesNotExist();
    Files.createDirectory(folder);
    var address = UnixDomainSocketAddress.of(folder.resolve("api"));
    try (var planted = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address)) {
      var script = "ls -A /.fly; curl -s --unix-socket /.fly/api http://flaps/v1 && echo ESCAPED; echo $?";
      assertThat(Contained.outcomeOf(script).lines()).containsExactly("7");
      assertThat(planted.isOpen()).isTrue();
    } finally {
      Files.deleteIfExists(folder.resolve("api"));
      Files.delete(folder);
    }
  }

  @Test
  void doesNotSeeAnotherRun() throws Exception {
    try (var other = Contained.running("echo secret >secret; echo up; exec sleep 1000")) {
      assertThat(other.line()).isEqualTo("up");
      var uid = Files.getAttribute(Path.of("/proc", Long.toString(other.alive().getFirst())), "unix:uid").toString();
      assertThat(Contained.outcomeOf("cat secret /tmp/work/secret; ps -e -o comm= | grep -c sleep; id -u").lines())
          .hasSize(2).startsWith("0").doesNotContain(uid);
    }
  }

  static Stream<Escape> floods() {
    return Stream.of(
        new Escape("processes", "f() { f | f & }; f; sleep 1000", ".*fork: .*Resource temporarily unavailable"),
        new Escape("memory", "x=$(head -c 1G /dev/zero | tr '\\0' x)", ".*"),
        new Escape("disk", "for file in a b /dev/shm/c; do head -c 1G /dev/zero >$file; done; exit 1", ".*"),
        new Escape("descriptors", "for i in {10..5000}; do eval \"exec $i</dev/null\" || exit 3; done; echo ESCAPED", ".*"));
  }

  /** Through a whole basher; the next run on a fresh one is as ever. */
  @ParameterizedTest
  @MethodSource("floods")
  void doesNotExhaust(Escape flood) throws Exception {
    var worker = Worker.boot();
    var answer = worker.run("exec 2>&1\n" + flood.script(), new RunLimits(2_000, 1L << 20));
    assertThat(answer.stdout()).doesNotContain(ESCAPED);
    assertThat(answer.exit().code()).as(answer.stdout()).isNotZero();
    worker.ends();
    var next = Worker.boot();
    assertThat(next.run("echo as ever").stdout()).isEqualTo("as ever\n");
    next.ends();
  }

  @Test
  void isToldThatItsMemoryWasTooLittle() {
    var how = how("x=$(head -c 1G /dev/zero | tr '\\0' x); echo ${#x}");
    assertThat(how.limit()).contains(Exit.Limit.MEMORY);
    assertThat(how.usage().orElseThrow().maxRssKb()).isLessThan(140_000);
  }

  @Test
  void isToldThatItsFileWasTooLarge() {
    assertThat(how("head -c 100M /dev/zero >file", Map.of("SCRIPT_FILE", "1MiB")).limit()).contains(Exit.Limit.FILE);
  }

  @Test
  void isToldThatItsTimeWasOver() {
    var how = how("while :; do :; done", Map.of("SCRIPT_CPU_TIME", "1s"));
    assertThat(how.limit()).contains(Exit.Limit.CPU_TIME);
    assertThat(how.usage().orElseThrow().cpuMs()).isBetween(500L, 3_000L);
  }

  @Test
  void isToldThatItHadTooManyProcesses() {
    var how = how("for i in {1..9}; do sleep 1000 & done; exec perl -e 'fork; exit !defined(fork)'",
        Map.of("SCRIPT_PROCESSES", "10"));
    assertThat(how.limit()).contains(Exit.Limit.PROCESSES);
  }

  @Test
  void isToldOfNoLimitWhenItEndsWell() {
    var how = how("(head -c 100M /dev/zero >file); echo on", Map.of("SCRIPT_FILE", "1MiB"));
    assertThat(how.rawStatus()).hasValue(0);
    assertThat(how.limit()).isEmpty();
  }

  private static BashProcess.Ended how(String script) {
    return how(script, Map.of());
  }

  private static BashProcess.Ended how(String script, Map<String, String> environment) {
    var run = Contained.running(script, environment);
    run.outcome();
    return run.how();
  }

  private static String reach(String address, int port) {
    return "(exec 3<>/dev/tcp/" + address + "/" + port + ") 2>/dev/null && echo reached || echo refused";
  }
}
