package coordbfaas.facts;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Something that happened in a coordinator. Says nothing of what people run: no script, no output, no header of theirs, no
 * secret.
 */
public sealed interface Fact {
  /** What the pool is up to. */
  enum PoolPhase { OPENING, OPEN, STEPPED_BACK, CLOSING }

  /** What a worker machine is, for whoever watches it. */
  enum Condition {
    /** Its slot is taken: it is being created, or found and brought to a known state. */
    CREATING,
    /** Started or resumed, and not healthy yet. */
    BOOTING,
    /** It would boot or exist if the API let it: tried again and again. */
    STALLED,
    /** Idle and booted. */
    WARM,
    /** Idle, and its memory kept in a snapshot. */
    SUSPENDED,
    /** Idle and stopped. */
    COLD,
    /** Granted to a request. */
    ALLOCATED,
    /** Being stopped after its grant. */
    STOPPING,
    /** Of no use any more, and not gone yet. */
    EXPIRED
  }

  /** How a request for a run ended. */
  enum End {
    /** Its script ended by itself. */
    EXITED(true),
    /** Its script was ended by a signal. */
    SIGNALED(true),
    /** It was still running at its deadline. */
    DEADLINE(true),
    /** It wrote too much. */
    OUTPUT_LIMIT(true),
    /** Its worker broke off: how it ended is not known. */
    WORKER_LOST(true),
    /** Its client left while it ran. */
    CLIENT_GONE(true),
    /** Its client left before it ran. */
    CLIENT_LEFT_QUEUE(false),
    /** Nothing was idle, and another region was asked to serve it. */
    NOT_IDLE(false),
    /** Too many requests waited. */
    QUEUE_FULL(false),
    /** No worker was assigned to it in time. */
    QUEUE_TIME_OVER(false),
    /** The coordinator was going down. */
    CLOSING(false),
    /** A later instance owned the pool. */
    REPLACED(false),
    /** Its deadline came before a worker was ready. */
    NO_WORKER(false),
    /** Its worker could not be reached, or refused it. */
    WORKER_FAILED(false),
    /** Its deadline came before the worker's answer began. */
    NO_ANSWER(false);

    private final boolean run;

    End(boolean run) {
      this.run = run;
    }

    /** Whether the worker's answer had begun: the client got a 200. */
    public boolean isOfARun() {
      return run;
    }
  }

  /** Why a lease was lost. */
  enum Loss {
    /** Our clocks say that it is over: it was not renewed in time. */
    OVER,
    /** The API says that another holds it, or that there is none. */
    TAKEN
  }

  // ---- the coordinator ----

  /** The public port is bound. */
  record Serving() implements Fact {}

  /** No new requests are taken. */
  record Draining() implements Fact {}

  /** A request was answered on the public port, or through the admin port. */
  record Answered(int status) implements Fact {}

  /**
   * A request for a run is over: its script has ended, or never began. The client may still be reading.
   *
   * @param run its id
   * @param machine the id of the machine that it was granted; empty if none was
   * @param code the exit code, if it is known
   * @param queue from its acceptance to the grant, or to its end without one
   * @param firstByte from the grant to the worker's answer, if that began
   * @param running from the worker's answer to the run's end, if that began
   */
  record RequestEnded(
      String run, Optional<String> machine, End end, OptionalInt code, Duration queue, Optional<Duration> firstByte,
      Optional<Duration> running) implements Fact {}

  // ---- the pool ----

  record PoolBecame(PoolPhase phase) implements Fact {}

  /** So many requests wait for a machine now. */
  record Waiting(int requests) implements Fact {}

  /** A machine was granted to a request. */
  record Granted(int slot) implements Fact {}

  /**
   * A machine's state has changed.
   *
   * @param from and {@code to}: states of the design, in capitals, as in the log; {@code ENDED} is the end of our hold on it
   * @param cause as in the log
   */
  record Transition(int slot, String machine, String from, String to, String cause) implements Fact {}

  /**
   * A machine is something else to the pool now.
   *
   * @param id Fly's; empty while its create goes on
   */
  record Became(int slot, String machine, Optional<String> id, Condition condition) implements Fact {}

  /**
   * A machine's lease holds.
   *
   * @param until by the computer's clock
   * @param renewed whether it held before
   */
  record LeaseHeld(int slot, Instant until, boolean renewed) implements Fact {}

  record LeaseLost(int slot, Loss loss) implements Fact {}

  /**
   * Something went wrong with a machine.
   *
   * @param what for people; at most a line
   */
  record MachineTroubled(int slot, String what) implements Fact {}

  /** Something that somebody should look into: metadata that was tampered with, a holder who does not say who he is. */
  record Alarm(String what) implements Fact {}

  /** A machine of a pool whose coordinator is gone was destroyed. */
  record OrphanDestroyed(String machine) implements Fact {}

  // ---- the Machines API ----

  /**
   * One attempt at a call came to its end.
   *
   * @param action in words, such as {@code read lease}: one of {@link coordbfaas.facts.ApiCalls#ACTIONS}
   * @param status one of {@link coordbfaas.facts.ApiCalls#STATUSES}
   */
  record ApiCalled(String action, String status, Duration took) implements Fact {}

  /** The API has given no answer to several calls in a row: calls fail at once until it does. */
  record ApiSilent(Instant since) implements Fact {}

  /** The API answers again. */
  record ApiAnswers() implements Fact {}
}
