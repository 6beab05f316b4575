package coordbfaas.conform;

/** What a check found, after {@code ms} milliseconds. */
record Finding(Check check, Verdict verdict, long ms) {
  sealed interface Verdict {}

  record Ok() implements Verdict {}

  record Failed(String expected, String seen) implements Verdict {}

  record Skipped(String why) implements Verdict {}

  boolean failed() {
    return verdict instanceof Failed;
  }
}
