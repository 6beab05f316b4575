package coordbfaas.machines;

/** Why a call of the Machines API did not do what was asked. Carries no stack trace: it is an answer, not a fault of ours. */
public abstract sealed class MachinesFailure extends RuntimeException {
  private MachinesFailure(String message) {
    super(message, null, false, false);
  }

  /** The API answered, and it was no. */
  public static final class Rejected extends MachinesFailure {
    private final int status;

    public Rejected(int status, String message) {
      super(status + " " + message);
      this.status = status;
    }

    /** The HTTP status. */
    public int status() {
      return status;
    }
  }

  /** The call was not sent: there was no connection to send it on. */
  public static final class Unreachable extends MachinesFailure {
    public Unreachable(String message) {
      super(message);
    }
  }

  /** The call was sent and no whole answer came: it may have been done, may be done later, or never. */
  public static final class FateUnknown extends MachinesFailure {
    public FateUnknown(String message) {
      super(message);
    }
  }
}
