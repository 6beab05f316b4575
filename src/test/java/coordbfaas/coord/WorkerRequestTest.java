package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.auth.KeyPair;
import coordbfaas.auth.TokenCheck;
import coordbfaas.auth.WorkerToken;
import coordbfaas.pool.Grant;
import coordbfaas.pool.WorkerName;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What goes to a worker")
class WorkerRequestTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00.700Z");
  private static final KeyPair KEYS = KeyPair.generate();
  private static final Grant GRANT = new Grant(new WorkerName("pool", 3), "m1", "b1", 17);
  private static final ByteString SCRIPT = ByteString.fromString("echo \u00e4\n");

  @Test
  void isAPostWithTheBodyVerbatim() {
    var request = sent(SCRIPT, false);
    assertThat(request.method().value()).isEqualTo("POST");
    assertThat(request.getUri().toString()).isEqualTo("/run");
    assertThat(body(request)).isEqualTo(SCRIPT);
  }

  @Test
  void saysWhetherTheBodyIsJsonAndNothingElseOfTheClients() {
    assertThat(sent(ByteString.fromString("{\"script\":\"x\"}"), true).entity().getContentType().toString())
        .isEqualTo("application/json");
    assertThat(sent(SCRIPT, false).entity().getContentType().toString()).isEqualTo("application/octet-stream");
  }

  @Test
  void hasFourHeadersAlone() {
    var names = new TreeSet<String>();
    sent(SCRIPT, false).getHeaders().forEach(header -> names.add(header.lowercaseName()));
    assertThat(names).containsExactly("accept", "authorization", "connection", "fly-force-instance-id");
    assertThat(sent(SCRIPT, false).getHeader("fly-force-instance-id").orElseThrow().value()).isEqualTo("m1");
    assertThat(sent(SCRIPT, false).getHeader("accept").orElseThrow().value())
        .isEqualTo("application/vnd.coordbfaas.events, text/event-stream");
  }

  @Test
  void bearsATokenForItsMachineItsBootAndItsScript() {
    var token = ((TokenCheck.Valid) check("m1", "b1", SCRIPT, NOW)).token();
    assertThat(token.machine()).isEqualTo("m1");
    assertThat(token.run()).isEqualTo("r1");
    assertThat(token.boot()).contains("b1");
    assertThat(token.scriptSha256()).contains(WorkerToken.sha256(SCRIPT.toArray()));
    assertThat(token.limits().outputBytes()).isEqualTo(1234);
  }

  @Test
  void isOfNoUseElsewhere() {
    assertThat(check("m2", "b1", SCRIPT, NOW)).isInstanceOf(TokenCheck.Refused.class);
    assertThat(check("m1", "b2", SCRIPT, NOW)).isInstanceOf(TokenCheck.Refused.class);
    assertThat(check("m1", "b1", ByteString.fromString("echo o"), NOW)).isInstanceOf(TokenCheck.Refused.class);
    assertThat(check("m1", "b1", SCRIPT, NOW.plusSeconds(60))).isInstanceOf(TokenCheck.Refused.class);
  }

  @Test
  void allowsNoMoreThanTheTimeThatIsLeft() {
    assertThat(limitMs(acceptedFourSecondsAgo(Duration.ofSeconds(10)))).isBetween(1L, 6_000L);
  }

  @Test
  void allowsAMillisecondWhenNoneIsLeft() {
    assertThat(limitMs(acceptedFourSecondsAgo(Duration.ofSeconds(1)))).isEqualTo(1);
  }

  private static RunOrder acceptedFourSecondsAgo(Duration time) {
    return new RunOrder("r1", SCRIPT, false, new AnswerForm.Events(), time, System.nanoTime() - 4_000_000_000L);
  }

  private static HttpRequest sent(ByteString body, boolean json) {
    var order = new RunOrder("r1", body, json, new AnswerForm.Events(), Duration.ofSeconds(10), System.nanoTime());
    return WorkerRequest.of(order, GRANT, KEYS, 1234, NOW);
  }

  private static TokenCheck.Verdict check(String machine, String boot, ByteString body, Instant now) {
    return check(sent(SCRIPT, false), machine, boot, body, now);
  }

  private static TokenCheck.Verdict check(HttpRequest request, String machine, String boot, ByteString body, Instant now) {
    var authorization = request.getHeader("authorization").orElseThrow().value();
    assertThat(authorization).startsWith("Bearer ");
    var verdict = new TokenCheck(KEYS.publicKey(), machine, boot, NOW).check(authorization.substring("Bearer ".length()), now);
    return verdict instanceof TokenCheck.Valid valid && !valid.isFor(body.toArray())
        ? new TokenCheck.Refused("for another script") : verdict;
  }

  private static long limitMs(RunOrder order) {
    var verdict = check(WorkerRequest.of(order, GRANT, KEYS, 1234, NOW), "m1", "b1", SCRIPT, NOW);
    return Optional.of((TokenCheck.Valid) verdict).orElseThrow().token().limits().ms();
  }

  private static ByteString body(HttpRequest request) {
    var kit = ActorTestKit.create();
    try {
      return request.entity().toStrict(5_000, kit.system()).toCompletableFuture().join().getData();
    } finally {
      kit.shutdownTestKit();
    }
  }
}
