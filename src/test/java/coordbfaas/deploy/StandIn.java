package coordbfaas.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/**
 * A computer whose PATH has a stand-in for fly, with its state in a folder, and Fly's API for network policies, reached by curl
 * itself. The scripts of deploy/ run on it as processes of their own.
 */
final class StandIn implements AutoCloseable {
  static final String PRIVATE_KEY = "private-key-0af7";
  static final String DEPLOY_TOKEN = "FlyV1 fm2_deploy,fo1_0af7==";
  static final String POLICY_TOKEN = "FlyV1 fm2_policy,fo1_0af7==";

  /** What a process said and how it ended; {@code out} is stdout, {@code said} all of it. */
  record Ended(int exitCode, List<String> out, String said) {}

  /** A request for the network policies. */
  record PolicyCall(String method, String path, String authorization, String body) {}

  final List<PolicyCall> policyCalls = new CopyOnWriteArrayList<>();
  private volatile int policyStatus = 200;
  private final List<String> policies = new CopyOnWriteArrayList<>();
  private final Path folder;
  private final Path bin;
  private final HttpServer api;
  private final Map<String, String> environment = new HashMap<>();

  StandIn(Path folder) throws IOException {
    this.folder = folder;
    bin = Files.createDirectories(folder.resolve("bin"));
    Files.createDirectories(folder.resolve("state/apps"));
    for (var program : List.of("fly", "curl", "bfaas")) install(program);
    api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api.createContext("/", this::answer);
    api.start();
    environment.putAll(Map.of(
        "PATH", bin + ":" + System.getenv("PATH"), "PATH_OF_CURL", System.getenv("PATH"), "STATE", folder.resolve("state").toString(),
        "BFAAS", bin.resolve("bfaas").toString(), "TMPDIR", Files.createDirectories(folder.resolve("tmp")).toString(),
        "FLY_API_HOSTNAME", "http://127.0.0.1:" + api.getAddress().getPort(), "DEPLOY_PAUSE", "0.05"));
    environment.putAll(Map.of(
        "PUBLIC_KEY", "public-key", "PRIVATE_KEY", PRIVATE_KEY, "DEPLOY_TOKEN", DEPLOY_TOKEN, "POLICY_TOKEN", POLICY_TOKEN));
  }

  private void install(String program) throws IOException {
    var installed = bin.resolve(program);
    try (InputStream script = StandIn.class.getResourceAsStream(program)) {
      Files.copy(script, installed);
    }
    assertThat(installed.toFile().setExecutable(true)).isTrue();
  }

  /** Without a program, wherever it is on the real PATH. */
  StandIn without(String program) throws IOException {
    var few = Files.createDirectories(folder.resolve("few"));
    for (var name : Stream.of("bash", "sed", "grep", "dirname", "curl", "fly", "wc", "date").filter(name -> !name.equals(program)).toList()) {
      var real = Stream.of(System.getenv("PATH").split(":")).map(path -> Path.of(path, name)).filter(Files::isExecutable).findFirst();
      Files.createSymbolicLink(few.resolve(name), Files.exists(bin.resolve(name)) ? bin.resolve(name) : real.orElseThrow());
    }
    environment.put("PATH", few.toString());
    return this;
  }

  StandIn with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** Its API says this to whoever asks for network policies. */
  StandIn withPolicyStatus(int status) {
    policyStatus = status;
    return this;
  }

  StandIn loggedOut() {
    write("logged-out", "");
    return this;
  }

  /** Puts machines with an image into an app, as coordinators would. */
  StandIn withWorkers(String app, int machines, String image) {
    for (int slot = 0; slot < machines; slot++) {
      write("apps/" + app + "/machines",
          "{\"id\": \"e%d\", \"name\": \"worker-c1-%d\", \"config\": {\"image\": \"%s\"}}\n".formatted(slot, slot, image));
    }
    return this;
  }

  StandIn withPublicAddress(String app) {
    write("apps/" + app + "/ips", "{\"Address\": \"2a09::1\", \"Type\": \"v6\"}\n");
    return this;
  }

  StandIn withoutAddresses(String app) throws IOException {
    Files.delete(folder.resolve("state/apps/" + app + "/ips"));
    return this;
  }

  /** The machine of an app was made, and does not start. */
  StandIn withAMachineThatDoesNotStart(String app) {
    write("apps/" + app + "/machines", "{\"id\": \"17811953c92e18\", \"name\": \"quiet-sun-1\", \"state\": \"stopped\"}\n");
    return this;
  }

  Ended runs(String script, String... arguments) throws IOException, InterruptedException {
    var builder = new ProcessBuilder(Stream.concat(Stream.of("/bin/bash", script), Stream.of(arguments)).toList());
    var errors = folder.resolve("stderr");
    builder.environment().clear();
    builder.environment().putAll(environment);
    var process = builder.redirectError(errors.toFile()).start();
    process.getOutputStream().close();
    try (var output = process.getInputStream()) {
      var out = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      return new Ended(process.waitFor(), out.lines().toList(), out + Files.readString(errors));
    } finally {
      process.destroyForcibly();
    }
  }

  /** The calls since it was asked last, as bash would quote them. */
  List<String> calls() throws IOException {
    var file = folder.resolve("state/calls");
    var calls = Files.exists(file) ? Files.readAllLines(file) : List.<String>of();
    Files.deleteIfExists(file);
    return calls;
  }

  String state(String file) throws IOException {
    return Files.readString(folder.resolve("state").resolve(file)).strip();
  }

  /** Each file that is there, the stand-ins themselves aside, with what stands in it. */
  Map<Path, String> files() throws IOException {
    var files = new HashMap<Path, String>();
    try (var paths = Files.walk(folder)) {
      for (var path : paths.filter(Files::isRegularFile).filter(path -> !path.startsWith(bin)).toList())
        files.put(folder.relativize(path), Files.readString(path));
    }
    return files;
  }

  List<String> policies() {
    return new ArrayList<>(policies);
  }

  private void write(String file, String text) {
    try {
      var path = folder.resolve("state").resolve(file);
      Files.createDirectories(path.getParent());
      Files.writeString(path, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      policyCalls.add(new PolicyCall(exchange.getRequestMethod(), exchange.getRequestURI().getPath(),
          exchange.getRequestHeaders().getFirst("Authorization"), body));
      if (exchange.getRequestMethod().equals("POST")) policies.add(body);
      var answer = (policyStatus == 200 ? "[" + String.join(",", policies) + "]" : "{\"error\":\"no policies\"}")
          .getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(exchange.getRequestMethod().equals("POST") ? 200 : policyStatus, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  @Override
  public void close() {
    api.stop(0);
  }
}
