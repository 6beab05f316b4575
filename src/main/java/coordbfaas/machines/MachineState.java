package coordbfaas.machines;

import java.util.Locale;

/**
 * A machine's state as Fly tells it. Fly adds states at times, so there is one for those that we do not know.
 *
 * @see <a href="https://fly.io/docs/machines/machine-states/">Fly: machine states</a>
 */
public enum MachineState {
  CREATED, CREATING, STARTED, STARTING, STOPPED, STOPPING, RESTARTING, SUSPENDED, SUSPENDING,
  FAILED, LAUNCH_FAILED, UPDATING, REPLACING, REPLACED, MIGRATED, DESTROYING, DESTROYED, UNKNOWN;

  /** Reads Fly's word. */
  public static MachineState of(String word) {
    for (var state : values()) if (state.word().equals(word)) return state;
    return UNKNOWN;
  }

  /** Fly's word for it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
