package coordbfaas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import coordbfaas.settings.RandomCases;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An event stream")
class EventStreamTest {
  private static final int MAX = 64 * 1024;

  @Nested
  @DisplayName("when written")
  class WhenWritten {
    @Test
    void isWhatTheContractShows() {
      assertThat(written(new RunEvent.Stdout(utf8("hi\n")))).isEqualTo("event: stdout\ndata: \"hi\\n\"\n\n");
      assertThat(written(new RunEvent.Stderr(utf8("\"ä\"\\\t€😀")))).isEqualTo("event: stderr\ndata: \"\\\"ä\\\"\\\\\\t€😀\"\n\n");
      assertThat(written(new RunEvent.Stdout(ByteString.fromInts(0xFF, 0))))
          .isEqualTo("event: stdout\ndata: {\"base64\":\"/wA=\"}\n\n");
      assertThat(written(Exit.signaled(9, 17).within(Optional.of(Exit.Limit.MEMORY)).taking(Optional.of(new Exit.Usage(8, 9000)))))
          .isEqualTo("event: exit\ndata: {\"code\":137,\"reason\":\"signaled\",\"signal\":\"SIGKILL\",\"limit\":\"memory\","
              + "\"durationMs\":17,\"usage\":{\"cpuMs\":8,\"maxRssKb\":9000}}\n\n");
      assertThat(written(Exit.exited(3, 17)))
          .isEqualTo("event: exit\ndata: {\"code\":3,\"reason\":\"exited\",\"durationMs\":17}\n\n");
      assertThat(written(Exit.signaled(9, 17)))
          .isEqualTo("event: exit\ndata: {\"code\":137,\"reason\":\"signaled\",\"signal\":\"SIGKILL\",\"durationMs\":17}\n\n");
      assertThat(EventStream.PING.utf8String()).isEqualTo(": ping\n\n");
    }

    @Test
    void hasOneLineOfDataInEveryEvent() {
      RandomCases.each(5_000, random -> assertThat(written(anEvent(random))).matches("event: [a-z]+\ndata: [^\\r\\n]+\n\n"));
    }

    @Test
    void tellsTheCodeFirst() {
      RandomCases.each(200, random -> assertThat(written(anExit(random))).startsWith("event: exit\ndata: {\"code\":"));
    }

    @Test
    void isBase64ForWhatIsNotUtf8AndNothingElse() {
      for (var notText : List.of(new int[] {0xC3}, new int[] {0x80}, new int[] {0xC0, 0x80}, new int[] {0xED, 0xA0, 0x80},
          new int[] {0xF5, 0x80, 0x80, 0x80}))
        assertThat(written(new RunEvent.Stdout(ByteString.fromInts(notText)))).contains("{\"base64\":");
      RandomCases.each(2_000, random ->
          assertThat(written(new RunEvent.Stdout(utf8(RandomCases.text(random, 20))))).startsWith("event: stdout\ndata: \""));
    }
  }

  @Nested
  @DisplayName("when read again")
  class WhenReadAgain {
    @Test
    void tellsTheSameEventsWhereverItsChunksAreCut() {
      RandomCases.each(3_000, random -> {
        var events = new ArrayList<RunEvent>();
        var stream = ByteString.emptyByteString();
        for (var count = random.nextInt(1, 12); count > 0; count--) {
          var event = anEvent(random);
          events.add(event);
          if (random.nextInt(4) == 0) stream = stream.concat(EventStream.PING);
          stream = stream.concat(EventStream.encode(event));
        }
        assertThat(Chunks.read(stream, new EventStreamReader(MAX), random)).isEqualTo(events);
      });
    }

    @Test
    void tellsTheSameEventsAtEveryCut() {
      var stream = EventStream.encode(new RunEvent.Stdout(utf8("a\n\nä😀"))).concat(EventStream.PING)
          .concat(EventStream.encode(new RunEvent.Stderr(ByteString.fromInts(0xFF))))
          .concat(EventStream.encode(Exit.signaled(15, 1)));
      var whole = new EventStreamReader(MAX).read(stream);
      assertThat(whole).hasSize(3);
      for (var first = 0; first <= stream.size(); first++) {
        for (var second = first; second <= stream.size(); second++) {
          var reader = new EventStreamReader(MAX);
          var events = new ArrayList<>(reader.read(stream.take(first)));
          events.addAll(reader.read(stream.slice(first, second)));
          events.addAll(reader.read(stream.drop(second)));
          assertThat(events).as("cut at %d and %d", first, second).isEqualTo(whole);
        }
      }
    }

    @Test
    void tellsAnEventAsSoonAsItIsWhole() {
      var event = EventStream.encode(new RunEvent.Stdout(utf8("now")));
      var reader = new EventStreamReader(MAX);
      assertThat(reader.read(event.dropRight(1))).isEmpty();
      assertThat(reader.read(event.takeRight(1))).containsExactly(new RunEvent.Stdout(utf8("now")));
    }

