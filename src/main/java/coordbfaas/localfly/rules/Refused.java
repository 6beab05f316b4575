package coordbfaas.localfly.rules;

/** The API's no to a call, on its way to the caller. Without a stack trace: it is an answer, not a fault. */
public final class Refused extends RuntimeException {
  private final int status;

  public Refused(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  public Reply.Answer answer() {
    return Reply.Answer.error(status, getMessage());
  }
}
