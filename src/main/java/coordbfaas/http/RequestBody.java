package coordbfaas.http;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;

/** Reads a request's body whole, within a limit of size and of time. */
public final class RequestBody {
  /** The body could not be had; the answer says why. */
  public static final class Refused extends RuntimeException {
    private final transient HttpResponse response;

    private Refused(int status, String detail) {
      super(detail, null, false, false);
      // What is left of the body is not read, so the connection cannot carry another request.
      this.response = Problem.response(status, detail).addHeader(Connection.create("close"));
    }

    public HttpResponse response() {
      return response;
    }
  }

  private RequestBody() {}

  /**
   * The whole body.
   *
   * @return fails with {@link Refused}: 413 for more than {@code bytesMax}, told by its length or while reading; 408 if it was
   *     not there within {@code timeout}; 400 if the client stopped in its midst
   */
  public static CompletionStage<ByteString> read(
      ActorSystem<?> system, HttpRequest request, long bytesMax, Duration timeout) {
    if (request.entity().getContentLengthOption().orElse(0) > bytesMax) {
      request.discardEntityBytes(system);
      return CompletableFuture.failedStage(tooLarge(bytesMax));
    }
    var reading = request.entity().withoutSizeLimit().getDataBytes()
        .viaMat(KillSwitches.single(), Keep.right())
        .via(upTo(bytesMax))
        .toMat(Sink.fold(ByteString.emptyByteString(), ByteString::concat), Keep.both())
        .run(system);
    return reading.second().toCompletableFuture().copy()
        .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((body, failure) -> reading.first().shutdown())
        .exceptionallyCompose(failure -> CompletableFuture.failedStage(refused(failure)))
        .thenCompose(body -> body.size() > bytesMax
            ? CompletableFuture.failedStage(tooLarge(bytesMax)) : CompletableFuture.completedStage(body.compact()));
  }

  /**
   * Ends behind the chunk that goes over the limit. Ends, not fails: a request's entity that is cancelled with a failure has
   * its connection reset, and nobody would read the answer.
   */
  private static Flow<ByteString, ByteString, NotUsed> upTo(long bytesMax) {
    return Flow.<ByteString>create()
        .statefulMap(() -> 0L, (read, chunk) -> Pair.create(read + chunk.size(), Pair.create(read, chunk)), read -> Optional.empty())
        .takeWhile(chunk -> chunk.first() + chunk.second().size() <= bytesMax, true)
        .map(Pair::second);
  }

  private static Refused refused(Throwable failure) {
    var cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    return cause instanceof TimeoutException
        ? new Refused(408, "the body did not arrive in time") : new Refused(400, "the body did not arrive whole");
  }

  private static Refused tooLarge(long bytesMax) {
    return new Refused(413, "the body is too large (expected: at most " + bytesMax + " bytes)");
  }
}
