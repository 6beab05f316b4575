package coordbfaas.basher;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** The file by which a run's status comes: see ADR 3. */
final class StatusFile {
  /** A folder in memory. A disk's file system takes milliseconds for the first byte of a file, of which each run writes one. */
  private static final Path MEMORY = Path.of("/dev/shm");

  private static final String PREFIX = "bfaas-";
  private static final String SUFFIX = ".status";

  /** One that has its name for longer was left by a JVM that was killed: walls stand, or are given up, within seconds. */
  private static final Duration NAMED_MAX = Duration.ofMinutes(10);

  private StatusFile() {}

  /** A new one, which only we may read. */
  static Path create() throws IOException {
    return Files.createTempFile(folder(), PREFIX, SUFFIX);
  }

  /** Takes its name away. */
  static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException undeletable) {
      // a file of no bytes is all that is left
    }
  }

  /** Removes what JVMs left that were killed while they built walls. */
  static void removeForsaken() {
    removeForsaken(folder(), Instant.now());
  }

  static void removeForsaken(Path folder, Instant now) {
    try (var files = Files.newDirectoryStream(folder, PREFIX + "*" + SUFFIX)) {
      for (var file : files) if (isForsaken(file, now)) remove(file);
    } catch (IOException | DirectoryIteratorException unreadable) {
      // whoever starts next looks again
    }
  }

  private static boolean isForsaken(Path file, Instant now) {
    try {
      return Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant().isBefore(now.minus(NAMED_MAX));
    } catch (IOException gone) {
      return false;
    }
  }

  /** Where there is no folder in memory, the temporary directory. */
  static Path folder() {
    return Files.isDirectory(MEMORY) && Files.isWritable(MEMORY) ? MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
  }
}
