package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.auth.KeyPair;
import coordbfaas.auth.WorkerToken;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A worker, asked for a run,")
@Timeout(60)
class BasherTokensTest {
  private static final byte[] SCRIPT = "echo hi".getBytes(StandardCharsets.UTF_8);
  private static final byte[] OTHER_SCRIPT = "echo ho".getBytes(StandardCharsets.UTF_8);
  private static final Duration VALIDITY = Duration.ofSeconds(30);

  private final Worker worker = Worker.boot();

  /** A token that is no good, made from the boot id of the worker and from a good token. */
  interface Forgery {
    String of(String boot, String good) throws Exception;
  }

  record BadToken(String what, Forgery forgery) {
    @Override
    public String toString() {
      return what;
    }
  }

  static Stream<BadToken> badTokens() {
    return Stream.of(
        new BadToken("that is none", (boot, good) -> "x"),
        new BadToken("without its signature", (boot, good) -> unsigned(good) + "."),
        new BadToken("with another signature", (boot, good) -> unsigned(good) + "." + base64(new byte[64])),
        new BadToken("with other claims",
            (boot, good) -> part(good, 0) + "." + base64(claims(good).replace("60000", "90000")) + "." + part(good, 2)),
        new BadToken("of another coordinator",
            (boot, good) -> token(Worker.MACHINE, boot, SCRIPT).sign(KeyPair.generate(), Instant.now(), VALIDITY).text()),
        new BadToken("for another machine", (boot, good) -> signed(token("m2", boot, SCRIPT))),
        new BadToken("for another boot", (boot, good) -> signed(token(Worker.MACHINE, "b2", SCRIPT))),
        new BadToken("for another script", (boot, good) -> signed(token(Worker.MACHINE, boot, OTHER_SCRIPT))),
        new BadToken("that has expired", (boot, good) ->
            token(Worker.MACHINE, boot, SCRIPT).sign(Worker.KEYS, Instant.now().minusSeconds(60), VALIDITY).text()),
        new BadToken("of an operator that is older than the worker",
            (boot, good) -> new WorkerToken(Worker.MACHINE, "r1", Worker.LIMITS, Optional.empty(), Optional.empty())
                .sign(Worker.KEYS, Instant.now().minusSeconds(60), Duration.ofMinutes(5)).text()),
        new BadToken("of no algorithm", (boot, good) -> base64("{\"alg\":\"none\"}") + "." + part(good, 1) + "."),
        new BadToken("signed with the public key as a secret",
            (boot, good) -> hs256(base64("{\"alg\":\"HS256\"}") + "." + part(good, 1))));
  }

  @AfterEach
  void leavesNothing() {
    worker.close();
  }

  @ParameterizedTest
  @MethodSource("badTokens")
  void refusesATokenAndSaysNothingOfWhy(BadToken bad) throws Exception {
    var token = bad.forgery().of(worker.bootId(), worker.token(SCRIPT));
    var answer = worker.isRefused(401, SCRIPT, "text/plain", token);
    assertThat(answer.body())
        .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Unauthorized\",\"status\":401,\"detail\":\"no valid token\"}\n");
    assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    worker.isStillFresh();
  }

  @Test
  void refusesWhatBringsNoToken() throws Exception {
    for (var header : new String[] {"X-Authorization: Bearer x", "Authorization: Basic eDp5", "Authorization: Bearer "}) {
      var name = header.substring(0, header.indexOf(':'));
      worker.isRefused(401, "/run", HttpRequest.newBuilder().header(name, header.substring(name.length() + 2))
          .POST(HttpRequest.BodyPublishers.ofByteArray(SCRIPT)));
    }
    worker.isStillFresh();
  }

  @Test
  void takesAnOperatorsTokenForAnyScript() throws Exception {
    var token = new WorkerToken(Worker.MACHINE, "r1", Worker.LIMITS, Optional.empty(), Optional.empty());
    var answer = worker.start(SCRIPT, "text/plain", signed(token));
    answer.readToEnd();
    assertThat(answer.stdout()).isEqualTo("hi\n");
  }

  @Test
  void takesATokenOnceOnly() throws Exception {
    var script = "echo hi; sleep 1000".getBytes(StandardCharsets.UTF_8);
    var token = worker.token(script);
    var first = worker.start(script, "text/plain", token);
    worker.isRefused(409, script, "text/plain", token);
    first.leave();
    worker.ends();
  }

  @Test
  void refusesABadTokenAsSuchWhileARunGoesOn() throws Exception {
    worker.start("sleep 1000");
    worker.isRefused(401, SCRIPT, "text/plain", "x");
  }

  private static WorkerToken token(String machine, String boot, byte[] script) {
    return new WorkerToken(machine, "r1", Worker.LIMITS, Optional.of(boot), Optional.of(WorkerToken.sha256(script)));
  }

  private static String signed(WorkerToken token) {
    return token.sign(Worker.KEYS, Instant.now(), VALIDITY).text();
  }

  private static String part(String token, int part) {
    return token.split("\\.")[part];
  }

  private static String unsigned(String token) {
    return token.substring(0, token.lastIndexOf('.'));
  }

  private static String claims(String token) {
    return new String(Base64.getUrlDecoder().decode(part(token, 1)), StandardCharsets.UTF_8);
  }

  private static String hs256(String unsigned) throws Exception {
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(Base64.getUrlDecoder().decode(Worker.KEYS.publicText()), "HmacSHA256"));
    return unsigned + "." + base64(mac.doFinal(unsigned.getBytes(StandardCharsets.US_ASCII)));
  }

  private static String base64(String text) {
    return base64(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
