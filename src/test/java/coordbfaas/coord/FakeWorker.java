package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.outside.Eventually;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

/** A worker whose answers are written by hand, byte by byte, on a port of its own. */
final class FakeWorker implements AutoCloseable {
  /** Answers one request; what it leaves open stays open until the other side has left. */
  interface Answering {
    void answer(Connection connection) throws IOException;
  }

  /** One connection, whose request has been read. */
  record Connection(Socket socket, OutputStream out) {
    Connection say(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
      return this;
    }

    /** A chunk of a chunked body. */
    Connection chunk(String text) throws IOException {
      return say(Integer.toHexString(text.getBytes(StandardCharsets.UTF_8).length) + "\r\n" + text + "\r\n");
    }

    void close() throws IOException {
      socket.close();
    }

    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }
  }

  private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: (\\d+)\r\n");

  private final ServerSocket server;
  private final Answering answering;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Void> left = new CompletableFuture<>();

  private FakeWorker(ServerSocket server, Answering answering) {
    this.server = server;
    this.answering = answering;
  }

  static FakeWorker that(Answering answering) {
    try {
      var worker = new FakeWorker(new ServerSocket(0, 16, InetAddress.getLoopbackAddress()), answering);
      Thread.ofVirtual().start(worker::serve);
      return worker;
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  /** The requests that it got, head and body. */
  List<String> requests() {
    return requests;
  }

  /** Returns when it has a request. */
  void isAsked() {
    Eventually.eventually("the worker has a request", () -> !requests.isEmpty());
  }

  /** Returns when the other side has closed or reset its connection. */
  void isLeft() {
    Eventually.await(left);
  }

  void wasAskedOnce() {
    assertThat(requests).hasSize(1);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }

  private void serve() {
    try {
      while (true) {
        var socket = server.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException closed) {
      // the story is over
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      requests.add(request(socket));
      answering.answer(new Connection(socket, socket.getOutputStream()));
      while (socket.getInputStream().read() >= 0) {
        // whatever it says, it is still there
      }
      left.complete(null);
    } catch (IOException reset) {
      left.complete(null);
    }
  }

  private static String request(Socket socket) throws IOException {
    var bytes = new ByteArrayOutputStream();
    while (!bytes.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) bytes.write(socket.getInputStream().read());
    var length = LENGTH.matcher(bytes.toString(StandardCharsets.ISO_8859_1));
    if (length.find()) bytes.write(socket.getInputStream().readNBytes(Integer.parseInt(length.group(1))));
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
