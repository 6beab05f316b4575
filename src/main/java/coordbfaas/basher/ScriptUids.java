package coordbfaas.basher;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Uids for scripts, each for one run at a time, whatever JVM of this computer runs it.
 *
 * <p>A uid that is taken is a locked byte of a file that all JVMs share: the kernel unlocks it when its JVM ends. Where there is
 * no such file (not root, or /run cannot be written), this JVM's own runs differ from each other and that is all.
 */
final class ScriptUids {
  private static final Path FILE = Path.of("/run/coordbfaas/uids");

  /** The ones that all JVMs of this computer take from. One for each JVM: closing a second would unlock what the first has. */
  static final ScriptUids SHARED = new ScriptUids(open(FILE));

  private final Optional<FileChannel> channel;
  private final Map<Integer, Optional<FileLock>> taken = new HashMap<>();

  private ScriptUids(Optional<FileChannel> channel) {
    this.channel = channel;
  }

  private static Optional<FileChannel> open(Path file) {
    try {
      Files.createDirectories(file.getParent(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      return Optional.of(FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    } catch (IOException | UnsupportedOperationException none) {
      return Optional.empty();
    }
  }

  /** Takes one from {@code first} on, of {@code count}; empty if all are taken. */
  synchronized OptionalInt take(int first, int count) {
    for (var uid = first; uid < first + count; uid++) {
      if (taken.containsKey(uid)) continue;
      if (channel.isEmpty()) return taken(uid, Optional.empty());
      var lock = lock(channel.get(), uid);
      if (lock.isPresent()) return taken(uid, lock);
    }
    return OptionalInt.empty();
  }

  /** Gives one back: no process has it any more. */
  synchronized void give(int uid) {
    try {
      var lock = taken.remove(uid);
      if (lock != null && lock.isPresent()) lock.get().release();
    } catch (IOException closed) {
      // the end of this JVM unlocks it
    }
  }

  private OptionalInt taken(int uid, Optional<FileLock> lock) {
    taken.put(uid, lock);
    return OptionalInt.of(uid);
  }

  private static Optional<FileLock> lock(FileChannel channel, int uid) {
    try {
      return Optional.ofNullable(channel.tryLock(uid, 1, false));
    } catch (IOException unlockable) {
      return Optional.empty();
    }
  }
}
