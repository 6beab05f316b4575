package coordbfaas.coord;

import coordbfaas.http.HeaderValues;
import coordbfaas.wire.EventCoding;
import coordbfaas.wire.EventFrame;
import coordbfaas.wire.Exit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * What a client may see of a worker's answer. The worker is hostile once it runs a script: its headers are only compared,
 * its events framed, bounded and checked, and whatever it does, they end in exactly one exit.
 */
final class WorkerResponse {
  private WorkerResponse() {}

  /** Whether it is the answer of the machine that we meant, to a run that it began, in a form that we read. */
  static boolean isRunOf(String machine, HttpResponse response) {
    return response.status().intValue() == 200
        && HeaderValues.of(response, "worker").toList().equals(List.of(machine))
        && HeaderValues.of(response, "content-encoding").findAny().isEmpty()
        && coding(response).isPresent();
  }

  private static Optional<EventCoding> coding(HttpResponse response) {
    var type = response.entity().getContentType().mediaType();
    return EventCoding.of(type.mainType() + "/" + type.subType());
  }

  /** The events of an answer that is a run's; as {@link #events(EventCoding, Source, long, CompletionStage, LongSupplier)}. */
  static Source<EventFrame, NotUsed> events(
      HttpResponse response, long outputBytes, CompletionStage<Exit> verdict, LongSupplier elapsedMs) {
    return events(coding(response).orElseThrow(), response.entity().getDataBytes(), outputBytes, verdict, elapsedMs);
  }

  /**
   * The events of an answer, ended by the first of: the worker's own exit, the verdict, the loss of the worker (its stream
   * broke off or broke the rules), more output than the run may have.
   *
   * @param outputBytes most that the run may write
   * @param verdict an exit that ends the run from outside, if it comes; the loss of a worker after it is no news
   * @param elapsedMs the time of the run so far, by which every exit is dated
   */
  static Source<EventFrame, NotUsed> events(EventCoding coding,
      Source<ByteString, ?> worker, long outputBytes, CompletionStage<Exit> verdict, LongSupplier elapsedMs) {
    var decided = verdict.toCompletableFuture();
    var lost = Source.lazySingle(() -> end(decided.getNow(Exit.workerLost(0))));
    var end = Source.completionStage(verdict).map(WorkerResponse::end);
    return worker.mapMaterializedValue(bytes -> NotUsed.getInstance())
        .onErrorComplete() // events that came before a reset are still told
        .via(read(coding, outputBytes))
        .concat(lost)
        .merge(end)
        .takeWhile(frame -> !(frame instanceof EventFrame.End), true)
        .map(frame -> frame instanceof EventFrame.End(var exit) ? end(exit.after(elapsedMs.getAsLong())) : frame);
  }

  private static EventFrame end(Exit exit) {
    return new EventFrame.End(exit);
  }

  private static Flow<ByteString, EventFrame, NotUsed> read(EventCoding coding, long outputBytes) {
    return Flow.<ByteString>create()
        .statefulMap(() -> new WorkerEvents(coding, outputBytes),
            (events, chunk) -> Pair.create(events, events.read(chunk)), events -> Optional.empty())
        .mapConcat(frames -> frames);
  }
}
