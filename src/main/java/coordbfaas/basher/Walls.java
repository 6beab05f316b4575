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
 * The walls around one run, as what builds them is told. Pure.
 *
 * @param right by which the namespaces are made
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
    Right right, Path bash, boolean whole, OptionalInt uid, boolean ownNetwork, Optional<Path> resolver, List<Path> hidden,
    Optional<SystemCallFilter> filter, Limits limits, List<Long> rlimits) {
  /** By what right the namespaces are made: root's, or what anybody has in a user namespace, which knows one uid alone. */
  enum Right { ROOT, USER }

  /** Where a script runs, and its home: in the run's own /tmp, gone with it. */
  static final String DIRECTORY = "/tmp/work";

  /** Public resolvers: a private one would be out of reach, and may know names that are nobody's business. */
  static final List<String> RESOLVERS = List.of("1.1.1.1", "8.8.8.8", "2606:4700:4700::1111");

  /** The program that makes processes and their walls. */
  static final String KERNEL = resource("kernel.pl");

  static final String PROGRAM = KERNEL + resource("walls.pl") + resource("reaper.pl") + resource("forkserver.pl");

  /** {@code amd64} or {@code aarch64}: the program knows the system calls of these. */
  static final String MACHINE = System.getProperty("os.arch");

  private static final int NEW_NS = 0x0002_0000;
  private static final int NEW_IPC = 0x0800_0000;
  private static final int NEW_USER = 0x1000_0000;
  private static final int NEW_PID = 0x2000_0000;
  private static final int NEW_NET = 0x4000_0000;

  /** What a folder that is hidden may hold: nothing. */
  private static final long NOTHING_BYTES = 4096;

  /**
   * What {@link ForkServer} is ordered to make: a process that tells by a byte on stdout that the walls stand and that it waits for
   * its frame on stdin. By the status channel it tells bash's raw wait status, or what is wrong with the walls.
   */
  List<String> order() {
    var steps = whole ? steps() : List.of("proc", "tmpfs mode=1777 /tmp");
    var order = new ArrayList<>(List.of(Integer.toString(namespaces()), userBefore(), Integer.toString(steps.size())));
    order.addAll(steps);
    order.addAll(List.of(bash.toString(), DIRECTORY, identity(), program()));
    rlimits.forEach(number -> order.add(number.toString()));
    return order;
  }

  private int namespaces() {
    return NEW_PID | NEW_NS | (whole ? NEW_IPC : 0) | (right == Right.USER ? NEW_USER : 0) | (ownNetwork ? NEW_NET : 0);
  }

  /** Root becomes the script's user before it makes a user namespace, which would give the script root's uid. */
  private String userBefore() {
    return uid.isPresent() && right == Right.USER ? Integer.toString(uid.getAsInt()) : "";
  }

  private String identity() {
    if (!whole) return "all";
    return uid.isPresent() && right == Right.ROOT ? Integer.toString(uid.getAsInt()) : "same";
  }

  private String program() {
    return filter.map(of -> of.hex(SystemCallFilter.Machine.of(MACHINE))).orElse("none");
  }

  private List<String> steps() {
    var steps = new ArrayList<>(List.of("readonly", "proc"));
    var writable = "tmpfs mode=1777,size=" + limits.diskBytes();
    steps.addAll(List.of(writable + " /tmp", "dev", writable + " /dev/shm"));
    hidden.forEach(folder -> steps.add("tmpfs mode=0555,size=" + NOTHING_BYTES + " " + folder));
    resolver.ifPresent(file -> steps.add("resolver " + String.join(",", RESOLVERS) + " " + file));
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
