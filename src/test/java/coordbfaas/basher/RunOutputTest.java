package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.settings.RandomCases;
import coordbfaas.wire.Exit;
import coordbfaas.wire.RunEvent;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("What a run tells")
@Timeout(60)
class RunOutputTest {
  private static final long MUCH = 1L << 40;
  private static final Exit EXIT = Exit.exited(3, 17);

  private final AtomicInteger exceeded = new AtomicInteger();

  @Test
  void isEachOutputInItsOwnOrderHoweverTheyMix() throws Exception {
    RandomCases.each(5, random -> {
      var script = new StringBuilder();
      var out = new StringBuilder();
      var err = new StringBuilder();
      for (var line = 0; line < 2_000; line++) {
        var toErr = random.nextBoolean();
        (toErr ? err : out).append(line).append('\n');
        script.append("echo ").append(line).append(toErr ? " >&2\n" : "\n");
      }
      var events = events(Contained.running(script.toString()), MUCH);
      assertThat(text(events, RunEvent.Stdout.class)).isEqualTo(out.toString());
      assertThat(text(events, RunEvent.Stderr.class)).isEqualTo(err.toString());
    });
  }

  @Test
  void endsInItsExitAfterAllOutput() throws Exception {
    var events = events(Contained.running("head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2"), MUCH);
    assertThat(events.getLast()).isEqualTo(EXIT);
    assertThat(events).filteredOn(Exit.class::isInstance).hasSize(1);
    assertThat(bytes(events)).isEqualTo(600_000);
  }

  @Test
  void isTheSameForOneThatWasDeadBeforeAnyoneRead() throws Exception {
    var run = Contained.running("echo out; echo err >&2");
    run.ended();
    var events = events(run, MUCH);
    assertThat(events).containsExactlyInAnyOrder(
        new RunEvent.Stdout(ByteString.fromString("out\n")), new RunEvent.Stderr(ByteString.fromString("err\n")), EXIT);
    assertThat(events.getLast()).isEqualTo(EXIT);
  }

  @Test
  void isItsExitAloneIfItWritesNothing() throws Exception {
    assertThat(events(Contained.running(":"), MUCH)).containsExactly(EXIT);
  }

  @Test
  void isCutAtItsLimitAndTellsSoThoughBashHadEndedBefore() throws Exception {
    var run = Contained.running("printf '%2000s' x; printf '%2000s' x >&2");
    run.ended();
    var events = events(run, 1_000);
    assertThat(bytes(events)).isEqualTo(1_000);
    assertThat(events.getLast()).isEqualTo(Exit.outputLimit(EXIT.durationMs()));
    assertThat(exceeded).hasValue(1);
  }

  @Test
  void isReadOnPastItsLimitSoThatNothingIsHeldUp() throws Exception {
    var events = events(Contained.running("head -c 3000000 /dev/zero; echo end >&2"), 1_000);
    assertThat(bytes(events)).isEqualTo(1_000);
    assertThat(exceeded).hasValue(1);
  }

  /** All that is told of a run whose exit, once its process is dead, is {@link #EXIT}. */
  private List<RunEvent> events(Contained run, long limitBytes) {
    CompletionStage<Exit> exit = run.process.ended().thenApply(rawStatus -> EXIT);
    CompletableFuture<List<RunEvent>> events = RunOutput.events(run.process, limitBytes, exceeded::incrementAndGet, exit)
        .runWith(Sink.seq(), Worker.ACTORS.system()).toCompletableFuture();
    return Contained.get(events);
  }

  private static String text(List<RunEvent> events, Class<? extends RunEvent.Output> output) {
    var text = new StringBuilder();
    events.stream().filter(output::isInstance).forEach(event -> text.append(((RunEvent.Output) event).bytes().utf8String()));
    return text.toString();
  }

  private static int bytes(List<RunEvent> events) {
    return events.stream().filter(RunEvent.Output.class::isInstance)
        .mapToInt(event -> ((RunEvent.Output) event).bytes().size()).sum();
  }
}
