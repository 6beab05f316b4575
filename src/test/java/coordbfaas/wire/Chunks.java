package coordbfaas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.settings.RandomCases;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.pekko.util.ByteString;

/** Streams of events that come in chunks, cut anywhere. */
final class Chunks {
  private Chunks() {}

  static List<RunEvent> read(ByteString stream, EventReader reader, RandomGenerator random) {
    var events = new ArrayList<RunEvent>();
    for (var rest = stream; rest.nonEmpty(); ) {
      var size = random.nextInt(1, random.nextBoolean() ? 4 : 200);
      events.addAll(reader.read(rest.take(size)));
      rest = rest.drop(size);
    }
    return events;
  }

  /** Asserts that whatever becomes of some bytes of a stream, it is read, or refused with a message. */
  static void areReadOrRefused(byte[] valid, Supplier<EventReader> reader) {
    RandomCases.each(20_000, random -> {
      var stream = valid.clone();
      for (var changes = random.nextInt(1, 4); changes > 0; changes--)
        stream[random.nextInt(stream.length)] = (byte) random.nextInt(256);
      try {
        read(ByteString.fromArray(stream), reader.get(), random);
      } catch (EventReader.Malformed refused) {
        assertThat(refused).message().isNotBlank();
      }
    });
  }
}
