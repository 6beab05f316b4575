package coordbfaas.conform;

/** This server's settings leave nothing to check; the message says which. */
final class NotApplicable extends RuntimeException {
  NotApplicable(String why) {
    super(why, null, false, false);
  }
}
