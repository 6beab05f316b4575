package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coordbfaas.basher.HostProcesses;
import coordbfaas.outside.Eventually;
import coordbfaas.outside.Listener;
import coordbfaas.outside.RawClient;
import coordbfaas.program.Answer;
import coordbfaas.program.RunProcesses;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.PoisonPill;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A coordinator that ends")
@Timeout(120)
class CoordinatorDrainTest {
  private final RunProcesses processes = RunProcesses.ofARun();
  private Set<Long> wallsBefore;

  @BeforeEach
  void lookAround() {
    wallsBefore = HostProcesses.ofThisJvm();
  }

  @Test
  void letsARunGoOnAndRefusesNewOnesThenClosesThePort() throws IOException {
    var coordinator = ACoordinator.with(Map.of("POOLSIZE", "2", "MAXREQTIME", "60s"));
    var running = coordinator.client().run(processes.sleep() + "; echo done; exit 4");
    processes.areAlive();

    coordinator.drain();
    var refused = coordinator.client().run("echo late");
    refused.problem(503);
    assertThat(refused.header("Retry-After")).isPresent();
    coordinator.drain(); // once more changes nothing
    assertThat(coordinator.hasEnded()).isFalse();

    processes.wakeUp();
    var outcome = running.outcome();
    assertThat(outcome.stdout()).isEqualTo("done\n");
    assertThat(outcome.code()).isEqualTo(4);
    hasEndedWithEverything(coordinator);
  }

  @Test
  void letsTheDeadlineEndARun() {
    var coordinator = ACoordinator.with(Map.of("POOLSIZE", "2", "MAXREQTIME", "2s"));
    coordinator.warms();
    var running = coordinator.client().run(processes.sleep());
    coordinator.drain();
    assertThat(running.outcome().reason()).isEqualTo("deadline");
    hasEndedWithEverything(coordinator);
  }

  @Test
  void letsWhoWaitsBeServed() {
    var coordinator = ACoordinator.with(Map.of("POOLSIZE", "1", "MAXREQTIME", "60s", "QUEUETIME", "60s"));
    var running = coordinator.client().run(processes.sleep() + "; echo done");
    var queued = coordinator.client().runLater("echo queued");
    Eventually.eventually("two requests are accepted", () -> coordinator.requests() == 2);

    coordinator.drain();
    processes.wakeUp();
    assertThat(running.outcome().stdout()).isEqualTo("done\n");
    assertThat(Eventually.await(queued).outcome().stdout()).isEqualTo("queued\n");
    hasEndedWithEverything(coordinator);
  }

  @Test
  void closesTheConnectionsThatClientsKeep() throws IOException {
    var coordinator = ACoordinator.with(Map.of("POOLSIZE", "1"));
    try (var kept = RawClient.connect(coordinator.address())) {
      coordinator.drain();
      hasEndedWithEverything(coordinator);
      assertThatThrownBy(kept::head).isInstanceOf(IOException.class);
    }
  }

  @Test
  void endsAtOnceWhenNothingGoesOn() {
    var coordinator = ACoordinator.with(Map.of("POOLSIZE", "2"));
    assertThat(coordinator.client().run("echo hi").outcome()).extracting(Answer.Outcome::stdout).isEqualTo("hi\n");
    coordinator.drain();
    hasEndedWithEverything(coordinator);
    assertThat(coordinator.serving()).isCompleted();
  }

  @Test
  void endsWhenItHasLostAPart() {
    for (var part : new String[] {"pool", "local-fly"}) {
      var coordinator = ACoordinator.with(Map.of("POOLSIZE", "1"));
      coordinator.system().classicSystem().actorSelection("/user/" + part).tell(PoisonPill.getInstance(), null);
      Eventually.await(coordinator.system().getWhenTerminated());
    }
  }

  private void hasEndedWithEverything(ACoordinator coordinator) {
    Eventually.await(coordinator.system().getWhenTerminated());
    Listener.isGone(coordinator.address());
    Eventually.eventually("no process is left", () -> wallsBefore.containsAll(HostProcesses.ofThisJvm()));
  }
}
