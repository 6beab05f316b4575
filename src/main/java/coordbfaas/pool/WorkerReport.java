package coordbfaas.pool;

import java.util.Optional;

/** What a {@link WorkerMachine} tells its pool. That its slot is free is told by the actor's end. */
sealed interface WorkerReport {
  /** What a machine is to its pool. */
  enum Use {
    /** Being created, reclaimed or booted: it will be of use. */
    COMING,
    /** It would be of use if Fly or its holder let it: tried again, but not to be waited for. */
    STALLED,
    /** Idle and booted. */
    WARM,
    /** Idle, booted and suspended, or about to be: it resumes sooner than a cold one boots. */
    SUSPENDED,
    /** Idle and stopped. */
    COLD,
    /** Granted, or being stopped after its grant. */
    BUSY,
    /** Of no use any more, but its slot is taken until it is gone. */
    EXPIRED
  }

  /**
   * The machine is of another use now.
   *
   * @param change grows with each; tells whether a look at the machine is out of date
   * @param cause of its latest transition, as in the log
   * @param machine its id; empty while its create goes on
   * @param outdated whether it boots another image than new machines
   */
  record Became(int slot, Use use, long change, String cause, Optional<String> machine, boolean outdated)
      implements WorkerReport {}

  /** The machine was not to be had for a request after all. */
  record Declined(int slot, Waiter waiter) implements WorkerReport {}

  /**
   * The lease is lost, and with it the machine; its name is taken all the same. The actor ends.
   *
   * @param doom why the machine must be destroyed; empty if it need not
   */
  record Lost(int slot, String machine, Optional<String> doom) implements WorkerReport {}

  /** A later instance of our own pool holds the machine. The actor ends. */
  record HeldByLater(int slot, Instance instance) implements WorkerReport {}
}
