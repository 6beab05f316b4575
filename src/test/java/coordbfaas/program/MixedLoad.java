package coordbfaas.program;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.outside.Eventually;
import coordbfaas.outside.RawClient;
import java.io.IOException;
import java.util.stream.Stream;

/** What people do with a coordinator, for better and worse, one thing after the other. */
final class MixedLoad {
  /** Settings of the coordinator with which {@link #moreThanItHasRoomFor} is so. */
  static final int QUEUE_MAX = 1;

  private final Member coordinator;
  private final Client client;

  MixedLoad(Member coordinator) {
    this.coordinator = coordinator;
    this.client = coordinator.client();
  }

  /** All of it once. */
  void comes() throws IOException {
    endsWell();
    endsWithAnError();
    meetsItsDeadline();
    leaves();
    isNoScript();
    moreThanItHasRoomFor();
  }

  private void endsWell() {
    assertThat(client.run("echo hello").outcome().code()).isZero();
  }

  private void endsWithAnError() {
    assertThat(client.run("echo sorry >&2; exit 3").outcome().code()).isEqualTo(3);
  }

  /** Mostly while it runs; on a busy computer it may not have begun by then. */
  private void meetsItsDeadline() {
    var answer = client.post("/run?timeout=3s", "echo begun; sleep 30");
    if (answer.status() == 504) answer.problem(504);
    else assertThat(answer.outcome().reason()).isEqualTo("deadline");
  }

  private void leaves() throws IOException {
    var leaving = RawClient.connect(coordinator.address()).post("echo begun; sleep 30");
    leaving.readTo("begun");
    leaving.leave(RawClient.Way.CLOSE);
  }

  private void isNoScript() {
    client.run("").problem(400);
  }

  private void moreThanItHasRoomFor() {
    var answers = Stream.generate(() -> client.runLater("sleep 1")).limit(Cluster.SIZE + QUEUE_MAX + 2).toList().stream()
        .map(Eventually::await).toList();
    assertThat(answers.stream().filter(answer -> answer.status() == 503)).isNotEmpty();
    answers.forEach(answer -> {
      if (answer.status() == 200) answer.outcome();
      else answer.problem(503);
    });
  }
}
