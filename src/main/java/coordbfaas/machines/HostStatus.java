package coordbfaas.machines;

import java.util.Locale;

/** What Fly knows of the host that a machine is on. */
public enum HostStatus {
  OK, UNREACHABLE, UNKNOWN;

  /** Reads Fly's word; no word is {@link #OK}, a strange one {@link #UNKNOWN}. */
  static HostStatus of(String word) {
    if (word.isEmpty()) return OK;
    for (var status : values()) if (status.name().toLowerCase(Locale.ROOT).equals(word)) return status;
    return UNKNOWN;
  }
}
