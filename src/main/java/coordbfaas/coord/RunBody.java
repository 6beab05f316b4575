package coordbfaas.coord;

import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.util.ByteString;

/**
 * A request's body on its way to a worker. It is kept until then and no longer: a client may take a minute to read its answer, and
 * as many of them may do so as there are connections. Safe for any thread.
 */
final class RunBody {
  private final AtomicReference<ByteString> bytes;
  private final int size;

  RunBody(ByteString bytes) {
    this.bytes = new AtomicReference<>(bytes);
    this.size = bytes.size();
  }

  /** In bytes, whether or not it was taken. */
  int size() {
    return size;
  }

  /** Hands it over, once. */
  ByteString take() {
    var taken = bytes.getAndSet(null);
    if (taken == null) throw new IllegalStateException("the body was taken before");
    return taken;
  }
}
