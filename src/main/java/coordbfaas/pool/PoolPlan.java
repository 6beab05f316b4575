package coordbfaas.pool;

/**
 * How many machines to boot and to create now.
 *
 * @param boots cold machines to boot
 * @param creates machines to create
 */
record PoolPlan(int boots, int creates) {
  /**
   * What a pool has.
   *
   * @param warm idle and booted
   * @param coming being created or booted
   * @param cold idle and stopped
   * @param held slots taken, whatever for
   */
  record Stock(int warm, int coming, int cold, int held) {}

  /**
   * Enough for those who wait and for the next ones, within the pool's size.
   *
   * @param waiting requests that wait for a machine
   */
  static PoolPlan of(Stock stock, int waiting, int warmTarget, int size) {
    var missing = Math.max(0, waiting + warmTarget - stock.warm() - stock.coming());
    var boots = Math.min(missing, stock.cold());
    return new PoolPlan(boots, Math.clamp(size - stock.held(), 0, missing - boots));
  }
}
