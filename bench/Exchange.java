import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;

/**
 * One request on a connection of its own, timed at the byte. Times are in milliseconds since the connection was begun.
 *
 * @param status of the answer
 * @param first when the first byte after the head came
 * @param end when the connection ended
 * @param body as it came, with the marks of its chunks; empty for whoever listened to it
 */
record Exchange(int status, double first, double end, String body) {
  private static final int HEAD_MAX = 64 * 1024;

  static Exchange post(int port, String path, String script) throws IOException {
    return post(port, path, "", script);
  }

  /** @param headers more of them, each with its end of line */
  static Exchange post(int port, String path, String headers, String script) throws IOException {
    var body = new ByteArrayOutputStream();
    var seen = post(port, path, headers, script, (bytes, ms) -> body.writeBytes(bytes));
    return new Exchange(seen.status, seen.first, seen.end, body.toString(StandardCharsets.ISO_8859_1));
  }

  /** @param heard is told what came, and when */
  static Exchange post(int port, String path, String script, BiConsumer<byte[], Double> heard) throws IOException {
    return post(port, path, "", script, heard);
  }

  private static Exchange post(int port, String path, String headers, String script, BiConsumer<byte[], Double> heard)
      throws IOException {
    var begun = System.nanoTime();
    try (var socket = new Socket()) {
      socket.setTcpNoDelay(true);
      socket.connect(new InetSocketAddress("127.0.0.1", port), 5000);
      socket.getOutputStream().write(request(path, "Connection: close\r\n" + headers, script));
      return read(socket.getInputStream(), begun, heard);
    }
  }

  static void send(OutputStream out, String path, String script) throws IOException {
    out.write(request(path, "Connection: close\r\n", script));
  }

  /** @param headers of which {@code Connection} is one, each with its end of line */
  static byte[] request(String path, String headers, String script) {
    var body = script.getBytes(StandardCharsets.UTF_8);
    var head = "POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers
        + "Content-Type: application/octet-stream\r\nContent-Length: " + body.length + "\r\n\r\n";
    var request = new ByteArrayOutputStream();
    request.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
    request.writeBytes(body);
    return request.toByteArray();
  }

  private static Exchange read(InputStream in, long begun, BiConsumer<byte[], Double> heard) throws IOException {
    var head = new StringBuilder();
    var buffer = new byte[256 * 1024];
    var first = Double.NaN;
    var headIsOver = false;
    for (var read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      var ms = since(begun);
      var from = 0;
      if (!headIsOver) {
        head.append(new String(buffer, 0, read, StandardCharsets.ISO_8859_1));
        var end = head.indexOf("\r\n\r\n");
        if (end < 0 && head.length() > HEAD_MAX) throw new IOException("a head without end");
        if (end < 0) continue;
        headIsOver = true;
        from = read - (head.length() - end - 4);
      }
      if (from == read) continue;
      if (Double.isNaN(first)) first = ms;
      heard.accept(java.util.Arrays.copyOfRange(buffer, from, read), ms);
    }
    if (head.length() < 12) throw new IOException("no answer");
    return new Exchange(Integer.parseInt(head.substring(9, 12)), first, since(begun), "");
  }

  static double since(long nanos) {
    return (System.nanoTime() - nanos) / 1e6;
  }
}
