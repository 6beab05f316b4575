package coordbfaas.localfly.rules;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * What the rules want done. {@code boot} is the number of a machine's boot: what comes back about an earlier one is ignored.
 * {@code leaseNumber} counts the leases of this Fly from 1 and tells them apart without their nonces.
 */
public sealed interface Effect {
  /** A machine came from one state to another: to be logged, and told to those who wait. */
  record Changed(String machine, MachineStatus from, MachineStatus to, String cause) implements Effect {}

  /** A machine is leased until then, newly or for longer: to be logged. */
  record Leased(String machine, long leaseNumber, Instant until, String cause) implements Effect {}

  /** A lease ended before its time: to be logged. One whose time is over ends without a word. */
  record Released(String machine, long leaseNumber, String cause) implements Effect {}

  /** {@link FlyRules#launched} is to be told after a delay. */
  record Launch(String machine, long boot, Duration delay) implements Effect {}

  /** The machine's basher is to run. {@link FlyRules#booted} is to be told when it does, {@link FlyRules#ended} when it ended. */
  record Boot(String machine, long boot, Map<String, String> environment) implements Effect {
    @Override
    public String toString() {
      return "Boot[" + machine + ", " + boot + "]";
    }
  }

  /** The machine's basher is to end, gently at first; {@link FlyRules#ended} is to be told even if it never ran. */
  record Shutdown(String machine, long boot, Duration killAfter) implements Effect {}

  /** The machine's basher runs and is to stand still until it is thawed or shut down. */
  record Freeze(String machine, long boot) implements Effect {}

  /** The machine's basher stands still and is to go on; nothing is told. */
  record Thaw(String machine, long boot) implements Effect {}

  /** {@link FlyRules#settled} is to be told after a delay. */
  record Settle(String machine, long boot, Duration delay) implements Effect {}
}
