package coordbfaas.conform;

/** A check saw something else than it expected; it ends there. Both sides are short and printable. */
final class Mismatch extends RuntimeException {
  private final String expected;
  private final String seen;

  Mismatch(String expected, String seen) {
    super("expected " + expected + ", saw " + seen, null, false, false);
    this.expected = expected;
    this.seen = seen;
  }

  String expected() {
    return expected;
  }

  String seen() {
    return seen;
  }
}
