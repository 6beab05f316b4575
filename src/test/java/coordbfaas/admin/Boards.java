package coordbfaas.admin;

import coordbfaas.facts.Fact;
import coordbfaas.facts.Fact.Condition;
import coordbfaas.facts.Fact.PoolPhase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A board that is told what happens to machines, a second apart. */
final class Boards {
  static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

  static final int SIZE = 2;

  private final Board board = new Board(SIZE);
  private final List<Board.Took> took = new ArrayList<>();
  private Instant now = START;

  /** One of a coordinator that serves, and whose pool is open. */
  static Boards serving() {
    return new Boards().sees(new Fact.PoolBecame(PoolPhase.OPEN)).sees(new Fact.Serving());
  }

  Boards sees(Fact fact) {
    board.take(fact, now).ifPresent(took::add);
    now = now.plusSeconds(1);
    return this;
  }

  Boards moves(int slot, String from, String to, String cause) {
    return sees(new Fact.Transition(slot, name(slot), from, to, cause));
  }

  Boards becomes(int slot, Condition condition) {
    return sees(new Fact.Became(slot, name(slot), Optional.of("id" + slot), condition));
  }

  /** A machine is created, and boots. */
  Boards boots(int slot) {
    return moves(slot, "CREATING", "CREATING", "slot-taken").becomes(slot, Condition.CREATING)
        .moves(slot, "CREATING", "IDLE", "healthy").becomes(slot, Condition.WARM);
  }

  /** A machine's create comes to nothing. */
  Boards doesNotComeUp(int slot) {
    return moves(slot, "CREATING", "CREATING", "slot-taken").becomes(slot, Condition.CREATING)
        .moves(slot, "CREATING", "ENDED", "create-failed");
  }

  Board board() {
    return board;
  }

  Board.Machine machine(int slot) {
    return board.machines().get(slot);
  }

  /** What phases have ended so far, and how long they took. */
  List<Board.Took> took() {
    return took;
  }

  Instant now() {
    return now;
  }

  static Board.Took took(Phase phase, long seconds) {
    return new Board.Took(phase, Duration.ofSeconds(seconds));
  }

  static String name(int slot) {
    return "worker-pool-" + slot;
  }
}
