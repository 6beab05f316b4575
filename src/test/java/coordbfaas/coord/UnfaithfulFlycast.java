package coordbfaas.coord;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/** Stands between a coordinator and flycast, passes everything on, and tells of a run something else than what came of it. */
final class UnfaithfulFlycast implements AutoCloseable {
  /** What it does to a run. */
  enum Way {
    /** Sends the request a second time, when the first has been answered, and passes on the first answer. */
    REPEATS,
    /** The same, and both at once. */
    REPEATS_AT_ONCE,
    /** Cuts the connection when the run is over, before a byte of the answer. */
    CUTS,
    /** Answers 502 when the run is over. */
    ANSWERS_502
  }

  private static final byte[] BAD_GATEWAY =
      "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)");
  private static final int NO_ANSWER_MS = 10_000;

  private final ServerSocket listener;
  private final URI flycast;
  private final Way way;
  private final AtomicInteger sent = new AtomicInteger();

  private UnfaithfulFlycast(ServerSocket listener, URI flycast, Way way) {
    this.listener = listener;
    this.flycast = flycast;
    this.way = way;
  }

  static UnfaithfulFlycast before(URI flycast, Way way) throws IOException {
    var between = new UnfaithfulFlycast(new ServerSocket(0, 64, InetAddress.getLoopbackAddress()), flycast, way);
    Thread.ofPlatform().daemon().start(between::serve);
    return between;
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  /** How many requests for runs it sent on. */
  int sent() {
    return sent.get();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  private void serve() {
    try {
      while (true) {
        var client = listener.accept();
        Thread.ofPlatform().daemon().start(() -> serve(client));
      }
    } catch (IOException closed) {
      // the story is over
    }
  }

  private void serve(Socket client) {
    try (client) {
      var request = request(client.getInputStream());
      var isRun = new String(request, StandardCharsets.ISO_8859_1).startsWith("POST /run ");
      if (isRun) tamper(client, request);
      else client.getOutputStream().write(answer(request));
    } catch (IOException gone) {
      // so is the other side, by now
    }
  }

  private void tamper(Socket client, byte[] request) throws IOException {
    if (way == Way.REPEATS_AT_ONCE) Thread.ofPlatform().daemon().start(() -> repeat(request));
    sent.incrementAndGet();
    var answer = answer(request);
    if (way == Way.REPEATS) repeat(request);
    switch (way) {
      case REPEATS, REPEATS_AT_ONCE -> client.getOutputStream().write(answer);
      case ANSWERS_502 -> client.getOutputStream().write(BAD_GATEWAY);
      case CUTS -> client.setSoLinger(true, 0);
    }
  }

  private void repeat(byte[] request) {
    sent.incrementAndGet();
    try {
      answer(request);
    } catch (IOException refused) {
      // as it should be
    }
  }

  /** The whole answer of the real flycast, to a request that is the last of its connection. */
  private byte[] answer(byte[] request) throws IOException {
    var last = new String(request, StandardCharsets.ISO_8859_1).replaceFirst("\r\n", "\r\nConnection: close\r\n");
    try (var upstream = new Socket(flycast.getHost(), flycast.getPort())) {
      upstream.setSoTimeout(NO_ANSWER_MS);
      upstream.getOutputStream().write(last.getBytes(StandardCharsets.ISO_8859_1));
      return upstream.getInputStream().readAllBytes();
    }
  }

  private static byte[] request(InputStream in) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var length = 0;
    for (var end = -1; end < 0 || bytes.size() < end + length;) {
      var octet = in.read();
      if (octet < 0) throw new IOException("the request was cut short");
      bytes.write(octet);
      if (end >= 0 || octet != '\n') continue;
      var head = bytes.toString(StandardCharsets.ISO_8859_1);
      if (!head.endsWith("\r\n\r\n")) continue;
      end = bytes.size();
      var match = LENGTH.matcher(head);
      length = match.find() ? Integer.parseInt(match.group(1)) : 0;
    }
    return bytes.toByteArray();
  }
}
