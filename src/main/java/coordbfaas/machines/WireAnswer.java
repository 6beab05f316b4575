package coordbfaas.machines;

import java.util.Optional;

/** What became of one attempt at a call. */
sealed interface WireAnswer<T> {
  /** It was carried out. */
  record Accepted<T>(T value) implements WireAnswer<T> {}

  /**
   * It was refused.
   *
   * @param status 300 or more
   * @param retryAfter the header of this name, as it came
   * @param requestId Fly's name for the request
   */
  record Refused<T>(int status, Refusal why, Optional<String> retryAfter, Optional<String> requestId) implements WireAnswer<T> {}

  /**
   * A success was told in a way that cannot be read.
   *
   * @param what is wrong with it
   */
  record Malformed<T>(int status, String what, Optional<String> requestId) implements WireAnswer<T> {}

  /** There was no connection. */
  record NotSent<T>(String cause) implements WireAnswer<T> {}

  /** It was sent, and no answer came, or not all of it. */
  record Lost<T>(String cause) implements WireAnswer<T> {}

  /** A success that cannot be read: what is cut short was lost on its way. */
  static <T> WireAnswer<T> unreadable(int status, UnreadableAnswer answer, Optional<String> requestId) {
    return answer.isTruncated() ? new Lost<>(answer.getMessage()) : new Malformed<>(status, answer.getMessage(), requestId);
  }
}
