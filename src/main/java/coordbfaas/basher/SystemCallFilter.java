package coordbfaas.basher;

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
 * socket but those of the internet, of Unix and of netlink. Others may be in no network namespace and seen by no firewall, such as
 * {@code AF_VSOCK}, by which a virtual machine talks to its host. Pure.
 *
 * @see <a href="https://docs.kernel.org/userspace-api/seccomp_filter.html">seccomp with filters</a>
 */
final class SystemCallFilter {
  /**
   * A kind of machine.
   *
   * @param architecture {@code AUDIT_ARCH_…}, by which the kernel says whose numbers a call has
   * @param numbers of its system calls, by name
   */
  record Machine(int architecture, Map<String, Integer> numbers) {
    static final Machine AMD64 = new Machine(0xC000003E, Map.of("add_key", 248, "bpf", 321, "clone", 56, "keyctl", 250,
        "perf_event_open", 298, "request_key", 249, "socket", 41, "socketpair", 53, "unshare", 272, "userfaultfd", 323));
    static final Machine AARCH64 = new Machine(0xC00000B7, Map.of("add_key", 217, "bpf", 280, "clone", 220, "keyctl", 219,
        "perf_event_open", 241, "request_key", 218, "socket", 198, "socketpair", 199, "unshare", 97, "userfaultfd", 282));

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

  private static final List<String> MAKE_NAMESPACES = List.of("clone", "unshare");
  private static final List<String> MAKE_SOCKETS = List.of("socket", "socketpair");

  /** {@code AF_UNIX}, {@code AF_INET}, {@code AF_INET6}, {@code AF_NETLINK}: glibc looks up addresses with the last. */
  static final List<Integer> FAMILIES = List.of(1, 2, 10, 16);

  /** {@code IPPROTO_SMC}: the kernel makes a TCP socket for it that is nobody's, and so passes a firewall by uid. */
  static final int SMC = 256;

  /** From here on amd64 has the calls of programs with 32-bit pointers, with numbers of their own. */
  static final int X32 = 0x40000000;

  static final int CLONE_NEWUSER = 0x10000000;

  // What becomes of a call. One that fails has the error's number in the lower half.
  static final int ALLOWED = 0x7FFF0000;
  private static final int FAILED = 0x00050000;
  static final int NOT_PERMITTED = FAILED | 1; // EPERM
  static final int NOT_THERE = FAILED | 38; // ENOSYS, upon which a C library does without
  static final int NO_SUCH_PROTOCOL = FAILED | 93; // EPROTONOSUPPORT
  static final int NO_SUCH_FAMILY = FAILED | 97; // EAFNOSUPPORT

  // Where the kernel tells of the call: struct seccomp_data, on machines with the lowest byte first.
  private static final int NUMBER = 0;
  private static final int ARCHITECTURE = 4;
  private static final int FIRST_ARGUMENT = 16;
  private static final int THIRD_ARGUMENT = 32;

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

  private SystemCallFilter() {}

  /** Whether this computer's kernel takes one. */
  static boolean isThere() {
    return Files.isReadable(KERNEL_HAS_IT);
  }

  /** The program as the kernel wants it, in hexadecimal digits. */
  static String hex(Machine machine) {
    var program = program(machine);
    var bytes = ByteBuffer.allocate(program.size() * INSTRUCTION_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (var step : program)
      bytes.putShort(step.code()).put((byte) 0).put((byte) step.skip()).putInt(step.operand());
    return HexFormat.of().formatHex(bytes.array());
  }

  /** A program of another kind of machine gets nowhere: its calls have other numbers. */
  private static List<Instruction> program(Machine machine) {
    return all(
        load(ARCHITECTURE),
        when(IF_EQUAL, machine.architecture(), all(
            load(NUMBER),
            when(IF_AT_LEAST, X32, end(NOT_THERE)),
            each(REFUSED, call -> when(IF_EQUAL, machine.number(call), end(NOT_PERMITTED))),
            when(IF_EQUAL, machine.number("clone3"), end(NOT_THERE)), // its flags lie where no filter sees them
            each(MAKE_NAMESPACES, call -> when(IF_EQUAL, machine.number(call), all(
                load(FIRST_ARGUMENT),
                when(IF_ANY_BIT, CLONE_NEWUSER, end(NOT_PERMITTED)),
                end(ALLOWED)))),
            each(MAKE_SOCKETS, call -> when(IF_EQUAL, machine.number(call), all(
                load(THIRD_ARGUMENT),
                when(IF_EQUAL, SMC, end(NO_SUCH_PROTOCOL)),
                load(FIRST_ARGUMENT),
                each(FAMILIES, family -> when(IF_EQUAL, family, end(ALLOWED))),
                end(NO_SUCH_FAMILY)))),
            end(ALLOWED))),
        end(NOT_THERE));
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
