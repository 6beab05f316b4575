package coordbfaas.conform;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/** What a client sends, read ahead by a thread of its own, so that its leaving is seen while it is answered. */
final class ModelInput {
  private static final byte[] END = new byte[0];

  private final LinkedBlockingQueue<byte[]> parts = new LinkedBlockingQueue<>();
  private final CompletableFuture<Void> gone = new CompletableFuture<>();
  private byte[] part = END;
  private int at;
  private boolean ended;
  private int reads;

  ModelInput(Socket socket) {
    Thread.ofPlatform().daemon().name("model-input").start(() -> readAhead(socket));
  }

  private void readAhead(Socket socket) {
    var buffer = new byte[64 * 1024];
    try {
      InputStream in = socket.getInputStream();
      for (var count = in.read(buffer); count >= 0; count = in.read(buffer)) parts.add(Arrays.copyOf(buffer, count));
    } catch (IOException reset) {
      // it is gone, this way or that
    }
    parts.add(END);
    gone.complete(null);
  }

  /** Completed when the client has closed or reset its half. */
  CompletableFuture<Void> gone() {
    return gone;
  }

  /** The next octet; -1 at the end. */
  int read() throws InterruptedException {
    while (at == part.length) {
      if (ended) return -1;
      part = parts.take();
      reads++;
      at = 0;
      ended = part.length == 0;
    }
    return part[at++] & 0xFF;
  }

  /** How many parts the input has come in, so far. */
  int reads() {
    return reads;
  }

  /** Throws away what is there. */
  void forget() {
    at = part.length;
  }
}
