package coordbfaas.basher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file by which a run's status comes: see ADR 3. */
final class StatusFile {
  /** A folder in memory. A disk's file system takes milliseconds for the first byte of a file, of which each run writes one. */
  private static final Path MEMORY = Path.of("/dev/shm");

  private static final String PREFIX = "bfaas-";
  private static final String SUFFIX = ".status";

  private StatusFile() {}

  /** A new one, which only we may read; in the temporary directory, where there is no folder in memory. */
  static Path create() throws IOException {
    return Files.isDirectory(MEMORY) && Files.isWritable(MEMORY) ? Files.createTempFile(MEMORY, PREFIX, SUFFIX)
        : Files.createTempFile(PREFIX, SUFFIX);
  }
}
