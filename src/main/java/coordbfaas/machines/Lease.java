package coordbfaas.machines;

import java.time.Instant;
import java.util.Optional;

/**
 * The exclusive right to change a machine for a while.
 *
 * @param expiresAtSeconds Unix time in seconds, by Fly's clock
 */
public record Lease(LeaseNonce nonce, long expiresAtSeconds, Optional<String> owner, Optional<String> description) {
  public Instant expiresAt() {
    return Instant.ofEpochSecond(expiresAtSeconds);
  }
}
