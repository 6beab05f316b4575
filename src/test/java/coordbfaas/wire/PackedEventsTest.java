package coordbfaas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import coordbfaas.settings.RandomCases;
import java.nio.ByteBuffer;
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

@DisplayName("Packed events")
class PackedEventsTest {
  private static final int MAX = 1000;

  @Nested
  @DisplayName("when written")
  class WhenWritten {
    @Test
    void areAKindALengthAndTheBytesThemselves() {
      assertThat(PackedEvents.write(new RunEvent.Stdout(utf8("hi\n")))).isEqualTo(packed('o', 3, utf8("hi\n")));
      assertThat(PackedEvents.write(new RunEvent.Stderr(ByteString.fromInts(0xFF, 0))))
          .isEqualTo(packed('e', 2, ByteString.fromInts(0xFF, 0)));
      assertThat(PackedEvents.PING).isEqualTo(packed(':', 0, ByteString.emptyByteString()));
    }

    @Test
    void haveTheExitOfAnEventStream() {
      assertThat(PackedEvents.write(Exit.exited(3, 17)))
          .isEqualTo(packed('x', 44, utf8("{\"code\":3,\"reason\":\"exited\",\"durationMs\":17}")));
    }
  }

  @Nested
  @DisplayName("when read again")
  class WhenReadAgain {
    @Test
    void tellTheSameWhereverTheirChunksAreCut() {
      RandomCases.each(3_000, random -> {
        var events = new ArrayList<RunEvent>();
        var stream = ByteString.emptyByteString();
        for (var count = random.nextInt(1, 12); count > 0; count--) {
          events.add(anEvent(random));
          if (random.nextInt(4) == 0) stream = stream.concat(PackedEvents.PING);
          stream = stream.concat(PackedEvents.write(events.getLast()));
        }
        assertThat(Chunks.read(stream, new PackedEventReader(MAX), random)).isEqualTo(events);
      });
    }

    @Test
    void areToldAsSoonAsTheyAreWhole() {
      var event = PackedEvents.write(new RunEvent.Stdout(utf8("now")));
      var reader = new PackedEventReader(MAX);
      assertThat(reader.read(event.dropRight(1))).isEmpty();
      assertThat(reader.read(event.takeRight(1))).containsExactly(new RunEvent.Stdout(utf8("now")));
    }

    @Test
    void areWrittenForClientsAsAnyOther() {
      var frames = new PackedEventReader(MAX).frames(PackedEvents.write(new RunEvent.Stdout(utf8("\"ä\"\n"))));
      assertThat(frames).hasSize(1);
      assertThat(frames.getFirst().written()).isEqualTo(EventStream.encode(new RunEvent.Stdout(utf8("\"ä\"\n"))));
    }

    @Test
    @Timeout(30)
    void takeTimeInProportionToTheirLength() {
      var event = PackedEvents.write(new RunEvent.Stdout(utf8("x".repeat(8 << 20))));
      var reader = new PackedEventReader(8 << 20);
      var events = new ArrayList<RunEvent>();
      for (var at = 0; at < event.size(); at += 64) events.addAll(reader.read(event.slice(at, at + 64)));
      assertThat(events).hasSize(1);

      var one = PackedEvents.write(new RunEvent.Stdout(utf8("x"))).toArray();
      var many = ByteBuffer.allocate(300_000 * one.length);
      while (many.hasRemaining()) many.put(one);
      assertThat(new PackedEventReader(MAX).read(ByteString.fromArray(many.array()))).hasSize(300_000);
    }
  }

  @Nested
  @DisplayName("that break the rules")
  class ThatBreakTheRules {
    @ParameterizedTest
    @ValueSource(chars = {'O', 's', 0, 1, '\n', 'h', 0xFF})
    void areRefusedIfTheyAreOfNoKind(char kind) {
      areMalformed(packed(kind, 1, utf8("x")));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, MAX + 1, Integer.MAX_VALUE})
    void areRefusedForAnOutputOfNothingOrOfTooMuchBeforeItHasCome(int length) {
      areMalformed(packed('o', length, ByteString.emptyByteString()));
      areMalformed(packed('e', length, ByteString.emptyByteString()));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 4097, Integer.MAX_VALUE})
    void areRefusedForAnExitOfNothingOrOfTooMuch(int length) {
      areMalformed(packed('x', length, ByteString.emptyByteString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{", "0", "{}", "{\"code\":0}", "{\"code\":256,\"reason\":\"exited\",\"durationMs\":1}",
        "{\"code\":0,\"reason\":\"fine\",\"durationMs\":1}", "{\"code\":0,\"reason\":\"exited\",\"durationMs\":1}\n",
        "{\"code\":137,\"reason\":\"signaled\",\"signal\":\"SIGKILL\\nX\",\"durationMs\":1}"})
    void areRefusedForAnExitThatCannotBe(String document) {
      areMalformed(packed('x', document.length(), utf8(document)));
    }

    @Test
    void areRefusedForACommentThatSaysSomething() {
      areMalformed(packed(':', 1, utf8("x")));
    }

    @Test
    void areToldUpToTheBadOne() {
      var good = PackedEvents.write(new RunEvent.Stdout(utf8("good")));
      assertThatExceptionOfType(EventReader.Malformed.class)
          .isThrownBy(() -> new PackedEventReader(MAX).frames(good.concat(packed('?', 0, ByteString.emptyByteString()))))
          .satisfies(refused -> assertThat(refused.before()).extracting(EventFrame::event)
              .containsExactly(new RunEvent.Stdout(utf8("good"))));
    }

    @Test
    void areNeverMoreThanMalformedWhateverTheirBytesAre() {
      var valid = PackedEvents.write(new RunEvent.Stdout(utf8("hello ä"))).concat(PackedEvents.PING)
          .concat(PackedEvents.write(Exit.signaled(9, 12))).toArray();
      Chunks.areReadOrRefused(valid, () -> new PackedEventReader(MAX));
    }

    private void areMalformed(ByteString stream) {
      assertThatExceptionOfType(EventReader.Malformed.class).isThrownBy(() -> new PackedEventReader(MAX).read(stream))
          .withNoCause();
    }
  }

  private static RunEvent anEvent(RandomGenerator random) {
    var bytes = ByteString.fromArray(RandomCases.bytes(random, random.nextInt(1, 300)));
    return switch (random.nextInt(3)) {
      case 0 -> new RunEvent.Stdout(bytes);
      case 1 -> new RunEvent.Stderr(bytes);
      default -> Exit.signaled(random.nextInt(1, 32), random.nextInt(100_000)).taking(Optional.of(new Exit.Usage(8, 9000)));
    };
  }

  private static ByteString packed(char kind, int length, ByteString bytes) {
    return ByteString.fromArray(ByteBuffer.allocate(5).put((byte) kind).putInt(length).array()).concat(bytes);
  }

  private static ByteString utf8(String text) {
    return ByteString.fromString(text);
  }
}
