package coordbfaas.localfly.rules;

import java.time.Duration;

/**
 * What becomes of one call on its way to Fly, and of its answer on the way back. The two are apart: whoever gave a call up,
 * or saw its connection cut, knows nothing of whether it arrives.
 *
 * @param arrives from when it was sent; what it does, it does then
 * @param handling what is done with it when it arrives
 * @param answers from when it arrived, or when the wait that it asked for was over
 * @param ending how the caller gets the answer, if at all
 */
public record CallFate(Duration arrives, Handling handling, Duration answers, Ending ending) {
  public sealed interface Handling {}

  /** It has its effect, if Fly's rules let it. */
  public record CarriedOut() implements Handling {}

  /** It has no effect, and this is its answer. */
  public record Rebuffed(Told.Answered answer) implements Handling {}

  /** It never arrives. */
  public record Lost() implements Handling {}

  /** How a caller's connection ends. */
  public enum Ending {
    /** By the answer. */
    ANSWERED,
    /** It is cut as soon as the call was sent, whatever becomes of the call. */
    CUT_AT_ONCE,
    /** It is cut when the answer should have come. */
    CUT,
    /** Nothing is ever heard on it. */
    SILENT
  }

  /** What becomes of a call where nothing goes wrong. */
  public static final CallFate USUAL = new CallFate(Duration.ZERO, new CarriedOut(), Duration.ZERO, Ending.ANSWERED);

  public CallFate {
    if (handling instanceof Lost && ending != Ending.CUT_AT_ONCE && ending != Ending.SILENT)
      throw new IllegalArgumentException(
          "ending: " + ending + " (expected: CUT_AT_ONCE or SILENT for a call that never arrives)");
  }

  /** The same for a caller whose connection does not last until the answer. */
  CallFate silent() {
    return new CallFate(arrives, handling, answers, Ending.SILENT);
  }
}
