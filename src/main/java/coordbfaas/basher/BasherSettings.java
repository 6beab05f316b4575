package coordbfaas.basher;

import java.security.PublicKey;

/**
 * What a worker's server needs to know.
 *
 * @param machine this worker machine's id
 * @param key verifies the coordinators' tokens
 * @param bind the address to listen on
 * @param port the port to listen on; 0 for one that the kernel picks
 */
public record BasherSettings(String machine, PublicKey key, String bind, int port) {}
