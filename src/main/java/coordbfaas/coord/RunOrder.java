package coordbfaas.coord;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.util.ByteString;

/**
 * An accepted request for a run: valid, whole, and its clock started.
 *
 * @param run the run's id
 * @param body as the client sent it; the worker gets it verbatim, and then nobody has it here
 * @param json whether the body is a JSON request
 * @param form in which the client wants to be answered
 * @param time from acceptance to the deadline
 * @param acceptedNanos when its clock was started, by {@link System#nanoTime}
 * @param replay how another region may be asked to serve it, when nothing is idle here
 */
record RunOrder(
    String run, RunBody body, boolean json, AnswerForm form, Duration time, long acceptedNanos, Optional<FlyReplay> replay) {
  /** One that is to be served here. */
  RunOrder(String run, ByteString body, boolean json, AnswerForm form, Duration time, long acceptedNanos) {
    this(run, new RunBody(body), json, form, time, acceptedNanos, Optional.empty());
  }

  static RunOrder accept(ByteString body, boolean json, AnswerForm form, Duration time) {
    return new RunOrder(UUID.randomUUID().toString(), body, json, form, time, System.nanoTime());
  }

  RunOrder with(Optional<FlyReplay> anotherWay) {
    return new RunOrder(run, body, json, form, time, acceptedNanos, anotherWay);
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
