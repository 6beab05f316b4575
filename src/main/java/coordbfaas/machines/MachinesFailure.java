package coordbfaas.machines;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/** Why a call of the Machines API did not do what was asked. Carries no stack trace: it is an answer, not a fault of ours. */
public abstract sealed class MachinesFailure extends RuntimeException {
  private MachinesFailure(String message) {
    super(message, null, false, false);
  }

  /** The failure of a call, out of whatever a future wrapped it in; one that is none of ours tells nothing of the call's fate. */
  public static MachinesFailure of(Throwable thrown) {
    var cause = unwrapped(thrown);
    return cause instanceof MachinesFailure failure ? failure : new FateUnknown(cause.toString());
  }

  static Throwable unwrapped(Throwable thrown) {
    return thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
  }

  /**
   * The API answered, and it was no; or, with a status below 300, it said yes in a way that cannot be read.
   *
   * <p>Which of its meanings a 409 has, and what a 403 or 422 is about, is its {@link Conflict}.
   */
  public static final class Rejected extends MachinesFailure {
    private final int status;
    private final Optional<Conflict> conflict;
    private final Optional<String> nameTakenBy;
    private final boolean mayBeDone;

    public Rejected(int status, String message) {
      this(status, "", message, false);
    }

    /**
     * @param code the answer's own word for what is wrong; often empty
     * @param mayBeDone see {@link #mayBeDone()}
     */
    Rejected(int status, String code, String message, boolean mayBeDone) {
      super(status + " " + message);
      this.status = status;
      this.conflict = Conflict.of(status, code, message);
      this.nameTakenBy = conflict.filter(Conflict.NAME_TAKEN::equals).flatMap(taken -> Conflict.machineWithTheName(message));
      this.mayBeDone = mayBeDone;
    }

    /** The HTTP status. */
    public int status() {
      return status;
    }

    /** What stands against the call, if the status alone does not tell. */
    public Optional<Conflict> conflict() {
      return conflict;
    }

    /** The machine that has the name which a create asked for. */
    public Optional<String> nameTakenBy() {
      return nameTakenBy;
    }

    /**
     * Whether the call may have been carried out all the same: an attempt before this answer was met by an error of the API's
     * own, or this answer is the one that could not be read. A lease that is held or a name that is taken may then be our own.
     */
    public boolean mayBeDone() {
      return mayBeDone;
    }

    /** Whether the lease is another's. */
    public boolean leaseHeldByAnother() {
      return conflict.filter(Conflict.LEASE_HELD::equals).isPresent();
    }
  }

  /** Not now: over the rate, or an error of the API's own, until the call's time was over. It says nothing of the machine. */
  public static final class Later extends MachinesFailure {
    private final Duration after;
    private final boolean mayBeDone;

    /**
     * @param after when it may be worth to ask again; 0 or more
     * @param mayBeDone whether one of the attempts may have been carried out all the same: true after a 5xx
     */
    public Later(Duration after, boolean mayBeDone, String message) {
      super(message);
      this.after = after;
      this.mayBeDone = mayBeDone;
    }

    public Duration after() {
      return after;
    }

    public boolean mayBeDone() {
      return mayBeDone;
    }
  }

  /** The call was not sent: there was no connection to send it on, or none is tried now because there were none of late. */
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
