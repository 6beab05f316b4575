package coordbfaas.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What one of this process's own descriptors leads to. Linux tells it; where nothing does, it is {@link #OTHER}. */
enum Descriptor {
  /** A file with bytes in it. */
  FILE,
  /** A pipe or a socket: another process is at its end. */
  PIPE,
  /** A terminal, {@code /dev/null} or another device, a directory, nothing at all. */
  OTHER;

  private static final int KIND = 0170000;
  private static final int REGULAR = 0100000;
  private static final int FIFO = 0010000;
  private static final int SOCKET = 0140000;

  static Descriptor of(int descriptor) {
    return at(Path.of("/proc/self/fd", Integer.toString(descriptor)));
  }

  static Descriptor at(Path path) {
    try {
      return switch ((int) Files.getAttribute(path, "unix:mode") & KIND) {
        case REGULAR -> FILE;
        case FIFO, SOCKET -> PIPE;
        default -> OTHER;
      };
    } catch (IOException | UnsupportedOperationException untold) {
      return OTHER;
    }
  }
}
