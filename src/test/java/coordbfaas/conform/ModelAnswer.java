package coordbfaas.conform;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.Predicate;

/** Writes the answers of a {@link ModelServer}. */
final class ModelAnswer {
  private static final Map<Integer, String> PHRASES = Map.of(200, "OK", 400, "Bad Request", 404, "Not Found",
      405, "Method Not Allowed", 413, "Content Too Large", 431, "Request Header Fields Too Large",
      500, "Internal Server Error", 504, "Gateway Timeout");

  private final Socket socket;
  private final OutputStream out;
  private final Predicate<Fault> has;
  private boolean chunked;
  private int worker;

  ModelAnswer(Socket socket, Predicate<Fault> has) throws IOException {
    this.socket = socket;
    this.out = new BufferedOutputStream(socket.getOutputStream(), 128 * 1024);
    this.has = has;
  }

  OutputStream out() {
    return out;
  }

  // ---- errors ----

  /** @param headAlone whether the request was HEAD */
  void problem(int status, boolean last, boolean headAlone) throws IOException {
    var body = "{\"type\":\"about:blank\",\"title\":\"" + PHRASES.get(status) + "\",\"status\":" + status + "}";
    text("HTTP/1.1 " + status + " " + PHRASES.get(status) + "\r\n");
    text("Content-Type: " + (has.test(Fault.PLAIN_PROBLEMS) ? "text/plain" : "application/problem+json") + "\r\n");
    if (status == 405 && !has.test(Fault.NO_ALLOW)) text("Allow: POST\r\n");
    if (last) text("Connection: close\r\n");
    text("Content-Length: " + body.length() + "\r\n\r\n");
    if (!headAlone || has.test(Fault.BODY_AFTER_HEAD)) text(body);
    out.flush();
  }

  // ---- runs ----

  /** Whether the connection carries another answer. */
  boolean run(ModelRun run, ModelRequest request, int number, int onWorker, Future<?> clientGone)
      throws IOException, InterruptedException {
    worker = onWorker;
    var accept = request.field("Accept").orElse("");
    var json = accept.contains("application/json");
    var raw = request.query("raw").equals(Optional.of("1")) && !(json && has.test(Fault.ACCEPT_WINS));
    chunked = !request.isOld() || has.test(Fault.CHUNKS_FOR_1_0);
    var form = raw ? new ModelRaw(this, request, has)
        : json ? new ModelDocument(this, has) : new ModelEvents(this, number, has);
    var relay = new ModelRelay(run, has);
    form.begin(number);
    while (true) {
      var told = relay.next();
      if (clientGone.isDone() && !has.test(Fault.RUNS_ON_FOR_NOBODY)) return false;
      if (told.isEmpty()) form.quiet();
      else if (told.get() instanceof ModelRun.Output output) form.output(output);
      else if (told.get() instanceof ModelRun.End end) return form.end(end, relay.ms());
    }
  }

  /** One form of answer. */
  interface Form {
    void begin(int number) throws IOException;

    void output(ModelRun.Output output) throws IOException;

    void quiet() throws IOException;

    boolean end(ModelRun.End end, long ms) throws IOException;
  }

  // ---- what forms are made of ----

  void head(String type, int number) throws IOException {
    text("HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nWorker: worker-" + worker + "\r\nCoord: model\r\nRun: run-"
        + (has.test(Fault.SAME_RUN_ID) ? 0 : number) + "\r\nCache-Control: no-store\r\n");
    if (!has.test(Fault.MAY_BE_BUFFERED)) text("X-Accel-Buffering: no\r\n");
    text((chunked ? "Transfer-Encoding: chunked" : "Connection: close") + "\r\n\r\n");
    out.flush();
  }

  void part(byte[] bytes) throws IOException {
    if (bytes.length == 0) return;
    if (chunked) text(Integer.toHexString(bytes.length) + "\r\n");
    out.write(bytes);
    if (chunked) text("\r\n");
    out.flush();
  }

  void part(String text) throws IOException {
    part(text.getBytes(StandardCharsets.UTF_8));
  }

  /** @param trailers lines, each with its CR LF */
  boolean last(String trailers) throws IOException {
    if (chunked && has.test(Fault.NO_LAST_CHUNK)) return false;
    if (chunked) text("0\r\n" + trailers + "\r\n");
    out.flush();
    return true;
  }

  boolean reset() throws IOException {
    socket.setSoLinger(true, 0);
    return false;
  }

  /** Ends the connection from another thread, whatever is being written. */
  void cut() {
    try {
      reset();
      socket.close();
    } catch (IOException ended) {
      // it has ended already
    }
  }

  private void text(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
