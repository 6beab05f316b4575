package coordbfaas.http;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.util.ByteString;

/**
 * A small body as a whole. One that came with its head is there already: Pekko would make a stream, an actor and a timer to read
 * that too.
 */
public final class WholeBody {
  private WholeBody() {}

  /**
   * Reads a body of at most {@code bytesMax}.
   *
   * @param time for all of it to come
   * @return fails with an {@link org.apache.pekko.http.scaladsl.model.EntityStreamException} for more bytes, with a
   *     {@link java.util.concurrent.TimeoutException} for more time, or with what ended the connection
   */
  public static CompletionStage<ByteString> of(ActorSystem<?> system, HttpEntity entity, Duration time, int bytesMax) {
    if (entity instanceof HttpEntity.Strict whole && whole.getData().size() <= bytesMax)
      return CompletableFuture.completedStage(whole.getData());
    return SameThread.of(entity.withoutSizeLimit().toStrict(time.toMillis(), bytesMax, system))
        .thenApply(HttpEntity.Strict::getData);
  }
}