    @Test
    void passesOverCommentsAndLaterFields() {
      assertThat(read(":\n\n: ping\n\n: event: exit\n\n")).isEmpty();
      assertThat(read("event: exit\ndata: {\"code\":0,\"reason\":\"exited\",\"durationMs\":1,\"cpuMs\":9}\n\n"))
          .containsExactly(Exit.exited(0, 1));
    }

    @Test
    @Timeout(30)
    void takesTimeInProportionToItsLengthForOneLongEventInSmallChunks() {
      var event = EventStream.encode(new RunEvent.Stdout(utf8("x".repeat(8 << 20))));
      var reader = new EventStreamReader(9 << 20);
      var events = new ArrayList<RunEvent>();
      for (var at = 0; at < event.size(); at += 64) events.addAll(reader.read(event.slice(at, at + 64)));
      assertThat(events).hasSize(1);
    }

    @Test
    @Timeout(30)
    void takesTimeInProportionToItsLengthForManySmallEventsInOneChunk() {
      var event = EventStream.encode(new RunEvent.Stdout(utf8("x"))).utf8String();
      assertThat(read(event.repeat(300_000))).hasSize(300_000);
    }

    @Test
    @Timeout(30)
    void takesTimeInProportionToItsLengthForAChunkInManyPieces() {
      var event = EventStream.encode(new RunEvent.Stdout(utf8("x".repeat(1 << 20))));
      var pieces = ByteString.emptyByteString();
      for (var at = 0; at < event.size(); at += 16) pieces = pieces.concat(event.slice(at, at + 16));
      assertThat(new EventStreamReader(2 << 20).read(pieces)).hasSize(1);
    }
  }

  @Nested
  @DisplayName("that breaks the rules")
  class ThatBreaksTheRules {
    @ParameterizedTest
    @ValueSource(strings = {
        "\n\n", "x\n\n", "data: \"x\"\n\n", "event: stdout\n\n", "event: stdout\ndata: \"x\"\ndata: \"y\"\n\n",
        "event:stdout\ndata:\"x\"\n\n",
        "event: stdout\nid: 1\ndata: \"x\"\n\n", "data: \"x\"\nevent: stdout\n\n", "event: stdout\r\ndata: \"x\"\r\n\n\n",
        " event: stdout\ndata: \"x\"\n\n",
        "event: stdin\ndata: \"x\"\n\n", "event: STDOUT\ndata: \"x\"\n\n", "event: \ndata: \"x\"\n\n",
        "event: stdout \ndata: \"x\"\n\n",
        "event: stdout\ndata: \"x\"\n\n\n\n", ": a comment and\nevent: stdout\ndata: \"x\"\n\n"})
    void isRefusedForAnEventThatIsUnknownOrNone(String stream) {
      isMalformed(stream);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", " ", "x", "1", "null", "[]", "{}", "\"x", "\"x\" 1", "\"x\"\"y\"", "'x'", "{\"base64\":1}", "{\"base64\":\"?\"}",
        "{\"base64\":\"A\"}", "{\"text\":\"x\"}",
        "\"\\ud800\"", "\"\\udc00\\ud800\""})
    void isRefusedForOutputThatIsNeitherTextNorBytes(String data) {
      isMalformed("event: stdout\ndata: " + data + "\n\n");
      isMalformed("event: stderr\ndata: " + data + "\n\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\"code\":0,\"reason\":\"exited\",\"durationMs\":1,\"usage\":{}}",
        "{\"code\":0,\"reason\":\"exited\",\"durationMs\":1,\"usage\":{\"cpuMs\":1,\"maxRssKb\":-1}}",
        "{\"code\":0,\"reason\":\"exited\",\"durationMs\":1,\"usage\":{\"cpuMs\":1e400,\"maxRssKb\":1}}",
        "{\"code\":0,\"reason\":\"exited\",\"durationMs\":1,\"usage\":7}",
        "{\"code\":1,\"reason\":\"exited\",\"durationMs\":1,\"limit\":\"time\"}",
        "{\"code\":124,\"reason\":\"deadline\",\"durationMs\":1,\"limit\":\"memory\"}",
        "\"exited\"", "{}", "{\"code\":0}", "{\"code\":0,\"reason\":\"exited\"}", "{\"reason\":\"exited\",\"durationMs\":1}",
        "{\"code\":\"0\",\"reason\":\"exited\",\"durationMs\":1}", "{\"code\":0.0,\"reason\":\"exited\",\"durationMs\":1}",
        "{\"code\":-1,\"reason\":\"exited\",\"durationMs\":1}", "{\"code\":256,\"reason\":\"exited\",\"durationMs\":1}",
        "{\"code\":4294967296,\"reason\":\"exited\",\"durationMs\":1}", "{\"code\":0,\"reason\":\"EXITED\",\"durationMs\":1}",
        "{\"code\":0,\"reason\":\"fine\",\"durationMs\":1}", "{\"code\":0,\"reason\":null,\"durationMs\":1}",
        "{\"code\":0,\"reason\":\"exited\",\"durationMs\":-1}",
        "{\"code\":0,\"reason\":\"exited\",\"durationMs\":\"1\"}", "{\"code\":0,\"reason\":\"exited\",\"durationMs\":1.5}",
        "{\"code\":0,\"reason\":\"exited\",\"durationMs\":1e400}",
        "{\"code\":0,\"reason\":\"exited\",\"durationMs\":99999999999999999999}",
        "{\"code\":137,\"reason\":\"signaled\",\"durationMs\":1}",
        "{\"code\":137,\"reason\":\"signaled\",\"signal\":9,\"durationMs\":1}",
        "{\"code\":137,\"reason\":\"signaled\",\"signal\":\"KILL\",\"durationMs\":1}",
        "{\"code\":137,\"reason\":\"signaled\",\"signal\":\"SIGKILL\\nX\",\"durationMs\":1}",
        "{\"code\":0,\"reason\":\"signaled\",\"signal\":\"SIGKILL\",\"durationMs\":1}",
        "{\"code\":0,\"reason\":\"exited\",\"signal\":\"SIGKILL\",\"durationMs\":1}",
        "{\"code\":0,\"reason\":\"exited\",\"signal\":9,\"durationMs\":1}",
        "{\"code\":0,\"reason\":\"deadline\",\"durationMs\":1}",
        "{\"code\":0,\"reason\":\"output-limit\",\"durationMs\":1}", "{\"code\":0,\"reason\":\"worker-lost\",\"durationMs\":1}"})
    void isRefusedForAnExitThatCannotBe(String data) {
      isMalformed("event: exit\ndata: " + data + "\n\n");
    }

