import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Clients that each ask one thing after another. */
final class Load {
  /** One of a client's requests, on its kept connection or on one of its own. */
  interface Request {
    Exchange send(KeptClient client) throws IOException;
  }

  private Load() {}

  /**
   * What each took in milliseconds.
   *
   * @throws IllegalStateException if not all were answered: of a load that is refused in part nothing is known
   */
  static List<Double> of(int clients, int requests, int port, Request request) throws InterruptedException {
    var left = new AtomicInteger(requests);
    var refused = new AtomicInteger();
    List<Double> took = Collections.synchronizedList(new ArrayList<>());
    var threads = IntStream.range(0, clients).mapToObj(client -> Thread.ofPlatform().start(() -> {
      try (var kept = new KeptClient(port)) {
        while (left.getAndDecrement() > 0) {
          var answer = request.send(kept);
          if (answer.status() == 200) took.add(answer.end());
          else refused.incrementAndGet();
        }
      } catch (IOException failure) {
        refused.incrementAndGet();
      }
    })).toList();
    for (var thread : threads) thread.join();
    if (refused.get() > 0) throw new IllegalStateException(refused + " of " + requests + " requests were not answered with 200");
    return took;
  }
}
