package coordbfaas.machines;

import java.util.Locale;

/** What is asked of the API: how Fly counts it, and whether it changes anything. */
enum ApiAction {
  LIST(Kind.READS), CREATE(Kind.CHANGES), GET(Kind.READS), START(Kind.CHANGES), STOP(Kind.CHANGES), SUSPEND(Kind.CHANGES),
  WAIT(Kind.READS), DESTROY(Kind.CHANGES),
  READ_LEASE(Kind.READS), ACQUIRE_LEASE(Kind.CHANGES), REFRESH_LEASE(Kind.CHANGES), RELEASE_LEASE(Kind.CHANGES);

  private enum Kind { READS, CHANGES }

  /** Calls that Fly counts together: each has a rate of its own for each machine, or for the app. */
  enum Counted { LIST, CREATE, GET, START, STOP, SUSPEND, WAIT, DESTROY, LEASE }

  private final Kind kind;

  ApiAction(Kind kind) {
    this.kind = kind;
  }

  /** Whether one that was carried out twice, or without our knowing, makes a difference. */
  boolean changes() {
    return kind == Kind.CHANGES;
  }

  /** Whether Fly counts the calls of a lease apart is not known; together is the safe guess. */
  Counted counted() {
    return switch (this) {
      case LIST -> Counted.LIST;
      case CREATE -> Counted.CREATE;
      case GET -> Counted.GET;
      case START -> Counted.START;
      case STOP -> Counted.STOP;
      case SUSPEND -> Counted.SUSPEND;
      case WAIT -> Counted.WAIT;
      case DESTROY -> Counted.DESTROY;
      case READ_LEASE, ACQUIRE_LEASE, REFRESH_LEASE, RELEASE_LEASE -> Counted.LEASE;
    };
  }

  /** What Fly documents. */
  Rate rate() {
    return this == GET ? Rate.GET : Rate.MOST;
  }

  /** A lease that is not renewed in time is lost, with its machine: its renewal goes first. */
  boolean urgent() {
    return this == REFRESH_LEASE;
  }

  /** For messages. */
  String words() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
