import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One client that keeps its connection from request to request, as far as the server does. Times are in milliseconds since a
 * request was sent: on a connection that stands, whether it is the last one or had to be made.
 */
final class KeptClient implements AutoCloseable {
  private static final int LINE_MAX = 16 * 1024;

  private final int port;
  private Socket socket;
  private InputStream in;

  KeptClient(int port) {
    this.port = port;
  }

  Exchange post(String path, String script) throws IOException {
    return post(path, "", script);
  }

  /** @param headers more of them, each with its end of line */
  Exchange post(String path, String headers, String script) throws IOException {
    connect();
    var begun = System.nanoTime();
    var goesOn = false;
    try {
      socket.getOutputStream().write(Exchange.request(path, "Connection: keep-alive\r\n" + headers, script));
      var status = Integer.parseInt(line().substring(9, 12));
      var head = head();
      var body = new ByteArrayOutputStream();
      var first = body(head, begun, body);
      goesOn = isFramed(head) && !head.getOrDefault("connection", "").equalsIgnoreCase("close");
      return new Exchange(status, first, Exchange.since(begun), body.toString(StandardCharsets.ISO_8859_1));
    } finally {
      if (!goesOn) close();
    }
  }

  /** Makes its connection, if there is none. */
  void connect() throws IOException {
    if (socket != null) return;
    socket = new Socket();
    socket.setTcpNoDelay(true);
    socket.connect(new InetSocketAddress("127.0.0.1", port), 5000);
    in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
  }

  private Map<String, String> head() throws IOException {
    var head = new HashMap<String, String>();
    for (var line = line(); !line.isEmpty(); line = line()) {
      var colon = line.indexOf(':');
      head.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    return head;
  }

  private static boolean isFramed(Map<String, String> head) {
    return head.containsKey("transfer-encoding") || head.containsKey("content-length");
  }

  /** Reads it to its end; when its first byte came, NaN if it has none. */
  private double body(Map<String, String> head, long begun, ByteArrayOutputStream body) throws IOException {
    var first = Double.NaN;
    if (!isFramed(head)) {
      var byteRead = in.read();
      if (byteRead < 0) return first;
      first = Exchange.since(begun);
      body.write(byteRead);
      in.transferTo(body);
      return first;
    }
    var isChunked = head.containsKey("transfer-encoding");
    var left = isChunked ? chunkBytes() : Integer.parseInt(head.get("content-length"));
    while (left > 0) {
      var bytes = in.readNBytes(left);
      if (bytes.length < left) throw new EOFException("an answer cut short");
      if (Double.isNaN(first)) first = Exchange.since(begun);
      body.writeBytes(bytes);
      if (isChunked) line();
      left = isChunked ? chunkBytes() : 0;
    }
    if (isChunked) head(); // trailers
    return first;
  }

  private int chunkBytes() throws IOException {
    return Integer.parseInt(line().split(";")[0].strip(), 16);
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (var next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) throw new EOFException("an answer cut short");
      if (line.length() > LINE_MAX) throw new IOException("a line without end");
      if (next != '\r') line.append((char) next);
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    if (socket != null) socket.close();
    socket = null;
  }
}
