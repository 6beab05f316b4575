package coordbfaas.outside;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

/** Passes connections on to a server, byte by byte and both ways, and keeps what was asked, in order of arrival. */
public final class Tap implements AutoCloseable {
  private final ServerSocket listener;
  private final URI server;
  private final List<Asked> asked = new CopyOnWriteArrayList<>();

  /** What came through one connection. */
  private static final class Asked extends ByteArrayOutputStream {
    private volatile long latestNanos;

    @Override
    public synchronized void write(byte[] bytes, int from, int count) {
      super.write(bytes, from, count);
      latestNanos = System.nanoTime();
    }
  }

  private Tap(ServerSocket listener, URI server) {
    this.listener = listener;
    this.server = server;
  }

  public static Tap to(URI server) {
    try {
      var tap = new Tap(new ServerSocket(0, 64, InetAddress.getByName("127.0.0.1")), server);
      Thread.ofPlatform().daemon().start(tap::serve);
      return tap;
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  public URI address() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  /** What came through each connection so far, the oldest connection first. */
  public List<String> asked() {
    return asked.stream().map(bytes -> bytes.toString(StandardCharsets.UTF_8)).toList();
  }

  /** What came through each connection so far, in the order in which each said its last. */
  public List<String> askedLatestLast() {
    return asked.stream().sorted(Comparator.comparingLong(said -> said.latestNanos))
        .map(bytes -> bytes.toString(StandardCharsets.UTF_8)).toList();
  }

  /** What came through each connection since {@link #asked} told {@code before}. */
  public List<String> askedSince(List<String> before) {
    var now = asked();
    return IntStream.range(0, now.size())
        .mapToObj(number -> number < before.size() ? now.get(number).substring(before.get(number).length()) : now.get(number)).toList();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  private void serve() {
    try {
      while (true) {
        var client = listener.accept();
        var bytes = new Asked();
        asked.add(bytes);
        Thread.ofPlatform().daemon().start(() -> join(client, bytes));
      }
    } catch (IOException closed) {
      // the story is over
    }
  }

  private void join(Socket client, OutputStream bytes) {
    try (client; var upstream = new Socket(server.getHost(), server.getPort())) {
      Thread.ofPlatform().daemon().start(() -> pass(upstream, client, OutputStream.nullOutputStream()));
      pass(client, upstream, bytes);
    } catch (IOException gone) {
      // so is the other side, by now
    }
  }

  /** The end of either side is the end of both: no server of ours expects a half-close. */
  private static void pass(Socket from, Socket to, OutputStream copy) {
    try (from; to) {
      InputStream in = from.getInputStream();
      var buffer = new byte[16 * 1024];
      for (var read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        copy.write(buffer, 0, read);
        to.getOutputStream().write(buffer, 0, read);
      }
    } catch (IOException gone) {
      // both are closed now
    }
  }
}
