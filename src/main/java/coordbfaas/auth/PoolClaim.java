package coordbfaas.auth;

import java.time.Instant;

/**
 * What a coordinator says of a machine that it makes. It is signed and kept in the machine's metadata, which root in a worker
 * may rewrite but not forge.
 *
 * @param name the machine's name
 * @param pool the pool that it belongs to
 * @param image the image that it boots
 * @param epoch of the coordinator's start: later starts of a pool have later epochs
 * @param instance tells coordinators of one epoch apart; any text without blanks
 * @param created when its create was first called, cut to whole milliseconds
 */
public record PoolClaim(String name, String pool, String image, long epoch, String instance, Instant created) {}
