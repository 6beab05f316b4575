package coordbfaas.machines;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.facts.ApiCalls;
import coordbfaas.facts.Fact;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Of calls of the Machines API, whoever watches")
class ApiFactsTest extends ClientStory {
  @Test
  void knowsEveryAction() {
    assertThat(ApiCalls.ACTIONS).containsExactlyElementsOf(Arrays.stream(ApiAction.values()).map(ApiAction::words).toList());
  }

  @ParameterizedTest
  @CsvSource({"404, 404", "429, 429", "418, 4xx", "302, 4xx", "500, 5xx", "599, 5xx"})
  void isToldAStatusByAWordOfFew(int status, String word) {
    assertThat(ApiCalls.refused(status)).isEqualTo(word);
    assertThat(ApiCalls.STATUSES).contains(word);
  }

  @Test
  void hearsOfEachAttempt() {
    aClient(Pace.OFF);
    wire.tells("503", "ok");
    made(api.get("m1"));
    time.passes(Duration.ofSeconds(10));
    assertThat(told(Fact.ApiCalled.class)).extracting(Fact.ApiCalled::status).containsExactly("5xx", "2xx");
    assertThat(told(Fact.ApiCalled.class)).extracting(Fact.ApiCalled::action).containsOnly("get");
    assertThat(told(Fact.ApiCalled.class)).allMatch(call -> ApiCalls.STATUSES.contains(call.status()));
  }

  @Test
  void hearsOnceThatTheApiIsSilentAndOnceThatItAnswersAgain() {
    aClient(Pace.OFF);
    wire.tellsForEver("unconnected");
    for (var call = 0; call < 20; call++) made(api.get("m" + call));
    time.passes(Duration.ofSeconds(30));
    assertThat(told(Fact.ApiSilent.class)).hasSize(1);
    assertThat(told(Fact.ApiAnswers.class)).isEmpty();
    wire.tells("ok");
    made(api.get("m1"));
    time.passes(Duration.ofMinutes(1));
    made(api.get("m1"));
    assertThat(told(Fact.ApiAnswers.class)).hasSize(1);
    assertThat(told(Fact.ApiSilent.class)).hasSize(1);
  }

  private <T extends Fact> List<T> told(Class<T> kind) {
    return facts.stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
