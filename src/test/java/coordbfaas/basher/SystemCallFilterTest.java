package coordbfaas.basher;

import static coordbfaas.basher.SystemCallFilter.ALLOWED;
import static coordbfaas.basher.SystemCallFilter.CLONE_NEWUSER;
import static coordbfaas.basher.SystemCallFilter.DENIED;
import static coordbfaas.basher.SystemCallFilter.DONE;
import static coordbfaas.basher.SystemCallFilter.NOT_PERMITTED;
import static coordbfaas.basher.SystemCallFilter.NOT_THERE;
import static coordbfaas.basher.SystemCallFilter.NO_SUCH_FAMILY;
import static coordbfaas.basher.SystemCallFilter.NO_SUCH_OPTION;
import static coordbfaas.basher.SystemCallFilter.NO_SUCH_PROTOCOL;
import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.basher.SystemCallFilter.Machine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The filter of system calls")
class SystemCallFilterTest {
  /** Refuses no more than it must. */
  private static final SystemCallFilter OPEN = new SystemCallFilter(true, true);

  private static final int AF_UNIX = 1;
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int AF_NETLINK = 16;
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_NODELAY = 1;
  private static final int TCP_ULP = 31;
  private static final int SIGCHLD = 17;
  private static final int CLONE_NEWNS = 0x20000;

  static Stream<Machine> machines() {
    return Stream.of(Machine.AMD64, Machine.AARCH64);
  }

  @ParameterizedTest
  @MethodSource("machines")
  void refusesWhatNoScriptNeeds(Machine machine) {
    for (var call : new String[] {"add_key", "bpf", "io_uring_setup", "keyctl", "perf_event_open", "request_key", "userfaultfd"})
      assertThat(verdict(machine, machine.number(call), 0)).as(call).isEqualTo(NOT_PERMITTED);
  }

  @ParameterizedTest
  @MethodSource("machines")
  void refusesUserNamespacesButNoProcesses(Machine machine) {
    for (var call : new String[] {"clone", "unshare"}) {
      assertThat(verdict(machine, machine.number(call), CLONE_NEWUSER)).isEqualTo(NOT_PERMITTED);
      assertThat(verdict(machine, machine.number(call), CLONE_NEWUSER | CLONE_NEWNS | SIGCHLD)).isEqualTo(NOT_PERMITTED);
      assertThat(verdict(machine, machine.number(call), CLONE_NEWNS | SIGCHLD)).isEqualTo(ALLOWED); // that takes a capability
    }
    assertThat(verdict(machine, machine.number("clone3"), 0)).isEqualTo(NOT_THERE);
  }

  @ParameterizedTest
  @MethodSource("machines")
  void knowsTheSocketsOfTheInternetOfUnixAndOfNetlinkAlone(Machine machine) {
    var families = List.of(AF_UNIX, AF_INET, AF_INET6, AF_NETLINK);
    for (var call : new String[] {"socket", "socketpair"})
      for (var family = 0; family < 64; family++)
        assertThat(verdict(machine, machine.number(call), family)).as("%s %d", call, family)
            .isEqualTo(families.contains(family) ? ALLOWED : NO_SUCH_FAMILY);
  }

  @ParameterizedTest
  @MethodSource("machines")
  void knowsNoProtocolThatAFirewallOrAScriptDoesNotKnow(Machine machine) {
    for (var protocol = 0; protocol < 300; protocol++) {
      for (var family : new int[] {AF_INET, AF_INET6})
        assertThat(socket(machine, family, protocol)).as("%d", protocol)
            .isEqualTo(List.of(0, 1, 6, 17, 58).contains(protocol) ? ALLOWED : NO_SUCH_PROTOCOL);
      assertThat(socket(machine, AF_NETLINK, protocol)).isEqualTo(protocol == 0 ? ALLOWED : NO_SUCH_PROTOCOL);
    }
  }

  @ParameterizedTest
  @MethodSource("machines")
  void lendsNoSocketToAProtocolAboveTcp(Machine machine) {
    var setsockopt = machine.number("setsockopt");
    assertThat(verdict(machine, machine.architecture(), setsockopt, 3, IPPROTO_TCP, TCP_ULP)).isEqualTo(NO_SUCH_OPTION);
    assertThat(verdict(machine, machine.architecture(), setsockopt, 3, IPPROTO_TCP, TCP_NODELAY)).isEqualTo(ALLOWED);
    assertThat(verdict(machine, machine.architecture(), setsockopt, 3, 0, TCP_ULP)).isEqualTo(ALLOWED);
  }

  @ParameterizedTest
  @MethodSource("machines")
  void letsNobodyListenIfThatIsAskedFor(Machine machine) {
    assertThat(verdict(new SystemCallFilter(false, true), machine, machine.number("listen"), 3)).isEqualTo(DENIED);
    assertThat(verdict(OPEN, machine, machine.number("listen"), 3)).isEqualTo(ALLOWED);
  }

