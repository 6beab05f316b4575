package coordbfaas.program;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that writes its request byte by byte and leaves as it likes. */
public final class RawClient implements AutoCloseable {
  private final Socket socket;
  private final InetSocketAddress server;

  private RawClient(Socket socket, InetSocketAddress server) {
    this.socket = socket;
    this.server = server;
  }

  public static RawClient connect(InetSocketAddress server) throws IOException {
    var socket = new Socket(InetAddress.getByName("127.0.0.1"), server.getPort());
    socket.setSoTimeout(30_000);
    return new RawClient(socket, server);
  }

  /** Sends a script as curl would, with more header lines if there are any. */
  public RawClient post(String script, String... headers) throws IOException {
    return postTo("127.0.0.1:" + server.getPort(), script, headers);
  }

  /** As {@link #post}, under another name of the server. */
  public RawClient postTo(String host, String script, String... headers) throws IOException {
    var head = new StringBuilder("POST /run HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: "
        + script.getBytes(StandardCharsets.UTF_8).length + "\r\n");
    for (var header : headers) head.append(header).append("\r\n");
    return say(head + "\r\n" + script);
  }

  public RawClient say(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().flush();
    return this;
  }

  /** The status line and the headers of an answer. */
  public String head() throws IOException {
    var head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
      var octet = socket.getInputStream().read();
      if (octet < 0) throw new IOException("closed after: " + head);
      head.write(octet);
    }
    return head.toString(StandardCharsets.US_ASCII);
  }

  public void closeCleanly() throws IOException {
    socket.close();
  }

  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  public void halfClose() throws IOException {
    socket.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