    @Test
    void isRefusedForBytesThatAreNotUtf8() {
      var stream = utf8("event: stdout\ndata: \"").concat(ByteString.fromInts(0xFF)).concat(utf8("\"\n\n"));
      assertThatExceptionOfType(EventReader.Malformed.class).isThrownBy(() -> new EventStreamReader(MAX).read(stream));
    }

    @Test
    void isRefusedForAnEventThatIsTooLongWhereverItIsCut() {
      var event = EventStream.encode(new RunEvent.Stdout(utf8("12345")));
      var length = event.size() - 2;
      RandomCases.each(300, random -> {
        assertThat(Chunks.read(event.concat(event), new EventStreamReader(length), random)).hasSize(2);
        assertThatExceptionOfType(EventReader.Malformed.class)
            .isThrownBy(() -> Chunks.read(event.concat(event), new EventStreamReader(length - 1), random));
      });
    }

    @Test
    void isRefusedBeforeAnEndlessEventEnds() {
      var reader = new EventStreamReader(1000);
      reader.read(utf8("x".repeat(1000)));
      assertThatExceptionOfType(EventReader.Malformed.class).isThrownBy(() -> reader.read(utf8("xx")))
          .withMessageContaining("1000");
    }

    @Test
    void isRefusedForDataNestedWithoutEnd() {
      isMalformed("event: exit\ndata: " + "[".repeat(20_000) + "\n\n");
    }

    @Test
    void isNeverMoreThanMalformedWhateverItsBytesAre() {
      var valid = EventStream.encode(new RunEvent.Stdout(utf8("hello ä"))).concat(EventStream.PING)
          .concat(EventStream.encode(Exit.signaled(9, 12))).toArray();
      Chunks.areReadOrRefused(valid, () -> new EventStreamReader(MAX));
    }

    private void isMalformed(String stream) {
      assertThatExceptionOfType(EventReader.Malformed.class).isThrownBy(() -> read(stream)).withNoCause();
    }
  }

  private static List<RunEvent> read(String stream) {
    return new EventStreamReader(MAX).read(utf8(stream));
  }

  private static String written(RunEvent event) {
    return EventStream.encode(event).utf8String();
  }

  private static RunEvent anEvent(RandomGenerator random) {
    return switch (random.nextInt(5)) {
      case 0 -> new RunEvent.Stdout(utf8(RandomCases.text(random, random.nextInt(1, 100))));
      case 1 -> new RunEvent.Stderr(utf8(RandomCases.text(random, random.nextInt(1, 100))));
      case 2 -> new RunEvent.Stdout(ByteString.fromArray(RandomCases.bytes(random, random.nextInt(1, 100))));
      case 3 -> new RunEvent.Stderr(ByteString.fromArray(RandomCases.bytes(random, random.nextInt(1, 100))));
      default -> anExit(random);
    };
  }

  private static Exit anExit(RandomGenerator random) {
    var durationMs = random.nextLong(Long.MAX_VALUE);
    return switch (random.nextInt(5)) {
      case 0 -> Exit.exited(random.nextInt(256), durationMs);
      case 1 -> Exit.signaled(random.nextInt(1, 65), durationMs);
      case 2 -> Exit.deadline(durationMs);
      case 3 -> Exit.outputLimit(durationMs);
      default -> Exit.workerLost(durationMs);
    };
  }

  private static ByteString utf8(String text) {
    return ByteString.fromString(text);
  }
}
