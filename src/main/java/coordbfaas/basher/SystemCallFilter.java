package coordbfaas.basher;

import static java.util.Map.entry;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The seccomp filter of a script: a program of the kernel's BPF that looks at each system call. It refuses what needs no privilege
 * and has often been the way out of a container: a user namespace of one's own, io_uring, BPF, keyrings and their like, and every
 * socket but those of the internet's oldest protocols, of Unix and of netlink's routes. Others may be in no network namespace and
 * seen by no firewall, such as {@code AF_VSOCK}, by which a virtual machine talks to its host, and the kernel may load a module for
 * them. Pure.
 *
 * @param mayListen whether a socket may wait for others to connect. The filter cannot tell one of the internet from one of Unix
 * @param hasUnixSockets whether a script has any but pairs of them, as an abstract one is seen by all who share its network
 * @see <a href="https://docs.kernel.org/userspace-api/seccomp_filter.html">seccomp with filters</a>
 */
record SystemCallFilter(boolean mayListen, boolean hasUnixSockets) {
  /**
   * A kind of machine.
   *
   * @param architecture {@code AUDIT_ARCH_…}, by which the kernel says whose numbers a call has
   * @param numbers of its system calls, by name
   */
  record Machine(int architecture, Map<String, Integer> numbers) {
    static final Machine AMD64 = new Machine(0xC000003E, Map.ofEntries(
        entry("add_key", 248), entry("bpf", 321), entry("clone", 56), entry("fdatasync", 75), entry("fsync", 74),
        entry("keyctl", 250), entry("listen", 50), entry("perf_event_open", 298), entry("prlimit64", 302),
        entry("request_key", 249), entry("setrlimit", 160), entry("setsockopt", 54), entry("socket", 41),
        entry("socketpair", 53), entry("sync", 162), entry("sync_file_range", 277), entry("syncfs", 306), entry("unshare", 272),
        entry("userfaultfd", 323)));
    static final Machine AARCH64 = new Machine(0xC00000B7, Map.ofEntries(
        entry("add_key", 217), entry("bpf", 280), entry("clone", 220), entry("fdatasync", 83), entry("fsync", 82),
        entry("keyctl", 219), entry("listen", 201), entry("perf_event_open", 241), entry("prlimit64", 261),
        entry("request_key", 218), entry("setrlimit", 164), entry("setsockopt", 208), entry("socket", 198),
        entry("socketpair", 199), entry("sync", 81), entry("sync_file_range", 84), entry("syncfs", 267), entry("unshare", 97),
        entry("userfaultfd", 282)));

    /** By Java's name for it. */
    static Machine of(String name) {
      return switch (name) {
        case "amd64" -> AMD64;
        case "aarch64" -> AARCH64;
        default -> throw new IllegalArgumentException(name + " (expected: amd64 or aarch64)");
      };
    }

    int number(String call) {
      return numbers.containsKey(call) ? numbers.get(call) : EVERYWHERE.get(call);
    }
  }

  /** Newer system calls have one number on all machines. */
  private static final Map<String, Integer> EVERYWHERE = Map.of("io_uring_setup", 425, "clone3", 435);

  private static final List<String> REFUSED =
      List.of("add_key", "bpf", "io_uring_setup", "keyctl", "perf_event_open", "request_key", "userfaultfd");

  /**
   * These come to nothing and say that they succeeded. All that a script can write is in memory, so they would have the disks of
   * others written, and a script that waits for that is killed only when it is done.
   */
  private static final List<String> WRITE_BACK = List.of("fdatasync", "fsync", "sync", "sync_file_range", "syncfs");

  private static final List<String> MAKE_NAMESPACES = List.of("clone", "unshare");

  private static final int UNIX = 1; // AF_UNIX
  private static final List<Integer> INTERNET = List.of(2, 10); // AF_INET, AF_INET6
  private static final int NETLINK = 16; // AF_NETLINK: glibc looks up addresses with it

  /**
   * The default, ICMP, TCP, UDP and ICMPv6: what {@code ping} and programs of one's own speak. {@code IPPROTO_SMC} is not among
   * them: the kernel makes a TCP socket for it that is nobody's, and so passes a firewall by uid.
   */
  private static final List<Integer> PROTOCOLS = List.of(0, 1, 6, 17, 58);

  private static final int ROUTES = 0; // NETLINK_ROUTE
  private static final int TCP = 6; // IPPROTO_TCP, as a level of options

  /** {@code TCP_ULP}: a protocol above TCP may put another socket in the place of ours, and {@code smc} leaves ours to nobody. */
  private static final int ABOVE_TCP = 31;

  /** From here on amd64 has the calls of programs with 32-bit pointers, with numbers of their own. */
  static final int X32 = 0x40000000;

  static final int CLONE_NEWUSER = 0x10000000;

  // What becomes of a call. One that fails has the error's number in the lower half.
  static final int ALLOWED = 0x7FFF0000;
  private static final int FAILED = 0x00050000;
  static final int DONE = FAILED; // no error
  static final int NOT_PERMITTED = FAILED | 1; // EPERM
  static final int DENIED = FAILED | 13; // EACCES
  static final int NOT_THERE = FAILED | 38; // ENOSYS, upon which a C library does without
  static final int NO_SUCH_OPTION = FAILED | 92; // ENOPROTOOPT
  static final int NO_SUCH_PROTOCOL = FAILED | 93; // EPROTONOSUPPORT
  static final int NO_SUCH_FAMILY = FAILED | 97; // EAFNOSUPPORT

