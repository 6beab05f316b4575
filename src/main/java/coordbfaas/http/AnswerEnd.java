package coordbfaas.http;

import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.scaladsl.model.HttpEntity;
import org.apache.pekko.http.scaladsl.model.HttpEntity.ChunkStreamPart;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;

/** Tells when an answer is over. */
final class AnswerEnd {
  private AnswerEnd() {}

  /** The same answer; {@code over} is run once its last byte was taken, or when nobody takes more of it. */
  static HttpResponse watched(HttpResponse answer, Runnable over) {
    return switch (answer.entity()) {
      case HttpEntity.Strict whole -> {
        over.run();
        yield answer;
      }
      case HttpEntity.Default sized -> answer.withEntity(new HttpEntity.Default(
          sized.contentType(), sized.contentLength(), sized.data().via(AnswerEnd.<ByteString>watching(over))));
      // Chunk by chunk, for the last one may have trailers.
      case HttpEntity.Chunked chunked -> answer.withEntity(new HttpEntity.Chunked(
          chunked.contentType(), chunked.chunks().via(AnswerEnd.<ChunkStreamPart>watching(over))));
      case Object untilTheEnd -> answer.transformEntityDataBytes(AnswerEnd.<ByteString>watching(over));
    };
  }

  private static <T> Flow<T, T, CompletionStage<Done>> watching(Runnable over) {
    return Flow.<T>create().watchTermination((nothing, end) -> {
      SameThread.of(end).whenComplete((done, failure) -> over.run());
      return end;
    });
  }
}
