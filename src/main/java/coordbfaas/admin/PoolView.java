package coordbfaas.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What {@code GET /pool} tells, as it stands in the JSON. Times end in their unit, {@code Ms}; instants are ISO 8601 in UTC;
 * what is not known is null.
 *
 * @param pool its name
 * @param instance tells one start of the coordinator from the next
 * @param now when this was true
 * @param size the most machines that it may have
 * @param stage {@code starting}, {@code serving} or {@code draining}
 * @param phase what the pool is up to: {@code opening}, {@code open}, {@code stepped-back} or {@code closing}
 * @param reasons why it is not ready
 * @param waiting how many requests wait for a machine
 * @param transitions the latest of all machines, the newest first
 * @param runs the latest requests for runs that ended, the newest first
 */
record PoolView(
    String pool, String instance, String now, int size, String stage, String phase, boolean ready, List<String> reasons,
    int waiting, Api api, List<Machine> machines, List<Transition> transitions, List<Run> runs) {

  /** The coordinator whose pool it is. */
  record About(String pool, String instance, int size) {}

  /** @param answers false while calls fail at once, because several in a row had no answer */
  record Api(boolean answers, String silentSince, String answeredAt, String latest) {}

  /**
   * A machine.
   *
   * @param state of its state machine: {@code creating}, {@code idle}, {@code allocated}, {@code stopping}, {@code expired}
   * @param condition the state told more finely: an idle one is {@code booting}, {@code warm}, {@code cold} …
   * @param leaseLeftMs by the computer's clock; negative if it is over
   * @param lastError the latest thing that went wrong with it
   */
  record Machine(
      int slot, String name, String id, String state, String condition, String since, long forMs, Long leaseLeftMs, long runs,
      Trouble lastError) {}

  record Trouble(String at, String what) {}

  record Transition(String at, String machine, String from, String to, String cause) {}

  /**
   * A request for a run.
   *
   * @param end how it ended, such as {@code exited} or {@code queue-full}
   * @param code the exit code, if there is one
   */
  record Run(
      String at, String run, String machine, String end, Integer code, double queueMs, Double firstByteMs,
      Double runMs) {}

  static PoolView of(About about, Board board, Instant now) {
    var reasons = Readiness.reasonsAgainst(board);
    var api = board.api();
    return new PoolView(about.pool(), about.instance(), Times.millis(now), about.size(), word(board.stage()), word(board.pool()),
        reasons.isEmpty(), reasons, board.waiting(),
        new Api(api.silentSince().isEmpty(), api.silentSince().map(Times::millis).orElse(null),
            api.answeredAt().map(Times::millis).orElse(null), api.latest().orElse(null)),
        board.machines().entrySet().stream().sorted(Map.Entry.comparingByKey())
            .map(machine -> machine(machine.getKey(), machine.getValue(), now)).toList(),
        board.transitions().stream().map(PoolView::transition).toList(),
        board.runs().stream().map(PoolView::run).toList());
  }

  private static Machine machine(int slot, Board.Machine machine, Instant now) {
    return new Machine(slot, machine.name(), machine.id().orElse(null), machine.state().toLowerCase(Locale.ROOT),
        word(machine.condition()), Times.millis(machine.since()), Duration.between(machine.since(), now).toMillis(),
        machine.leaseUntil().map(until -> Duration.between(now, until).toMillis()).orElse(null), machine.runs(),
        machine.trouble().map(trouble -> new Trouble(Times.millis(trouble.at()), trouble.what())).orElse(null));
  }

  private static Transition transition(Board.Transition transition) {
    var what = transition.what();
    return new Transition(Times.millis(transition.at()), what.machine(), what.from().toLowerCase(Locale.ROOT),
        what.to().toLowerCase(Locale.ROOT), what.cause());
  }

  private static Run run(Board.Ended ended) {
    var what = ended.what();
    return new Run(Times.millis(ended.at()), what.run(), what.machine().orElse(null), word(what.end()),
        what.code().isPresent() ? Integer.valueOf(what.code().getAsInt()) : null, millis(what.queue()),
        what.firstByte().map(PoolView::millis).orElse(null), what.running().map(PoolView::millis).orElse(null));
  }

  private static double millis(Duration time) {
    return Math.round(time.toNanos() / 1e5) / 10.0;
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
