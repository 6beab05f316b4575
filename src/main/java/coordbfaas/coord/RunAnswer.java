package coordbfaas.coord;

import coordbfaas.wire.EventFrame;
import coordbfaas.wire.EventStream;
import coordbfaas.wire.Exit;
import coordbfaas.wire.RawStream;
import coordbfaas.wire.RunDocument;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.pekko.NotUsed;
import org.apache.pekko.dispatch.Dispatchers;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntity.ChunkStreamPart;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.ResponseEntity;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.scaladsl.model.HttpEntity.Chunked;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Makes the answer to a client of what its run tells, in the form that the client wants. */
final class RunAnswer {
  private static final Duration QUIET_MAX = Duration.ofSeconds(10);

  /** A reset overtakes what was sent just before; so long is waited for that to be on its way. */
  private static final Duration BEFORE_A_RESET = Duration.ofMillis(100);

  private RunAnswer() {}

  /**
   * The answer, with the headers that its form has.
   *
   * @param run its events, of which the last is an exit; what fails here resets the connection
   * @param guard is put around the parts of the answer, as they are sent
   */
  static HttpResponse of(
      AnswerForm form, Source<EventFrame, NotUsed> run, UnaryOperator<Source<ChunkStreamPart, NotUsed>> guard) {
    var answer = HttpResponse.create()
        .addHeader(RawHeader.create("Cache-Control", "no-store"))
        .addHeader(RawHeader.create("X-Accel-Buffering", "no"));
    return switch (form) {
      case AnswerForm.Events events ->
          answer.withEntity(chunked(MediaTypes.TEXT_EVENT_STREAM.toContentType(), guard.apply(chunks(eventStream(run)))));
      case AnswerForm.Document document ->
          answer.withEntity(chunked(ContentTypes.APPLICATION_JSON, guard.apply(chunks(document(run)))));
      case AnswerForm.Raw(var trailers, var cutShort) ->
          answer.withEntity(chunked(ContentTypes.APPLICATION_OCTET_STREAM, guard.apply(raw(run, cutShort))))
              .addHeaders(trailers ? List.of(RawHeader.create("Trailer", String.join(", ", RawStream.TRAILERS))) : List.of());
    };
  }

  private static Source<ByteString, NotUsed> eventStream(Source<EventFrame, NotUsed> run) {
    return run.map(EventFrame::written).keepAlive(QUIET_MAX, () -> EventStream.PING);
  }

  /** Kept and written by threads that may wait for a disk, with few frames between them and the others. */
  private static Source<ByteString, NotUsed> document(Source<EventFrame, NotUsed> run) {
    var kept = new KeptRun();
    var document = Flow.<EventFrame>create()
        .flatMapConcat(kept::take)
        .keepAlive(QUIET_MAX, () -> kept.isOver() ? ByteString.emptyByteString() : RunDocument.WHITE_SPACE)
        .filter(ByteString::nonEmpty)
        .watchTermination((nothing, over) -> {
          over.whenComplete((done, failure) -> kept.close());
          return nothing;
        });
    return run.via(document.async(Dispatchers.DefaultBlockingDispatcherId())).addAttributes(Attributes.inputBuffer(1, 1));
  }

  private static Source<ChunkStreamPart, NotUsed> raw(Source<EventFrame, NotUsed> run, Set<Exit.Reason> cutShort) {
    return run.mapAsync(1, frame -> switch (frame) {
      case EventFrame.Output output -> part(ChunkStreamPart.create(output.event().bytes()));
      case EventFrame.End(var exit) when cutShort.contains(exit.reason()) ->
          new CompletableFuture<ChunkStreamPart>().orTimeout(BEFORE_A_RESET.toMillis(), TimeUnit.MILLISECONDS);
      case EventFrame.End(var exit) -> part(ChunkStreamPart.createLast("", trailers(exit)));
    });
  }

  private static List<HttpHeader> trailers(Exit exit) {
    var headers = new ArrayList<HttpHeader>();
    RawStream.trailers(exit).forEach((name, value) -> headers.add(RawHeader.create(name, value)));
    return headers;
  }

  private static CompletionStage<ChunkStreamPart> part(ChunkStreamPart part) {
    return CompletableFuture.completedStage(part);
  }

  private static Source<ChunkStreamPart, NotUsed> chunks(Source<ByteString, NotUsed> bytes) {
    return bytes.map(ChunkStreamPart::create);
  }

  /** Pekko's Java API makes entities of bytes alone, without trailers; its parts are those of the Scala API all the same. */
  @SuppressWarnings("unchecked")
  private static ResponseEntity chunked(ContentType type, Source<ChunkStreamPart, NotUsed> parts) {
    Source<?, ?> any = parts;
    var scala = (Source<org.apache.pekko.http.scaladsl.model.HttpEntity.ChunkStreamPart, Object>) any;
    return new Chunked((org.apache.pekko.http.scaladsl.model.ContentType) type, scala.asScala());
  }
}
