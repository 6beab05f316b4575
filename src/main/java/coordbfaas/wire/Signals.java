package coordbfaas.wire;

import java.util.List;

/** Linux's signals by number, as {@code kill -l} names them. */
final class Signals {
  private static final List<String> NAMES = List.of(
      "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
      "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO",
      "PWR", "SYS");

  private Signals() {}

  /** {@code SIGKILL} for 9; {@code SIG40} for a real-time signal, which has no name of its own. */
  static String name(int signal) {
    return "SIG" + (signal >= 1 && signal <= NAMES.size() ? NAMES.get(signal - 1) : Integer.toString(signal));
  }
}
