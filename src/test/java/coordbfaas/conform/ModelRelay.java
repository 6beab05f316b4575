package coordbfaas.conform;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;

/** What a run tells on its way to an answer: the limit of output is kept here, and most faults about output are made here. */
final class ModelRelay {
  private static final int CAP = 64 * 1024;

  private final ModelRun run;
  private final Predicate<Fault> has;
  private final ArrayDeque<ModelRun.Told> ready = new ArrayDeque<>();
  private Optional<ModelRun.Output> held = Optional.empty();
  private long bytes;
  private int outputs;
  private int stdoutBytes;
  private int stderrBytes;
  private int stderrOutputs;
  private boolean limited;
  private boolean swapped;

  ModelRelay(ModelRun run, Predicate<Fault> has) {
    this.run = run;
    this.has = has;
  }

  long ms() {
    return (System.nanoTime() - run.startNanos()) / 1_000_000;
  }

  /** The next thing; empty if it was quiet. */
  Optional<ModelRun.Told> next() throws InterruptedException {
    while (ready.isEmpty()) {
      var quiet = has.test(Fault.SILENCE_IS_AN_END) ? ModelServer.TERMS.quiet().dividedBy(2) : ModelServer.TERMS.quiet();
      var told = run.next(quiet);
      if (told.isEmpty() && has.test(Fault.SILENCE_IS_AN_END)) return Optional.of(new ModelRun.End("exited", 0, 0));
      if (told.isEmpty()) return Optional.empty();
      if (told.get() instanceof ModelRun.Output output) take(output);
      else if (told.get() instanceof ModelRun.End end) take(end);
    }
    return Optional.of(ready.remove());
  }

  private void take(ModelRun.Output output) {
    outputs++;
    var within = within(output);
    if (within.bytes().length == 0 || isLost(within)) return;
    var kept = within;
    if (has.test(Fault.STDERR_AS_STDOUT)) kept = new ModelRun.Output(false, within.bytes());
    if (keepsOneBack()) {
      held.ifPresent(ready::add);
      held = Optional.of(kept);
    } else if (has.test(Fault.SWAPS_OUTPUTS) && !kept.stderr() && !swapped) {
      held = Optional.of(firstLineLast(kept));
      swapped = true;
    } else {
      ready.add(kept);
      if (!kept.stderr()) release();
    }
  }

  private static ModelRun.Output firstLineLast(ModelRun.Output output) {
    var text = new String(output.bytes(), StandardCharsets.ISO_8859_1);
    var second = text.indexOf('\n') + 1;
    return new ModelRun.Output(output.stderr(),
        (text.substring(second) + text.substring(0, second)).getBytes(StandardCharsets.ISO_8859_1));
  }

  private boolean keepsOneBack() {
    return has.test(Fault.LOSES_THE_LAST) || has.test(Fault.KILL_LOSES_THE_LAST);
  }

  private void release() {
    held.ifPresent(ready::add);
    held = Optional.empty();
  }

  private ModelRun.Output within(ModelRun.Output output) {
    var most = ModelServer.TERMS.outputBytesMax();
    var room = (int) Math.min(output.bytes().length, most - bytes);
    bytes += room;
    if (room == output.bytes().length) return output;
    limited = true;
    run.kill("output-limit");
    return new ModelRun.Output(output.stderr(), Arrays.copyOf(output.bytes(), room));
  }

  private boolean isLost(ModelRun.Output output) {
    if (output.stderr()) {
      stderrBytes += output.bytes().length;
      stderrOutputs++;
      return has.test(Fault.STDERR_CAPPED) && stderrBytes > CAP
          || has.test(Fault.KEEPS_ONE_OUTPUT) && stderrOutputs > 2 && stdoutBytes > 0
          || has.test(Fault.NO_MESSAGE);
    }
    stdoutBytes += output.bytes().length;
    return has.test(Fault.STDOUT_CAPPED) && stdoutBytes > CAP || has.test(Fault.SKIPS_ONE) && outputs == 20
        || has.test(Fault.KEEPS_ONE_OUTPUT) && stderrOutputs > 2;
  }

  private void take(ModelRun.End end) {
    var told = limited ? new ModelRun.End("output-limit", 125, 0) : end;
    if (has.test(Fault.LIMIT_AS_SUCCESS) && limited) told = new ModelRun.End("exited", 0, 0);
    var flooded = end.reason().equals("deadline") && bytes > CAP;
    if (has.test(Fault.FLOOD_IS_SUCCESS) && flooded) told = new ModelRun.End("exited", 0, 0);
    if (has.test(Fault.KILL_LOSES_THE_LAST) && end.signal() == 0 || has.test(Fault.SWAPS_OUTPUTS)) release();
    ready.add(told(told));
  }

  private ModelRun.End told(ModelRun.End end) {
    if (has.test(Fault.ALWAYS_ZERO)) return new ModelRun.End(end.reason(), 0, end.signal());
    if (has.test(Fault.GUESSES_SIGNALS) && end.code() > 128) return new ModelRun.End("signaled", end.code(), end.code() - 128);
    if (has.test(Fault.SIGNAL_AS_EXIT) && end.signal() > 0) return new ModelRun.End("exited", end.code(), 0);
    if (has.test(Fault.BARE_SIGNAL_NUMBER) && end.signal() > 0) return new ModelRun.End("signaled", end.signal(), end.signal());
    return end;
  }
}
