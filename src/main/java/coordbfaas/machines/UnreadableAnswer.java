package coordbfaas.machines;

/** An answer that came and cannot be read. Its message tells what is wrong with it, and nothing of what it holds. */
final class UnreadableAnswer extends RuntimeException {
  private final boolean truncated;

  private UnreadableAnswer(boolean truncated, String what) {
    super(what, null, false, false);
    this.truncated = truncated;
  }

  /** It is not what it should be: asking again would bring the same. */
  static UnreadableAnswer malformed(String what) {
    return new UnreadableAnswer(false, what);
  }

  /** It ended too early: it was lost on its way. */
  static UnreadableAnswer truncated() {
    return new UnreadableAnswer(true, "truncated");
  }

  boolean isTruncated() {
    return truncated;
  }
}
