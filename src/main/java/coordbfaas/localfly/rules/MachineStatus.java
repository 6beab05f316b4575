package coordbfaas.localfly.rules;

import java.util.Locale;

/** The states that a local machine can be in. Fewer than Fly has, so that a {@code switch} over them has no rest. */
public enum MachineStatus {
  CREATED, LAUNCH_FAILED, STARTING, STARTED, SUSPENDING, SUSPENDED, STOPPING, STOPPED, RESTARTING, REPLACING, FAILED,
  DESTROYING, DESTROYED;

  /** Fly's word for it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether a machine stays in this state until somebody does something. */
  public boolean isSettled() {
    return switch (this) {
      case CREATED, STARTED, SUSPENDED, STOPPED, FAILED, DESTROYED -> true;
      case LAUNCH_FAILED, STARTING, SUSPENDING, STOPPING, RESTARTING, REPLACING, DESTROYING -> false;
    };
  }
}
