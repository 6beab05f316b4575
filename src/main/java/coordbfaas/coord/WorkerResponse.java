package coordbfaas.coord;

import coordbfaas.wire.EventStreamReader;
import coordbfaas.wire.Exit;
import coordbfaas.wire.RunEvent;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * What a client may see of a worker's answer. The worker is hostile once it runs a script: its headers are only compared,
 * its events framed, bounded and read, and whatever it does, they end in exactly one exit.
 */
final class WorkerResponse {
  // Basher's longest event holds 64 KiB of output, each byte written as at most six characters.
  private static final int EVENT_BYTES_MAX = 512 * 1024;

  private WorkerResponse() {}

  /** Whether it is the answer of the machine that we meant, to a run that it began. */
  static boolean isRunOf(String machine, HttpResponse response) {
    return response.status().intValue() == 200
        && response.getHeader("worker").filter(header -> header.value().equals(machine)).isPresent()
        && response.entity().getContentType().mediaType().equals(MediaTypes.TEXT_EVENT_STREAM);
  }

  /**
   * The events of an answer, ended by the first of: the worker's own exit, the verdict, the loss of the worker (its stream
   * broke off or broke the rules).
   *
   * @param verdict an exit that ends the run from outside, if it comes
   * @param elapsedMs the time of the run so far, by which every exit is dated
   */
  static Source<RunEvent, NotUsed> events(Source<ByteString, ?> worker, CompletionStage<Exit> verdict, LongSupplier elapsedMs) {
    var lost = Source.lazySingle(() -> (RunEvent) Exit.workerLost(elapsedMs.getAsLong()));
    var end = Source.completionStage(verdict).map(exit -> (RunEvent) exit);
    return worker.mapMaterializedValue(bytes -> NotUsed.getInstance())
        .onErrorComplete() // events that came before a reset are still told
        .via(read())
        .onErrorComplete()
        .concat(lost)
        .merge(end)
        .takeWhile(event -> !(event instanceof Exit), true)
        .map(event -> event instanceof Exit exit ? exit.after(elapsedMs.getAsLong()) : event);
  }

  private static Flow<ByteString, RunEvent, NotUsed> read() {
    return Flow.<ByteString>create()
        .<EventStreamReader, List<RunEvent>>statefulMap(() -> new EventStreamReader(EVENT_BYTES_MAX),
            (reader, chunk) -> Pair.create(reader, reader.read(chunk)), reader -> java.util.Optional.empty())
        .mapConcat(events -> events);
  }
}
