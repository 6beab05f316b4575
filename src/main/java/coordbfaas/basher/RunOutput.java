package coordbfaas.basher;

import coordbfaas.wire.Exit;
import coordbfaas.wire.OutputBudget;
import coordbfaas.wire.RunEvent;
import coordbfaas.wire.TextChunks;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** What a process writes, as events that end in the one exit, after all output. */
final class RunOutput {
  private RunOutput() {}

  /**
   * The events of a run.
   *
   * @param limitBytes of both outputs together; what comes after them is thrown away
   * @param limitExceeded called once, by the stream, when more was written
   * @param exit completed when the process is dead; its event comes when both outputs have been read to their ends
   */
  static Source<RunEvent, NotUsed> events(
      BashProcess process, long limitBytes, Runnable limitExceeded, CompletionStage<Exit> exit) {
    return output(process, BashProcess::stdout, RunEvent.Stdout::new)
        .merge(output(process, BashProcess::stderr, RunEvent.Stderr::new))
        .map(output -> (RunEvent) output)
        .concat(Source.lazyCompletionStage(() -> exit.thenApply(end -> (RunEvent) end)))
        .via(limited(limitBytes, limitExceeded));
  }

  private static Source<RunEvent.Output, NotUsed> output(
      BashProcess process, Function<BashProcess, InputStream> pipe, Function<ByteString, RunEvent.Output> event) {
    return Source.fromGraph(new PipeSource(() -> new GatheredInput(pipe.apply(process)), process.blocking()))
        .via(wholeCharacters())
        .map(event::apply);
  }

  private static Flow<ByteString, ByteString, NotUsed> wholeCharacters() {
    return Flow.<ByteString>create()
        .statefulMap(TextChunks::new,
            (chunks, chunk) -> Pair.create(chunks, chunks.next(chunk)), chunks -> Optional.of(chunks.end()))
        .filter(Optional::isPresent)
        .map(Optional::get);
  }

  private static Flow<RunEvent, RunEvent, NotUsed> limited(long bytes, Runnable exceeded) {
    return Flow.<RunEvent>create()
        .statefulMap(() -> new OutputBudget(bytes),
            (budget, event) -> Pair.create(budget, within(budget, event, exceeded)), budget -> Optional.<RunEvent>empty())
        .filterNot(event -> event instanceof RunEvent.Output output && output.bytes().isEmpty());
  }

  private static RunEvent within(OutputBudget budget, RunEvent event, Runnable exceeded) {
    return switch (event) {
      case RunEvent.Output output -> within(budget, output, exceeded);
      case Exit exit -> budget.truth(exit);
    };
  }

  private static RunEvent.Output within(OutputBudget budget, RunEvent.Output output, Runnable exceeded) {
    var exceededBefore = budget.exceeded();
    var allowed = budget.allow(output.bytes().size());
    if (budget.exceeded() && !exceededBefore) exceeded.run();
    return allowed == output.bytes().size() ? output : output.first(allowed);
  }
}
