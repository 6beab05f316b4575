package coordbfaas.basher;

import coordbfaas.wire.Exit;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * What can be seen of a script from outside.
 *
 * @param stdout a character for each byte
 * @param stderr likewise; where bash names a child's process id it reads PID
 * @param end {@code exit 3}, or the name of a signal
 */
record BashOutcome(String stdout, String stderr, String end) {
  private static final Pattern CHILD = Pattern.compile("(?m)^(\\S+: line \\d+): +\\d+ (?=\\S)");

  /** @param rawStatus as waitpid tells it */
  static BashOutcome of(byte[] stdout, byte[] stderr, int rawStatus) {
    var signal = rawStatus & 0x7F;
    return of(stdout, stderr, signal == 0 ? Exit.exited(rawStatus >> 8, 0) : Exit.signaled(signal, 0));
  }

  static BashOutcome of(byte[] stdout, byte[] stderr, Exit exit) {
    return new BashOutcome(text(stdout), CHILD.matcher(text(stderr)).replaceAll("$1: PID "),
        exit.signal().orElse("exit " + exit.code()));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
