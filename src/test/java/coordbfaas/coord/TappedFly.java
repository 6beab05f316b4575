package coordbfaas.coord;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import coordbfaas.auth.KeyPair;
import coordbfaas.localfly.LocalFly;
import coordbfaas.localfly.LocalFlySettings;
import coordbfaas.outside.Tap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;

/** A Fly on localhost that keeps what a coordinator says to its API and to its machines. */
final class TappedFly implements AutoCloseable {
  /** A run that reached a worker. */
  record Run(String machine, String boot, String id, String script) {}

  private static final Pattern RUN = Pattern.compile("(?s)POST /run HTTP/1.1\r\n(?<head>.*?)\r\n\r\n(?<script>.*)");
  private static final Pattern MACHINE = Pattern.compile("(?i)fly-force-instance-id: (\\S+)");
  private static final Pattern CLAIMS = Pattern.compile("(?i)authorization: Bearer [^.]+\\.([^.]+)\\.");

  private final ActorTestKit kit = ActorTestKit.create("fly", ConfigFactory.load());
  private final ActorRef<LocalFly.Command> fly;
  private final Tap api;
  private final Tap flycast;

  private TappedFly() {
    var ready = kit.<LocalFly.Ready>createTestProbe();
    this.fly = kit.spawn(LocalFly.create(LocalFlySettings.ephemeral(), ready.getRef()));
    var addresses = ready.receiveMessage(Duration.ofSeconds(20));
    this.api = Tap.to(addresses.api());
    this.flycast = Tap.to(addresses.flycast());
  }

  static TappedFly start() {
    return new TappedFly();
  }

  /** What a coordinator of {@code size} machines is given to find it, with more variables. */
  Map<String, String> environment(int size, Map<String, String> more) {
    var variables = new HashMap<>(Map.of(
        "WORKER_APP", "workers", "WORKER_IMAGE", "basher", "FLY_TOKEN", "t", "FLY_MACHINE_ID", "c1",
        "FLY_API_HOSTNAME", api.address().toString(), "WORKER_URL", flycast.address().toString(),
        "PRIVATE", KeyPair.generate().privateText(),
        "POOLSIZE", Integer.toString(size), "POOL_WARM", "all"));
    variables.putAll(more);
    return variables;
  }

  /** The runs that reached workers, in order of arrival: each is the last that its connection brings. */
  List<Run> runs() {
    return flycast.askedLatestLast().stream().map(RUN::matcher).filter(Matcher::find).map(match -> {
      var head = match.group("head");
      var claims = claims(group(CLAIMS, head));
      return new Run(group(MACHINE, head), claims.path("boot").asText(), claims.path("sub").asText(), match.group("script"));
    }).toList();
  }

  /** How often the API was called to create a machine. */
  long creates() {
    return calls("POST /v1/apps/workers/machines ");
  }

  /** How often the API was called for this action of this machine. */
  long calls(String action, String machine) {
    return calls("POST /v1/apps/workers/machines/" + machine + "/" + action + " ");
  }

  /** A connection brings one call after another. */
  private long calls(String line) {
    return api.asked().stream().mapToLong(asked -> Pattern.compile(line, Pattern.LITERAL).matcher(asked).results().count()).sum();
  }

  @Override
  public void close() throws IOException {
    fly.tell(new LocalFly.Stop());
    kit.createTestProbe().expectTerminated(fly, Duration.ofSeconds(20));
    api.close();
    flycast.close();
    kit.shutdownTestKit();
  }

  private static String group(Pattern pattern, String text) {
    var match = pattern.matcher(text);
    if (!match.find()) throw new AssertionError("no " + pattern);
    return match.group(1);
  }

  private static JsonNode claims(String payload) {
    try {
      return new ObjectMapper().readTree(new String(Base64.getUrlDecoder().decode(payload), StandardCharsets.UTF_8));
    } catch (JsonProcessingException malformed) {
      throw new AssertionError(malformed);
    }
  }
}
