package coordbfaas.localfly;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.machines.FlyToken;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The admin port")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdminRoutesTest {
  private final FlyOverHttp fly = FlyOverHttp.withAdmin();

  @AfterAll
  void close() {
    fly.close();
  }

  @Test
  void listsAddsAndRemovesFaults() {
    fly.admin("DELETE", "/faults", "").is(204);
    var first = fly.happens("start still-active times=3");
    var second = fly.happens("get on=m1 answers=1s for=1m");
    var faults = fly.admin("GET", "/faults", "").is(200).body();
    assertThat(faults).hasSize(2);
    assertThat(faults.path(0).path("number").asLong()).isEqualTo(first);
    assertThat(faults.path(0).path("fault").asText()).isEqualTo("start still-active times=3");
    assertThat(faults.path(0).path("left").asInt()).isEqualTo(3);
    assertThat(faults.path(1).path("until").asText()).isNotEmpty();

    fly.admin("DELETE", "/faults/" + first, "").is(204);
    fly.admin("DELETE", "/faults/" + first, "").is(404);
    assertThat(fly.admin("GET", "/faults", "").is(200).body()).hasSize(1)
        .allSatisfy(fault -> assertThat(fault.path("number").asLong()).isEqualTo(second));
    fly.admin("DELETE", "/faults", "").is(204);
    assertThat(fly.admin("GET", "/faults", "").is(200).body()).isEmpty();
  }

  @Nested
  @DisplayName("refuses")
  class Refuses {
    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource(delimiter = '|', textBlock = """
        POST   | /faults         | {"fault":"start x"}      | fault: x (expected: one of
        POST   | /faults         | {"fault":"boot quota"}   | fault: boot (expected: any
        POST   | /faults         | {"fault":3}              | fault: missing (expected: a text)
        POST   | /faults         | {"fault"                 | the body is not JSON
        POST   | /faults         | []                       | the body is not a JSON object
        DELETE | /faults/x       | {}                       | fault: x (expected: a number)
        POST   | /api/refuse     | {"for":"soon"}           | soon (expected: a duration
        POST   | /api/refuse     | {"for":"-1s"}            | for: -1s (expected: a duration from 0 to 1h)
        POST   | /lag            | {}                       | time: missing (expected: a text)
        POST   | /lag            | {"time":"2h"}            | time: 2h (expected: a duration from 0 to 1h)
        POST   | /machines/m/host-status | {"status":"ill"} | status: ill (expected: ok or unknown or unreachable)
        GET    | /log?last=all   | {}                       | last: all (expected: a whole number)
        """)
    void whatIsMalformedAndSaysWhatWasExpected(String method, String path, String body, String detail) {
      assertThat(fly.admin(method, path, body).is(400).text("detail")).startsWith(detail);
    }

    @Test
    void whatAWebPageMayHaveSent() {
      fly.admin("GET", "/faults", "", "origin", "http://evil.example").is(403);
      fly.admin("GET", "/faults", "", "origin", "null").is(403);
      fly.admin("GET", "/faults", "", "sec-fetch-site", "cross-site").is(403);
    }

    @Test
    void aCallerWithoutTheToken() {
      try (var guarded = new FlyOverHttp(LocalFlySettings.ephemeral().withAdmin().withToken(new FlyToken("secret")))) {
        guarded.admin("GET", "/faults", "").is(401);
        guarded.admin("GET", "/faults", "", "authorization", "Bearer other").is(401);
        guarded.admin("GET", "/faults", "", "authorization", "Bearer secret").is(200);
      }
    }

    @Test
    void otherPathsAndMethods() {
      fly.admin("GET", "/", "").is(404);
      fly.admin("GET", "/faults/1/2", "").is(404);
      fly.admin("POST", "/machines/abc/nonsense", "").is(404);
      assertThat(fly.admin("POST", "/machines/abc/die", "").is(404).text("detail")).isEqualTo("there is no machine abc");
      fly.admin("GET", "/machines/abc/die", "").is(405);
      var answer = fly.admin("PUT", "/faults", "").is(405);
      assertThat(answer.response().headers().firstValue("allow")).contains("DELETE, GET, POST");
    }

    @Test
    void aBodyThatIsTooLarge() {
      fly.admin("POST", "/faults", "x".repeat(1 << 17)).is(413);
    }
  }

  @Test
  void isNotThereUnlessItIsAskedFor() {
    try (var quiet = FlyOverHttp.serve()) {
      assertThat(quiet.admin).isEmpty();
    }
  }
}