  @ParameterizedTest
  @MethodSource("machines")
  void leavesOfUnixSocketsThePairsIfThatIsAskedFor(Machine machine) {
    var pairs = new SystemCallFilter(true, false);
    assertThat(verdict(pairs, machine, machine.number("socket"), AF_UNIX)).isEqualTo(NO_SUCH_FAMILY);
    assertThat(verdict(pairs, machine, machine.number("socketpair"), AF_UNIX)).isEqualTo(ALLOWED);
    assertThat(verdict(pairs, machine, machine.number("socket"), AF_INET)).isEqualTo(ALLOWED);
  }

  @ParameterizedTest
  @MethodSource("machines")
  void hasNothingWrittenToDisks(Machine machine) {
    for (var call : new String[] {"fdatasync", "fsync", "sync", "sync_file_range", "syncfs"})
      assertThat(verdict(machine, machine.number(call), 0)).as(call).isEqualTo(DONE);
  }

  @ParameterizedTest
  @MethodSource("machines")
  void leavesTheLimitOfCoreFilesAsItIs(Machine machine) {
    var core = 4;
    assertThat(verdict(machine, machine.number("setrlimit"), core)).isEqualTo(DONE);
    assertThat(verdict(machine, machine.number("setrlimit"), 7)).isEqualTo(ALLOWED);
    var prlimit = machine.number("prlimit64");
    assertThat(verdict(machine, machine.architecture(), prlimit, 0, core, 0x1000)).isEqualTo(DONE);
    assertThat(verdict(machine, machine.architecture(), prlimit, 0, core, 0)).isEqualTo(DONE); // an address of more than 32 bits
    assertThat(verdict(machine, machine.architecture(), prlimit, 0, 7, 0x1000)).isEqualTo(ALLOWED);
  }

  @ParameterizedTest
  @MethodSource("machines")
  void allowsWhateverElseThereIs(Machine machine) {
    var random = new Random(1);
    var named = Stream.concat(machine.numbers().keySet().stream(), Stream.of("io_uring_setup", "clone3"))
        .map(machine::number).toList();
    for (var number = 0; number < 600; number++)
      if (!named.contains(number)) assertThat(verdict(machine, number, random.nextInt())).as("%d", number).isEqualTo(ALLOWED);
  }

  @Test
  void isNotEvadedByOtherNumbers() {
    assertThat(verdict(Machine.AMD64, SystemCallFilter.X32 | Machine.AMD64.number("socket"), 2)).isEqualTo(NOT_THERE);
    var i386 = 0x40000003;
    assertThat(verdict(Machine.AMD64, i386, 2, 1, 0, 0)).isEqualTo(NOT_THERE);
    assertThat(verdict(Machine.AARCH64, Machine.AMD64.architecture(), 2, 1, 0, 0)).isEqualTo(NOT_THERE);
  }

  private static int socket(Machine machine, int family, int protocol) {
    return verdict(machine, machine.architecture(), machine.number("socket"), family, 1, protocol);
  }

  private static int verdict(Machine machine, int number, int firstArgument) {
    return verdict(machine, machine.architecture(), number, firstArgument, 0, 0);
  }

  private static int verdict(Machine machine, int architecture, int number, int first, int second, int third) {
    return verdict(OPEN, machine, architecture, number, first, second, third);
  }

  private static int verdict(SystemCallFilter filter, Machine machine, int number, int first) {
    return verdict(filter, machine, machine.architecture(), number, first, 0, 0);
  }

  /** What the kernel would do, which reads the program's bytes. */
  private static int verdict(
      SystemCallFilter filter, Machine machine, int architecture, int number, int first, int second, int third) {
    var program = ByteBuffer.wrap(HexFormat.of().parseHex(filter.hex(machine))).order(ByteOrder.LITTLE_ENDIAN);
    var call = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN)
        .putInt(number).putInt(architecture).putLong(0x7F00_0000_0000L)
        .putInt(first).putInt(-1).putInt(second).putInt(-1).putInt(third).putInt(-1);
    for (int at = 0, loaded = 0; ; at++) {
      var code = program.getShort(8 * at) & 0xFFFF;
      var ifTrue = program.get(8 * at + 2) & 0xFF;
      var ifFalse = program.get(8 * at + 3) & 0xFF;
      var operand = program.getInt(8 * at + 4);
      switch (code) {
        case 0x20 -> loaded = call.getInt(operand);
        case 0x15 -> at += loaded == operand ? ifTrue : ifFalse;
        case 0x35 -> at += Integer.compareUnsigned(loaded, operand) >= 0 ? ifTrue : ifFalse;
        case 0x45 -> at += (loaded & operand) != 0 ? ifTrue : ifFalse;
        case 0x06 -> {
          return operand;
        }
        default -> throw new AssertionError("instruction " + code);
      }
    }
  }
}