  // Where the kernel tells of the call: struct seccomp_data, on machines with the lowest byte first.
  private static final int NUMBER = 0;
  private static final int ARCHITECTURE = 4;
  private static final int FIRST_ARGUMENT = 16;
  private static final int SECOND_ARGUMENT = 24;
  private static final int THIRD_ARGUMENT = 32;

  private static final int UPPER_HALF = 4; // of an argument

  private static final short LOAD = 0x20;
  private static final short IF_EQUAL = 0x15;
  private static final short IF_AT_LEAST = 0x35;
  private static final short IF_ANY_BIT = 0x45;
  private static final short RETURN = 0x06;
  private static final int INSTRUCTION_BYTES = 8;

  private static final Path KERNEL_HAS_IT = Path.of("/proc/sys/kernel/seccomp/actions_avail");

  /**
   * One step of the program: {@code struct sock_filter}.
   *
   * @param skip how many steps are passed over if a condition does not hold
   */
  private record Instruction(short code, int skip, int operand) {}

  /** Whether this computer's kernel takes one. */
  static boolean isThere() {
    return Files.isReadable(KERNEL_HAS_IT);
  }

  /** The program as the kernel wants it, in hexadecimal digits. */
  String hex(Machine machine) {
    var program = program(machine);
    var bytes = ByteBuffer.allocate(program.size() * INSTRUCTION_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (var step : program)
      bytes.putShort(step.code()).put((byte) 0).put((byte) step.skip()).putInt(step.operand());
    return HexFormat.of().formatHex(bytes.array());
  }

  /** A program of another kind of machine gets nowhere: its calls have other numbers. */
  private List<Instruction> program(Machine machine) {
    return all(
        load(ARCHITECTURE),
        when(IF_EQUAL, machine.architecture(), all(
            load(NUMBER),
            when(IF_AT_LEAST, X32, end(NOT_THERE)),
            each(REFUSED, call -> when(IF_EQUAL, machine.number(call), end(NOT_PERMITTED))),
            each(WRITE_BACK, call -> when(IF_EQUAL, machine.number(call), end(DONE))),
            when(IF_EQUAL, machine.number("setrlimit"), all(
                load(FIRST_ARGUMENT),
                when(IF_EQUAL, (int) ResourceLimits.CORE, end(DONE)),
                end(ALLOWED))),
            when(IF_EQUAL, machine.number("prlimit64"), all(
                load(SECOND_ARGUMENT),
                when(IF_EQUAL, (int) ResourceLimits.CORE, setsOrNot()),
                end(ALLOWED))),
            when(IF_EQUAL, machine.number("clone3"), end(NOT_THERE)), // its flags lie where no filter sees them
            each(MAKE_NAMESPACES, call -> when(IF_EQUAL, machine.number(call), all(
                load(FIRST_ARGUMENT),
                when(IF_ANY_BIT, CLONE_NEWUSER, end(NOT_PERMITTED)),
                end(ALLOWED)))),
            when(IF_EQUAL, machine.number("socket"), sockets(hasUnixSockets)),
            when(IF_EQUAL, machine.number("socketpair"), sockets(true)),
            when(IF_EQUAL, machine.number("listen"), end(mayListen ? ALLOWED : DENIED)),
            when(IF_EQUAL, machine.number("setsockopt"), all(
                load(SECOND_ARGUMENT),
                when(IF_EQUAL, TCP, all(
                    load(THIRD_ARGUMENT),
                    when(IF_EQUAL, ABOVE_TCP, end(NO_SUCH_OPTION)))),
                end(ALLOWED))),
            end(ALLOWED))),
        end(NOT_THERE));
  }

  /** A new limit lies at an address; at none there is only a question. */
  private static List<Instruction> setsOrNot() {
    return all(
        load(THIRD_ARGUMENT),
        when(IF_EQUAL, 0, all(
            load(THIRD_ARGUMENT + UPPER_HALF),
            when(IF_EQUAL, 0, end(ALLOWED)))),
        end(DONE));
  }

  private static List<Instruction> sockets(boolean unix) {
    return all(
        load(FIRST_ARGUMENT),
        when(IF_EQUAL, UNIX, end(unix ? ALLOWED : NO_SUCH_FAMILY)),
        each(INTERNET, family -> when(IF_EQUAL, family, only(PROTOCOLS))),
        when(IF_EQUAL, NETLINK, only(List.of(ROUTES))),
        end(NO_SUCH_FAMILY));
  }

  private static List<Instruction> only(List<Integer> protocols) {
    return all(
        load(THIRD_ARGUMENT),
        each(protocols, protocol -> when(IF_EQUAL, protocol, end(ALLOWED))),
        end(NO_SUCH_PROTOCOL));
  }

  @SafeVarargs
  private static List<Instruction> all(List<Instruction>... parts) {
    var all = new ArrayList<Instruction>();
    for (var part : parts) all.addAll(part);
    return all;
  }

  private static <T> List<Instruction> each(List<T> items, Function<T, List<Instruction>> part) {
    return items.stream().map(part).flatMap(List::stream).toList();
  }

  private static List<Instruction> load(int offset) {
    return List.of(new Instruction(LOAD, 0, offset));
  }

  private static List<Instruction> when(short condition, int operand, List<Instruction> then) {
    return all(List.of(new Instruction(condition, then.size(), operand)), then);
  }

  private static List<Instruction> end(int result) {
    return List.of(new Instruction(RETURN, 0, result));
  }
}
