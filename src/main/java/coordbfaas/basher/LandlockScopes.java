package coordbfaas.basher;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;

/**
 * What keeps a script from the abstract Unix sockets of others who share its network. The reaper puts it up, and passes it over
 * where it is not there.
 *
 * @see <a href="https://docs.kernel.org/userspace-api/landlock.html">Landlock</a>
 */
final class LandlockScopes {
  private LandlockScopes() {}

  /** Whether this computer's kernel has them, which its version does not tell: it may be built or started without Landlock. */
  static boolean areThere() {
    try {
      var asking = new ProcessBuilder("perl", "-e", Walls.KERNEL + "exit(scopes() ? 0 : 1);", Walls.MACHINE)
          .redirectOutput(Redirect.DISCARD).redirectError(Redirect.DISCARD).start();
      return asking.waitFor() == 0;
    } catch (IOException noPerl) {
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
