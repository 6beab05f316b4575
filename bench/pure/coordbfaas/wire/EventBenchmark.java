package coordbfaas.wire;

import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import org.apache.pekko.util.ByteString;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One read's worth of a script's output on its way: written as an event, framed and checked, and read for the raw form. */
@State(Scope.Benchmark)
public class EventBenchmark {
  private static final int BYTES = 64 * 1024;

  /** Lines of 36 letters, lines of one letter, and bytes that are no text. */
  @Param({"lines", "short", "binary"})
  String output;

  private RunEvent event;
  private ByteString encoded;

  @Setup
  public void write() {
    event = new RunEvent.Stdout(ByteString.fromArrayUnsafe(switch (output) {
      case "lines" -> "0123456789abcdefghijklmnopqrstuvwxyz\n".repeat(BYTES / 37).getBytes(StandardCharsets.US_ASCII);
      case "short" -> "y\n".repeat(BYTES / 2).getBytes(StandardCharsets.US_ASCII);
      default -> random();
    }));
    encoded = EventStream.encode(event);
  }

  private static byte[] random() {
    var bytes = new byte[BYTES];
    RandomGenerator.getDefault().nextBytes(bytes);
    return bytes;
  }

  @Benchmark
  public Object encode() {
    return EventStream.encode(event);
  }

  @Benchmark
  public Object frame() {
    return new EventStreamReader(1 << 20).frames(encoded);
  }

  @Benchmark
  public Object frameAndRead() {
    return new EventStreamReader(1 << 20).read(encoded);
  }
}
