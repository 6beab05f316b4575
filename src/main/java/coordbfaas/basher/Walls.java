package coordbfaas.basher;

import coordbfaas.settings.Containment.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The command line that builds the walls around one run. Pure.
 *
 * <p>An outer {@code sh} opens the status channel, bubblewrap or {@code unshare} makes the namespaces, and perl stays in them as
 * PID 1, with {@code reaper.pl}.
 *
 * @param builder who makes the namespaces
 * @param bash the path of bash
 * @param whole whether there are all walls, or none but a PID namespace and a /tmp of its own
 * @param uid whom the script is; empty: whoever this process is
 * @param ownNetwork whether it gets an empty network namespace
 * @param resolver where names are looked up for it, and the file that shall say so; empty: as for everybody
 * @param hidden folders that it shall find empty
 * @param filter of its system calls; empty: none
 * @param limits what each process may take
 * @param rlimits the kernel's numbers of limits and their values
 */
record Walls(
    Builder builder, Path bash, boolean whole, OptionalInt uid, boolean ownNetwork, Optional<Path> resolver, List<Path> hidden,
    Optional<SystemCallFilter> filter, Limits limits, List<Long> rlimits) {
  /** Who makes the namespaces, and by what right. */
  enum Builder {
    BUBBLEWRAP("bwrap"), BUBBLEWRAP_AS_USER("bwrap"), UNSHARE("unshare"), UNSHARE_AS_USER("unshare");

    private final String program;

    Builder(String program) {
      this.program = program;
    }

    String program() {
      return program;
    }

    boolean isBubblewrap() {
      return this == BUBBLEWRAP || this == BUBBLEWRAP_AS_USER;
    }

    /** Whether it is done as root, and not in a user namespace that knows one uid alone. */
    boolean isPrivileged() {
      return this == BUBBLEWRAP || this == UNSHARE;
    }
  }

  /** Where a script runs, and its home: in the run's own /tmp, gone with it. */
  static final String DIRECTORY = "/tmp/work";

  /** Public resolvers: a private one would be out of reach, and may know names that are nobody's business. */
  static final List<String> RESOLVERS = List.of("1.1.1.1", "8.8.8.8", "2606:4700:4700::1111");

  // The status file becomes fd 3 and, for what builds the walls, stderr; the run's stderr waits on fd 4 for the reaper, and its
  // stdout on fd 6, as bubblewrap keeps a stdout of its own open for longer than the run has it.
  private static final String OPEN_STATUS = "exec 3>\"$1\" 4>&2 2>&3 6>&1 1>&3; shift; ";

  // Why: see reaper.pl, which does it where it is root until then.
  private static final String OWN_PIPES =
      "for fd in 0 4 6; do [ ! -p /proc/self/fd/$fd ] || chown %1$d:%1$d /proc/self/fd/$fd || exit 1; done; ";

  private static final int RESOLVER_FD = 5;
  static final String KERNEL = resource("kernel.pl");
  private static final String WALLS = resource("walls.pl");
  private static final String REAPER = resource("reaper.pl");

  /** {@code amd64} or {@code aarch64}: the reaper knows the system calls of these. */
  static final String MACHINE = System.getProperty("os.arch");

  private static final List<String> KEPT = List.of("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_CHOWN");

  /** What a folder that is hidden may hold: nothing. */
  private static final long NOTHING_BYTES = 4096;

  /**
   * The command. It tells by a byte on stdout that the walls stand and that it waits for its frame on stdin, and writes bash's
   * raw wait status as the first line of the file {@code status}. What builds the walls complains there too, as
   * {@code unshare} has something to say when what it waits for is killed.
   */
  List<String> command(Path status) {
    var command = new ArrayList<>(List.of("sh", "-c", outer(), "sh", status.toString()));
    command.addAll(builder.isBubblewrap() ? bubblewrap() : unshare());
    command.addAll(List.of(bash.toString(), DIRECTORY, identity(), program()));
    rlimits.forEach(number -> command.add(number.toString()));
    return command;
  }

  private String outer() {
    var lines = new StringBuilder(OPEN_STATUS);
    if (isAnotherBefore()) lines.append(OWN_PIPES.formatted(uid.getAsInt()));
    lines.append("exec \"$@\"");
    if (resolver.isPresent()) {
      lines.append(" ").append(RESOLVER_FD).append("<<END\n");
      RESOLVERS.forEach(address -> lines.append("nameserver ").append(address).append('\n'));
      lines.append("END\n");
    }
    return lines.toString();
  }

  /** Whether root becomes the script's user before it builds walls, as a user namespace would give the script root's uid. */
  private boolean isAnotherBefore() {
    return uid.isPresent() && !builder.isPrivileged();
  }

  private String identity() {
    if (!whole) return "all";
    return uid.isPresent() && builder.isPrivileged() ? Integer.toString(uid.getAsInt()) : "same";
  }

  private String program() {
    return filter.map(of -> of.hex(SystemCallFilter.Machine.of(MACHINE))).orElse("none");
  }

  private List<String> bubblewrap() {
    var command = anotherUser();
    command.addAll(List.of("bwrap", "--unshare-pid", "--unshare-ipc", "--die-with-parent", "--as-pid-1",
        "--cap-drop", "ALL"));
    // What the reaper needs to make its child another user without a privilege; that child drops them itself.
    if (uid.isPresent() && builder.isPrivileged()) KEPT.forEach(capability -> command.addAll(List.of("--cap-add", capability)));
    if (!builder.isPrivileged()) command.add("--unshare-user");
    if (ownNetwork) command.add("--unshare-net");
    command.addAll(List.of("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"));
    for (var writable : List.of("/tmp", "/dev/shm"))
      command.addAll(List.of("--perms", "1777", "--size", Long.toString(limits.diskBytes()), "--tmpfs", writable));
    command.addAll(List.of("--remount-ro", "/dev")); // in memory too, and without a limit
    for (var folder : hidden) command.addAll(List.of("--size", Long.toString(NOTHING_BYTES), "--tmpfs", folder.toString()));
    resolver.ifPresent(file -> command.addAll(
        List.of("--perms", "0644", "--ro-bind-data", Integer.toString(RESOLVER_FD), file.toString())));
    command.addAll(List.of("perl", "-e", KERNEL + REAPER, MACHINE));
    return command;
  }

  private List<String> anotherUser() {
    if (!isAnotherBefore()) return new ArrayList<>();
    var user = Integer.toString(uid.getAsInt());
    return new ArrayList<>(List.of("setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--inh-caps=-all", "--"));
  }

  private List<String> unshare() {
    var command = anotherUser();
    command.addAll(List.of("setpriv", "--pdeathsig", "KILL", "--"));
    command.addAll(List.of("unshare", "--pid", "--fork", "--kill-child", "--mount"));
    if (whole) command.add("--ipc");
    if (!builder.isPrivileged()) command.addAll(List.of("--user", "--map-root-user"));
    if (ownNetwork) command.add("--net");
    var steps = whole ? steps() : List.of("proc", "tmpfs mode=1777 /tmp");
    command.addAll(List.of("perl", "-e", KERNEL + WALLS + REAPER, MACHINE, Integer.toString(steps.size())));
    command.addAll(steps);
    return command;
  }

  private List<String> steps() {
    var steps = new ArrayList<>(List.of("readonly", "proc"));
    var writable = "tmpfs mode=1777,size=" + limits.diskBytes();
    steps.addAll(List.of(writable + " /tmp", "dev", writable + " /dev/shm"));
    hidden.forEach(folder -> steps.add("tmpfs mode=0555,size=" + NOTHING_BYTES + " " + folder));
    resolver.ifPresent(file -> steps.add("file " + RESOLVER_FD + " " + file));
    if (ownNetwork) steps.add("loopback");
    return steps;
  }

  private static String resource(String name) {
    try (InputStream resource = Walls.class.getResourceAsStream(name)) {
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
