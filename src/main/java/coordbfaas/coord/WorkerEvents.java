package coordbfaas.coord;

import coordbfaas.wire.EventCoding;
import coordbfaas.wire.EventFrame;
import coordbfaas.wire.EventReader;
import coordbfaas.wire.Exit;
import coordbfaas.wire.OutputBudget;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.util.ByteString;

/**
 * Reads a worker's events and believes nothing: what is no event ends it as {@code worker-lost}, and more output than
 * the run may have as {@code output-limit}. Holds state; one for each answer.
 */
final class WorkerEvents {
  private final EventReader reader;
  private final OutputBudget budget;

  /** @param outputBytes most that the run may write */
  WorkerEvents(EventCoding coding, long outputBytes) {
    this.reader = coding.reader();
    this.budget = new OutputBudget(outputBytes);
  }

  /** Takes the next chunk; returns the events that it completes. What comes after an exit means nothing. */
  List<EventFrame> read(ByteString chunk) {
    try {
      return allowed(reader.frames(chunk));
    } catch (EventReader.Malformed broken) {
      var frames = new ArrayList<>(broken.before());
      frames.add(new EventFrame.End(Exit.workerLost(0)));
      return allowed(frames);
    }
  }

  /** What of these the worker may say: all up to an exit, which is the worker's own unless it said more than it may. */
  private List<EventFrame> allowed(List<EventFrame> frames) {
    var allowed = new ArrayList<EventFrame>(frames.size());
    for (var frame : frames) switch (frame) {
      case EventFrame.End end -> allowed.add(end);
      case EventFrame.Output output -> {
        var bytes = budget.allow(output.size());
        if (bytes == output.size()) allowed.add(output);
        else {
          var first = output.event().first(bytes);
          if (!first.bytes().isEmpty()) allowed.add(EventFrame.of(first));
          allowed.add(new EventFrame.End(Exit.outputLimit(0)));
          return allowed;
        }
      }
    }
    return allowed;
  }
}
