package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.outside.Eventually;
import coordbfaas.outside.RawClient;
import coordbfaas.program.Answer;
import coordbfaas.program.RunProcesses;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A coordinator's queue")
@Timeout(120)
class CoordinatorQueueTest {
  private TappedFly fly;
  private ACoordinator coordinator;

  @BeforeEach
  void start() {
    fly = TappedFly.start();
    coordinator = ACoordinator.with(fly.environment(2, Map.of("QUEUETIME", "60s", "MAXREQTIME", "60s")));
  }

  @AfterEach
  void end() throws IOException {
    coordinator.close();
    fly.close();
  }

  /**
   * Six clients and two machines. The first two take both; the others come one after the other, each when the one before it
   * is in the queue. Then one machine is let go: it serves all four, in whose order the tap tells the scripts.
   */
  @Test
  void isServedInOrderOfArrival() {
    var taken = List.of(RunProcesses.ofARun(), RunProcesses.ofARun());
    var first = taken.stream().map(run -> coordinator.client().runLater(run.sleep() + "; echo first")).toList();
    taken.forEach(RunProcesses::areAlive);

    var queued = new ArrayList<CompletableFuture<Answer>>();
    for (var number = 3; number <= 6; number++) {
      queued.add(coordinator.client().runLater("echo " + number));
      accepted(number);
    }
    assertThat(fly.runs()).hasSize(2);

    taken.getFirst().wakeUp();
    assertThat(Eventually.await(first.getFirst()).outcome().stdout()).isEqualTo("first\n");
    for (var number = 3; number <= 6; number++)
      assertThat(Eventually.await(queued.get(number - 3)).outcome().stdout()).isEqualTo(number + "\n");
    assertThat(scripts().subList(2, 6)).containsExactly("echo 3", "echo 4", "echo 5", "echo 6");
    assertThat(machines().subList(2, 6)).containsOnly(Eventually.await(first.getFirst()).worker());

    taken.getLast().wakeUp();
    assertThat(Eventually.await(first.getLast()).outcome().stdout()).isEqualTo("first\n");
    everyRunHadABootOfItsOwn();
  }

  @Test
  void neverLetsTwoRunsShareABoot() {
    var answers = IntStream.range(0, 12).mapToObj(number -> coordinator.client().runLater("echo " + number)).toList();
    answers.forEach(answer -> assertThat(Eventually.await(answer).outcome().code()).isZero());
    assertThat(fly.runs()).hasSize(12);
    assertThat(machines().stream().distinct()).hasSize(2);
    everyRunHadABootOfItsOwn();
  }

  @Test
  void forgetsWhoHasLeftIt() throws IOException {
    var taken = List.of(RunProcesses.ofARun(), RunProcesses.ofARun());
    var first = taken.stream().map(run -> coordinator.client().runLater(run.sleep() + "; echo first")).toList();
    taken.forEach(RunProcesses::areAlive);

    var client = RawClient.connect(coordinator.address()).post("echo left");
    accepted(3);
    client.leave(RawClient.Way.HALF_CLOSE);
    accepted(2);
    var next = coordinator.client().runLater("echo next");
    accepted(3);

    taken.forEach(RunProcesses::wakeUp);
    assertThat(Eventually.await(next).outcome().stdout()).isEqualTo("next\n");
    first.forEach(answer -> assertThat(Eventually.await(answer).outcome().stdout()).isEqualTo("first\n"));
    assertThat(scripts()).doesNotContain("echo left");
  }

  private void accepted(int requests) {
    Eventually.eventually(requests + " requests are accepted", () -> coordinator.requests() == requests);
  }

  private List<String> scripts() {
    return fly.runs().stream().map(TappedFly.Run::script).toList();
  }

  private List<String> machines() {
    return fly.runs().stream().map(TappedFly.Run::machine).toList();
  }

  private void everyRunHadABootOfItsOwn() {
    assertThat(fly.runs().stream().map(TappedFly.Run::boot)).doesNotHaveDuplicates().doesNotContain("");
    assertThat(fly.runs().stream().map(TappedFly.Run::id)).doesNotHaveDuplicates().doesNotContain("");
  }
}
