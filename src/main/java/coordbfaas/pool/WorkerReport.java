package coordbfaas.pool;

/** What a {@link WorkerMachine} tells its pool. That its slot is free is told by the actor's end. */
sealed interface WorkerReport {
  /** What a machine is to its pool. */
  enum Use {
    /** Being created or booted: it will be warm. */
    COMING,
    /** It would be created or booted if Fly let it: tried again, but not to be waited for. */
    STALLED,
    /** Idle and booted. */
    WARM,
    /** Idle and stopped. */
    COLD,
    /** Granted, or being stopped after its grant. */
    BUSY,
    /** Of no use any more, but its slot is taken until it is gone. */
    EXPIRED
  }

  /** The machine is of another use now. */
  record Became(int slot, Use use) implements WorkerReport {}

  /** The machine was not to be had for a request after all. */
  record Declined(int slot, Waiter waiter) implements WorkerReport {}
}
