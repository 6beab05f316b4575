package coordbfaas.http;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.QueueOfferResult;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;

/** One connection to a server, for one request after another. */
final class KeptConnection {
  private final HttpExchange.Ours ours;
  private final AtomicReference<CompletableFuture<HttpResponse>> awaited = new AtomicReference<>(new CompletableFuture<>());
  private final CompletableFuture<?> ended;
  private volatile Cancellable expiry = Cancellable.alreadyCancelled();

  KeptConnection(ActorSystem<?> system, URI base, Duration connectTimeout) {
    var parts = HttpExchange.connection(system, base, connectTimeout)
        .toMat(Sink.foreach(response -> awaited.get().complete(response)), Keep.both())
        .addAttributes(Quiet.STREAM)
        .run(system);
    this.ours = parts.first();
    this.ended = SameThread.of(parts.second()).toCompletableFuture();
    this.ended.whenComplete((done, failure) -> awaited.get().completeExceptionally(failure == null ? new Ended() : failure));
  }

  /**
   * Sends a request; the one before must be over.
   *
   * @return what will be answered; empty if nothing was sent, because the connection has ended
   */
  Optional<CompletableFuture<HttpResponse>> send(HttpRequest request) {
    expiry.cancel();
    var answer = new CompletableFuture<HttpResponse>();
    awaited.set(answer);
    if (ours.requests().offer(request) != QueueOfferResult.enqueued()) return Optional.empty();
    if (ended.isDone()) answer.completeExceptionally(new Ended()); // meanwhile, and nobody may have told this answer
    return Optional.of(answer);
  }

  /** It is free, and will be closed by what is given unless it is used before. */
  void keepUntil(Cancellable expiry) {
    this.expiry = expiry;
  }

  /** The answer, or why there is none: it may be that the connection was never made. */
  CompletionStage<HttpResponse> told(CompletableFuture<HttpResponse> answer) {
    return HttpExchange.answer(answer, ours.connected());
  }

  CompletionStage<?> ended() {
    return ended;
  }

  /** Closes the connection, whatever goes on in it. */
  void cut() {
    ours.cut().abort(new Ended());
  }

  static final class Ended extends RuntimeException {
    Ended() {
      super("the connection has ended", null, false, false);
    }
  }
}
