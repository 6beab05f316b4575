package coordbfaas.coord;

import java.time.Duration;
import java.util.UUID;
import org.apache.pekko.util.ByteString;

/**
 * An accepted request for a run: valid, whole, and its clock started.
 *
 * @param run the run's id
 * @param body as the client sent it; the worker gets it verbatim
 * @param json whether the body is a JSON request
 * @param form in which the client wants to be answered
 * @param time from acceptance to the deadline
 * @param acceptedNanos when its clock was started, by {@link System#nanoTime}
 */
record RunOrder(String run, ByteString body, boolean json, AnswerForm form, Duration time, long acceptedNanos) {
  static RunOrder accept(ByteString body, boolean json, AnswerForm form, Duration time) {
    return new RunOrder(UUID.randomUUID().toString(), body, json, form, time, System.nanoTime());
  }

  long elapsedMs() {
    return (System.nanoTime() - acceptedNanos) / 1_000_000;
  }

  /** From now to the deadline; not negative. */
  Duration timeLeft() {
    var left = time.minusNanos(System.nanoTime() - acceptedNanos);
    return left.isNegative() ? Duration.ZERO : left;
  }

  /** What people run stays out of logs. */
  @Override
  public String toString() {
    return "RunOrder[" + run + "]";
  }
}
