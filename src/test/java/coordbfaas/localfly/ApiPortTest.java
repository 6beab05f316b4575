package coordbfaas.localfly;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("The port of the Machines API")
class ApiPortTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String HOST = "127.0.0.1";

  private final ActorTestKit kit = ActorTestKit.create();
  private final TestProbe<ApiPort.First> first = kit.createTestProbe(ApiPort.First.class);
  private final TestProbe<Done> asker = kit.createTestProbe(Done.class);
  private ActorRef<ApiPort.Command> api;
  private int port;

  @BeforeEach
  void refuses() {
    api = kit.spawn(ApiPort.create(
        HOST, 0, (request, client) -> CompletableFuture.completedStage(HttpResponse.create()), first.ref()));
    port = first.expectMessageClass(ApiPort.Bound.class, PATIENCE).address().getPort();
    api.tell(new ApiPort.Refuse(Optional.empty(), asker.ref()));
    asker.receiveMessage(PATIENCE);
  }

  @AfterEach
  void shutDown() {
    kit.shutdownTestKit();
  }

  @Nested
  @DisplayName("that another program has taken")
  class ThatAnotherProgramHasTaken {
    private ServerSocket other;

    @BeforeEach
    void isTaken() throws IOException {
      other = new ServerSocket(port, 1, InetAddress.getByName(HOST));
      api.tell(new ApiPort.Serve(asker.ref()));
    }

    @AfterEach
    void isLeft() throws IOException {
      other.close();
    }

    @Test
    void isServedWhenItCanBeHadAgain() throws IOException {
      asker.expectNoMessage(Duration.ofMillis(200));
      other.close();
      asker.receiveMessage(PATIENCE);
    }

    @Test
    void isGivenUpWhenItIsFreed() {
      api.tell(new ApiPort.Free());
      asker.expectTerminated(api, PATIENCE);
    }

    @Test
    void isGivenUpWhenItIsFreedBetweenTwoTries() {
      asker.expectNoMessage(Duration.ofMillis(50));
      api.tell(new ApiPort.Free());
      asker.expectTerminated(api, PATIENCE);
    }
  }
}
