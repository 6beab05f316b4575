package coordbfaas.pool;

/**
 * Proof that one request holds one worker machine. Given back exactly once.
 *
 * @param name the machine's name, which tells its slot
 * @param machine the machine's id
 * @param boot the boot it is good for
 * @param number how many grants of this machine there were, this one included; tells it from a later one
 */
public record Grant(WorkerName name, String machine, String boot, long number) {}
