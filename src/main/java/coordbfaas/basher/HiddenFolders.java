package coordbfaas.basher;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** The folders that a script shall find empty: people's, the host's sockets, and those of this server. */
final class HiddenFolders {
  /**
   * Homes, sockets of the host's daemons, the API of Fly's host (by which a worker could rewrite its metadata), mounts, and
   * what others keep in temporary folders. /tmp and /dev/shm are replaced by the run's own.
   */
  private static final List<Path> ALWAYS =
      Stream.of("/.fly", "/root", "/home", "/run", "/var/run", "/var/tmp", "/mnt", "/media").map(Path::of).toList();

  private static final List<Path> REPLACED = List.of(Path.of("/tmp"), Path.of("/dev"), Path.of("/proc"));

  /** Without these there is no bash, and nothing for it to call; folders below them may be hidden. */
  private static final List<Path> NEEDED = Stream.of("/", "/bin", "/etc", "/lib", "/lib64", "/opt", "/sbin", "/sys", "/usr",
      "/usr/bin", "/usr/lib", "/usr/lib64", "/usr/local", "/usr/local/bin", "/usr/local/lib", "/usr/sbin", "/usr/share", "/var")
      .map(Path::of).toList();

  private HiddenFolders() {}

  /** Those of this JVM: beside the usual ones its working directory, its temporary folder and where its program lies. */
  static List<Path> ofThisJvm() {
    return of(ownFolders(System.getProperty("java.class.path"), System.getProperty("user.dir"),
        System.getProperty("java.io.tmpdir")), HiddenFolders::real);
  }

  /** Where a folder really lies: /home is a link to /var/home on some computers, and nothing can be mounted on a link. */
  static Optional<Path> real(Path folder) {
    try {
      return Optional.of(folder.toRealPath()).filter(Files::isDirectory);
    } catch (IOException none) {
      return Optional.empty();
    }
  }

  private static List<Path> ownFolders(String classPath, String... others) {
    var folders = new ArrayList<Path>();
    for (var other : others) folders.add(Path.of(other).toAbsolutePath().normalize());
    for (var entry : classPath.split(File.pathSeparator)) {
      var path = Path.of(entry).toAbsolutePath().normalize();
      folders.add(entry.endsWith(".jar") && path.getParent() != null ? path.getParent() : path);
    }
    return folders;
  }

  /**
   * @param own the server's folders
   * @param real where a folder really lies; empty if there is none
   * @return those to hide, none of them in another
   */
  static List<Path> of(List<Path> own, Function<Path, Optional<Path>> real) {
    var hidden = new ArrayList<Path>();
    Stream.concat(ALWAYS.stream(), own.stream())
        .flatMap(folder -> real.apply(folder).stream())
        .sorted()
        .filter(folder -> !NEEDED.contains(folder))
        .filter(folder -> Stream.concat(REPLACED.stream(), hidden.stream()).noneMatch(folder::startsWith))
        .forEach(hidden::add);
    return hidden;
  }
}
