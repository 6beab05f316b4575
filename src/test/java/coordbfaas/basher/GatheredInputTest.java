package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A script's output, gathered")
class GatheredInputTest {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int FLOOD = GatheredInput.FLOOD_BYTES;
  private static final long PAUSE = GatheredInput.PAUSE.toNanos();

  private final List<Long> pauses = new ArrayList<>();
  private long now = Long.MAX_VALUE - PAUSE; // the clock may pass its largest value

  @Test
  void isReadWithoutAPauseIfItComesInLines() throws IOException {
    readAll(1, 30, FLOOD - 1, 1, 1);
    assertThat(pauses).isEmpty();
  }

  @Test
  void isReadWithoutAPauseIfMoreWaitsThanIsTaken() throws IOException {
    readAll(BUFFER_BYTES, BUFFER_BYTES, BUFFER_BYTES);
    assertThat(pauses).isEmpty();
  }

  @Test
  void isWaitedForAfterAPieceOfAFlood() throws IOException {
    readAll(FLOOD, BUFFER_BYTES - 1, 1, 1);
    assertThat(pauses).containsExactly(PAUSE, PAUSE);
  }

  @Test
  void isWaitedForNoLongerThanWasNotWaitedAlready() throws IOException {
    var input = gathered(FLOOD, FLOOD, FLOOD);
    input.read(new byte[BUFFER_BYTES]);
    now += PAUSE - 7;
    input.read(new byte[BUFFER_BYTES]);
    now += PAUSE;
    input.read(new byte[BUFFER_BYTES]);
    assertThat(pauses).containsExactly(7L);
  }

  @Test
  void isAllThere() throws IOException {
    var bytes = new byte[300_000];
    for (var at = 0; at < bytes.length; at++) bytes[at] = (byte) (at * 31 >> 3);
    var copy = new ByteArrayOutputStream();
    try (var input = new GatheredInput(new ByteArrayInputStream(bytes), () -> now, pauses::add)) {
      input.transferTo(copy);
    }
    assertThat(copy.toByteArray()).isEqualTo(bytes);
  }

  private void readAll(int... pieces) throws IOException {
    var input = gathered(pieces);
    for (var piece : pieces) assertThat(input.read(new byte[BUFFER_BYTES])).isEqualTo(piece);
    assertThat(input.read(new byte[BUFFER_BYTES])).isEqualTo(-1);
    assertThat(input.read(new byte[BUFFER_BYTES])).isEqualTo(-1);
  }

  /** Brings a piece with each read. */
  private InputStream gathered(int... pieces) {
    Queue<Integer> left = new ArrayDeque<>();
    for (var piece : pieces) left.add(piece);
    var pipe = new InputStream() {
      @Override
      public int read() {
        throw new UnsupportedOperationException();
      }

      @Override
      public int read(byte[] buffer, int from, int length) {
        return left.isEmpty() ? -1 : left.remove();
      }
    };
    return new GatheredInput(pipe, () -> now, pauses::add);
  }
}
