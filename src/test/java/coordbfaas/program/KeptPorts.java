package coordbfaas.program;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/** Ports for programs that others must find again after a restart, or that take no port 0. */
final class KeptPorts {
  /** Below the ports that Linux gives to those who want any: a port stays free while the program that it is for is not there. */
  private static final int FIRST = 20_000;
  private static final int END = 32_000;

  private KeptPorts() {}

  /** So many different ones that nobody listens on. */
  static List<Integer> some(int count) {
    return IntStream.generate(() -> ThreadLocalRandom.current().nextInt(FIRST, END)).distinct().filter(KeptPorts::isFree)
        .limit(count).boxed().toList();
  }

  private static boolean isFree(int port) {
    try (var listening = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return listening.isBound();
    } catch (IOException taken) {
      return false;
    }
  }
}
