package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.facts.Fact;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The queue of those who wait")
class WaitingQueueTest {
  private final Waiter first = aWaiter("r1", 1);
  private final Waiter second = aWaiter("r2", 2);
  private final Waiter third = aWaiter("r3", 3);
  private final List<Fact> facts = new ArrayList<>();
  private final WaitingQueue queue = new WaitingQueue(facts::add);

  WaitingQueueTest() {
    queue.add(first);
    queue.add(second);
    queue.add(third);
  }

  @Test
  void servesThemInOrderOfArrival() {
    assertThat(queue.next()).isEqualTo(first);
    assertThat(queue.next()).isEqualTo(second);
    assertThat(queue.next()).isEqualTo(third);
    assertThat(queue.size()).isZero();
  }

  @Test
  void tellsItsLengthWheneverThatChanges() {
    queue.putBack(queue.next());
    queue.remove(second.requester());
    queue.remove(second.requester());
    queue.removeAll();
    assertThat(facts).extracting(fact -> ((Fact.Waiting) fact).requests()).containsExactly(1, 2, 3, 2, 3, 2, 0);
  }

  @Test
  void knowsThePlaceOfEach() {
    assertThat(queue.place(first.requester())).isZero();
    assertThat(queue.place(third.requester())).isEqualTo(2);
    assertThat(queue.place(aWaiter("r4", 4).requester())).isEqualTo(-1);
  }

  @Test
  void letsOneLeaveFromAnywhere() {
    assertThat(queue.remove(second.requester())).contains(second);
    assertThat(queue.remove(second.requester())).isEmpty();
    assertThat(queue.removeAll()).containsExactly(first, third);
  }

  @Test
  void hasTheOneThatWasPutBackAtItsHead() {
    queue.putBack(queue.next());
    assertThat(queue.removeAll()).containsExactly(first, second, third);
  }

  @Test
  void hasThoseThatWerePutBackInOrderOfArrival() {
    var two = List.of(queue.next(), queue.next());
    queue.putBack(two.get(0));
    queue.putBack(two.get(1));
    assertThat(queue.removeAll()).containsExactly(first, second, third);
  }

  @Test
  void knowsWhoHasWaitedTooLong() {
    assertThat(queue.overdue(second.since(), 0)).containsExactly(first, second);
    assertThat(queue.overdue(third.since(), 1)).containsExactly(second, third);
    assertThat(queue.overdue(third.since(), 3)).isEmpty();
    assertThat(queue.overdue(first.since().minusMillis(1), 0)).isEmpty();
    assertThat(queue.size()).isEqualTo(3);
  }

  @Test
  void isEmptyOnceAllAreOut() {
    queue.removeAll();
    assertThat(queue.size()).isZero();
    assertThat(queue.removeAll()).isEmpty();
  }

  private static Waiter aWaiter(String run, long second) {
    var requester = TestInbox.<PoolSupervisor.AllocateReply>create(run);
    var request = new PoolSupervisor.Allocate(run, Duration.ofSeconds(10), requester.getRef(), requester.getRef());
    return new Waiter(request, Instant.ofEpochSecond(second));
  }
}
