import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What people would use instead, from Debian's packages, set up to do the same job as nearly as they can: run a script that
 * comes in the body. None of them contains the script, ends it at a deadline or uses a machine once.
 */
final class Contenders implements AutoCloseable {
  /** A running server, whether it keeps connections, and the path of its scripts; the body may have to be wrapped. */
  record Contender(Program program, boolean keeps, String path, UnaryOperator<String> body) {
    Exchange run(String script) throws IOException {
      return Exchange.post(program.port(), path, body.apply(script));
    }

    Exchange run(KeptClient client, String script) throws IOException {
      return client.post(path, body.apply(script));
    }

    double perSecond(Wrk load, String script) throws IOException, InterruptedException {
      return load.perSecond(program.port(), keeps, path, body.apply(script));
    }
  }

  static final String WEBHOOK = "webhook";
  static final String BUSYBOX = "busybox httpd";
  static final String FCGIWRAP = "nginx + fcgiwrap";
  static final List<String> NAMES = List.of(WEBHOOK, BUSYBOX, FCGIWRAP);

  private static final String CGI = """
      #!/bin/bash
      printf 'Content-Type: text/plain\\r\\n\\r\\n'
      exec /bin/bash -c "$(cat)"
      """;

  /** So many scripts at a time; more wait. */
  private static final String FCGIWRAP_PROCESSES = "64";

  private final Map<String, Contender> running = new LinkedHashMap<>();
  private final List<Program> helpers = new ArrayList<>();

  /** Those that are installed here; the others are named on stderr. */
  static Contenders start(Path work) throws IOException, InterruptedException {
    return start(work, name -> true);
  }

  /** Those of them that are wanted by their names. */
  static Contenders start(Path work, Predicate<String> wanted) throws IOException, InterruptedException {
    var contenders = new Contenders();
    try {
      if (wanted.test(WEBHOOK) && installed("webhook")) contenders.webhook(work);
      if (wanted.test(BUSYBOX) && installed("busybox")) contenders.busybox(work);
      if (wanted.test(FCGIWRAP) && installed("nginx") && installed("fcgiwrap")) contenders.fcgiwrap(work);
      contenders.prove();
    } catch (IOException failure) {
      contenders.close();
      throw failure;
    }
    return contenders;
  }

  /** Each runs the script that it is sent, and not another one. */
  private void prove() throws IOException {
    for (var contender : running.entrySet()) {
      var answer = contender.getValue().run("echo hi");
      if (!answer.body().contains("hi\n")) throw new IOException(contender.getKey() + " does not run scripts: " + answer);
    }
  }

  Map<String, Contender> running() {
    return running;
  }

  private void webhook(Path work) throws IOException, InterruptedException {
    var hooks = Files.writeString(work.resolve("hooks.json"), """
        [{"id": "run", "execute-command": "/bin/bash", "include-command-output-in-response": true,
          "include-command-output-in-response-on-error": true, "incoming-payload-content-type": "application/json",
          "pass-arguments-to-command": [{"source": "string", "name": "-c"}, {"source": "payload", "name": "script"}]}]
        """);
    var port = Program.freePort();
    var program = Program.listening(port, List.of(
        path("webhook"), "-hooks", hooks.toString(), "-ip", "127.0.0.1", "-port", Integer.toString(port)));
    running.put(WEBHOOK, new Contender(program, true, "/hooks/run?", script -> "{\"script\": " + new TextNode(script) + "}"));
  }

  private void busybox(Path work) throws IOException, InterruptedException {
    var home = Files.createDirectories(work.resolve("busybox"));
    script(Files.createDirectories(home.resolve("cgi-bin")).resolve("run"));
    var port = Program.freePort();
    var program = Program.listening(port,
        List.of(path("busybox"), "httpd", "-f", "-p", "127.0.0.1:" + port, "-h", home.toString()));
    running.put(BUSYBOX, new Contender(program, false, "/cgi-bin/run", script -> script));
  }

  private void fcgiwrap(Path work) throws IOException, InterruptedException {
    var home = Files.createDirectories(work.resolve("nginx"));
    var script = script(home.resolve("run"));
    var backend = Program.freePort();
    helpers.add(Program.listening(backend, List.of(path("fcgiwrap"), "-c", FCGIWRAP_PROCESSES, "-s", "tcp:127.0.0.1:" + backend)));
    var port = Program.freePort();
    var program = nginx(home, port, """
        fastcgi_pass 127.0.0.1:%d; fastcgi_buffering off;
        fastcgi_param SCRIPT_FILENAME %s; fastcgi_param REQUEST_METHOD $request_method;
        fastcgi_param CONTENT_LENGTH $content_length; fastcgi_param CONTENT_TYPE $content_type;
        """.formatted(backend, script));
    running.put(FCGIWRAP, new Contender(program, true, "/run", text -> text));
  }

  /** An nginx that does one thing with all requests. */
  static Program nginx(Path home, int port, String location) throws IOException, InterruptedException {
    var configuration = Files.writeString(home.resolve("nginx.conf"), """
        daemon off; pid %1$s/pid; error_log %1$s/error.log; worker_processes 1; user root;
        events {}
        http {
          access_log off; client_body_temp_path %1$s/body; fastcgi_temp_path %1$s/fastcgi; proxy_temp_path %1$s/proxy;
          uwsgi_temp_path %1$s/uwsgi; scgi_temp_path %1$s/scgi;
          server { listen 127.0.0.1:%2$d; location / { %3$s } }
        }
        """.formatted(home, port, location));
    return Program.listening(port, List.of(path("nginx"), "-c", configuration.toString(), "-p", home.toString()));
  }

  private static Path script(Path path) throws IOException {
    Files.writeString(path, CGI);
    return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  static boolean installed(String name) {
    var found = places(name).anyMatch(Files::isExecutable);
    if (!found) System.err.println("bench: not installed, and left out: " + name + " (Debian: apt-get install " + name + ")");
    return found;
  }

  private static String path(String name) {
    return places(name).filter(Files::isExecutable).findFirst().orElseThrow().toString();
  }

  private static Stream<Path> places(String name) {
    return Stream.of("/usr/bin", "/usr/sbin", "/bin", "/sbin").map(directory -> Path.of(directory, name));
  }

  @Override
  public void close() throws InterruptedException {
    for (var contender : running.values()) contender.program().close();
    for (var helper : helpers) helper.close();
  }
}
