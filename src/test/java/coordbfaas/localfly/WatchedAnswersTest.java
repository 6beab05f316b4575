package coordbfaas.localfly;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.typesafe.config.ConfigFactory;
import coordbfaas.localfly.rules.Action;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Watched answers")
class WatchedAnswersTest {
  private static final Answered NOT_FLYS = new Answered(Optional.of(Action.GET), "GET /v1/apps/workers/machines/1", 200,
      Optional.of(JsonNodeFactory.instance.objectNode().put("nonce", 5)));

  @Test
  void areJudgedInEveryActorSystem() {
    var first = ActorTestKit.create("first");
    var second = ActorTestKit.create("second", ConfigFactory.load());
    try {
      first.system().classicSystem().eventStream().publish(NOT_FLYS);
      second.system().classicSystem().eventStream().publish(NOT_FLYS);
      assertThat(WatchedAnswers.problems()).hasSize(20)
          .allSatisfy(problem -> assertThat(problem).startsWith("Answered[GET /v1/apps/workers/machines/1, 200]: "));
    } finally {
      first.shutdownTestKit();
      second.shutdownTestKit();
    }
    assertThat(WatchedAnswers.problems()).isEmpty();
  }

  @Test
  void areJudgedOverHttp() {
    try (var fly = FlyOverHttp.serve()) {
      fly.create("worker-p-0").is(200);
      fly.get("/none").is(404);
      fly.get("/none/nonsense").is(404);
      assertThat(WatchedAnswers.problems()).isEmpty();
    }
  }
}
