package coordbfaas.basher;

import static coordbfaas.basher.SystemCallFilter.ALLOWED;
import static coordbfaas.basher.SystemCallFilter.CLONE_NEWUSER;
import static coordbfaas.basher.SystemCallFilter.NOT_PERMITTED;
import static coordbfaas.basher.SystemCallFilter.NOT_THERE;
import static coordbfaas.basher.SystemCallFilter.NO_SUCH_FAMILY;
import static coordbfaas.basher.SystemCallFilter.NO_SUCH_PROTOCOL;
import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.basher.SystemCallFilter.Machine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The filter of system calls")
class SystemCallFilterTest {
  private static final int AF_VSOCK = 40;
  private static final int AF_ALG = 38;
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
    for (var call : new String[] {"socket", "socketpair"})
      for (var family = 0; family < 64; family++)
        assertThat(verdict(machine, machine.number(call), family)).as("%s %d", call, family)
            .isEqualTo(SystemCallFilter.FAMILIES.contains(family) ? ALLOWED : NO_SUCH_FAMILY);
    assertThat(SystemCallFilter.FAMILIES).doesNotContain(AF_VSOCK, AF_ALG);
  }

  @ParameterizedTest
  @MethodSource("machines")
  void knowsNoProtocolWhoseSocketsAreNobodys(Machine machine) {
    var socket = machine.number("socket");
    for (var family : SystemCallFilter.FAMILIES)
      assertThat(verdict(machine, machine.architecture(), socket, family, 1, SystemCallFilter.SMC)).isEqualTo(NO_SUCH_PROTOCOL);
    for (var protocol : new int[] {0, 6, 17, 255, 257, 262})
      assertThat(verdict(machine, machine.architecture(), socket, 2, 1, protocol)).isEqualTo(ALLOWED);
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

  private static int verdict(Machine machine, int number, int firstArgument) {
    return verdict(machine, machine.architecture(), number, firstArgument, 0, 0);
  }

  /** What the kernel would do, which reads the program's bytes. */
  private static int verdict(Machine machine, int architecture, int number, int first, int second, int third) {
    var program = ByteBuffer.wrap(HexFormat.of().parseHex(SystemCallFilter.hex(machine))).order(ByteOrder.LITTLE_ENDIAN);
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
