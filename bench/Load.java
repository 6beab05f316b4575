import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Clients that ask one after another, each on connections of its own. */
final class Load {
  interface Request {
    Exchange send() throws IOException;
  }

  /**
   * What came of it.
   *
   * @param tookMs each answered request
   * @param seconds from the first request to the last answer
   * @param refused how many were answered with another status than 200
   */
  record Result(List<Double> tookMs, double seconds, int refused) {
    double perSecond() {
      return tookMs.size() / seconds;
    }
  }

  private Load() {}

  static Result of(int clients, int requests, Request request) throws InterruptedException {
    var left = new AtomicInteger(requests);
    var refused = new AtomicInteger();
    List<Double> took = Collections.synchronizedList(new ArrayList<>());
    var begun = System.nanoTime();
    var threads = IntStream.range(0, clients).mapToObj(client -> Thread.ofPlatform().start(() -> {
      while (left.getAndDecrement() > 0) {
        try {
          var answer = request.send();
          if (answer.status() == 200) took.add(answer.end());
          else refused.incrementAndGet();
        } catch (IOException failure) {
          refused.incrementAndGet();
        }
      }
    })).toList();
    for (var thread : threads) thread.join();
    return new Result(took, (System.nanoTime() - begun) / 1e9, refused.get());
  }
}
