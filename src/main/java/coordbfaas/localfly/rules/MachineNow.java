package coordbfaas.localfly.rules;

import java.time.Duration;
import java.util.Optional;

/**
 * What somebody who sees through Fly would tell of a machine.
 *
 * @param boot the number of its latest boot; 0 if it had none
 * @param lease the one that goes on
 */
public record MachineNow(String app, String id, String name, MachineStatus state, long boot, Optional<Lease> lease) {
  /**
   * A lease without its nonce.
   *
   * @param left how long it lasts yet
   * @param description empty if it was given none
   */
  public record Lease(long number, Duration left, String description) {}
}
