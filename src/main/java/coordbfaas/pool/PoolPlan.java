package coordbfaas.pool;

/**
 * What a pool does next with its machines. Pure.
 *
 * @param resumes suspended machines to resume
 * @param boots cold machines to boot
 * @param creates machines to create
 * @param retires idle machines of an old image to destroy, before anything else
 */
record PoolPlan(int resumes, int boots, int creates, int retires) {
  /**
   * What a pool has.
   *
   * @param warm idle and booted
   * @param suspended idle, booted and suspended
   * @param coming being created, reclaimed or booted
   * @param created those of them that are new
   * @param resuming those of them that were suspended
   * @param cold idle and stopped
   * @param going of no use any more, but not gone yet
   * @param held slots taken, whatever for
   */
  record Stock(int warm, int suspended, int coming, int created, int resuming, int cold, int going, int held) {
    Stock withoutACold() {
      return new Stock(warm, suspended, coming, created, resuming, cold - 1, going + 1, held);
    }
  }

  /**
   * Of what a pool has, what boots another image than new machines.
   *
   * @param ready idle, booted, and suspended or not
   * @param cold idle and stopped
   */
  record Outdated(int ready, int cold) {
    static final Outdated NONE = new Outdated(0, 0);
  }

  /**
   * Enough for those who wait and for the next ones, within the pool's size. Nobody waits for a boot while a machine could be
   * resumed, which is sooner done. Machines of an old image are replaced one at a time: those that have stopped, as after a run,
   * instead of being booted again, whoever waits; the others while nobody waits. The successor of the last that can serve comes
   * first if there is a free slot for it: the new image may never be healthy.
   *
   * @param outdated none, if it is known that no machine can be created
   * @param waiting requests that wait for a machine
   */
  static PoolPlan of(Stock stock, Outdated outdated, int waiting, int warmTarget, int size) {
    var free = Math.max(0, size - stock.held());
    if (outdated.cold() > 0 && stock.created() == 0 && stock.going() == 0) {
      var isLast = stock.warm() + stock.suspended() == 0 && stock.cold() == 1;
      if (isLast && free > 0) {
        var boots = Math.clamp(waiting - stock.coming(), 0, 1);
        var rest = of(stock.withoutACold(), Outdated.NONE, waiting - boots, warmTarget, size);
        return new PoolPlan(0, boots, Math.max(1, rest.creates()), 0);
      }
      var rest = of(stock.withoutACold(), Outdated.NONE, waiting, warmTarget, size);
      return new PoolPlan(rest.resumes(), rest.boots(), rest.creates(), 1);
    }
    var ready = stock.warm() + stock.suspended() + stock.coming();
    var missing = Math.max(0, waiting + warmTarget - ready);
    var resumes = Math.clamp(waiting - stock.warm() - stock.resuming(), 0, stock.suspended());
    var boots = Math.min(missing, stock.cold());
    var creates = Math.min(free, missing - boots);
    if (outdated.ready() == 0 || waiting > 0 || stock.coming() > 0 || stock.going() > 0 || boots + creates > 0)
      return new PoolPlan(resumes, boots, creates, 0);
    var hasSuccessor = stock.warm() + stock.suspended() > outdated.ready();
    return !hasSuccessor && free > 0 ? new PoolPlan(0, 0, 1, 0) : new PoolPlan(0, 0, 0, 1);
  }
}
