package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import coordbfaas.machines.FlyToken;
import coordbfaas.machines.MachinesSettings;
import coordbfaas.machines.Pace;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The one test of a log line: to say it is all that the check does. */
@DisplayName("The check of network policies")
@Timeout(60)
class PolicyCheckTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      200 | []                     | 1
      200 | {"policies":null}      | 1
      200 | [{"name":"lockdown"}]  | 0
      403 | {"error":"no"}         | 0""")
  void asksOnceSaysLoudlyThatThereIsNoneAndEnds(int status, String body, int warnings) throws Exception {
    var asked = new CopyOnWriteArrayList<String>();
    var api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api.createContext("/", exchange -> {
      asked.add(exchange.getRequestURI().getPath());
      var answer = body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, answer.length);
      exchange.getResponseBody().write(answer);
      exchange.close();
    });
    api.start();
    var kit = ActorTestKit.create();
    try {
      var settings = new MachinesSettings(URI.create("http://127.0.0.1:" + api.getAddress().getPort()), "app", new FlyToken("t"), "",
          new MachinesSettings.Manner(LONG, LONG, Pace.OFF));
      LoggingTestKit.warn("NO NETWORK POLICY app=app").withOccurrences(warnings).expect(kit.system(), () -> {
        var check = kit.spawn(PolicyCheck.create(settings));
        kit.createTestProbe().expectTerminated(check, LONG);
        return null;
      });
      assertThat(asked).isEqualTo(List.of("/v1/apps/app/network_policies/"));
    } finally {
      kit.shutdownTestKit();
      api.stop(0);
    }
  }
}
