package coordbfaas.outside;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;

/** Who listens on a port of this computer. */
public final class Listener {
  private Listener() {}

  /**
   * Returns when nobody listens there. A listener that this JVM has closed may live on for a moment: a process that is being started
   * meanwhile, for whatever test, has all of the JVM's descriptors until it becomes its program.
   */
  public static void isGone(InetSocketAddress address) {
    Eventually.eventually("nobody listens on " + address, () -> isRefused(address));
  }

  /** A connection from the very port that it is to reach, which the kernel may pick, is one to itself. */
  private static boolean isRefused(InetSocketAddress address) throws IOException {
    try (var socket = new Socket(address.getAddress(), address.getPort())) {
      return socket.getLocalPort() == address.getPort();
    } catch (ConnectException refused) {
      return true;
    } catch (SocketException reset) {
      return false;
    }
  }
}
