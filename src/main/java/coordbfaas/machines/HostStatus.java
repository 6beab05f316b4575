package coordbfaas.machines;

import java.util.Locale;

/** What Fly knows of the host that a machine is on. */
public enum HostStatus {
  OK, UNKNOWN, UNREACHABLE;

  /** Reads Fly's word; no word is {@link #OK}, a strange one {@link #UNKNOWN}. */
  static HostStatus of(String word) {
    if (word.isEmpty()) return OK;
    for (var status : values()) if (status.word().equals(word)) return status;
    return UNKNOWN;
  }

  /** Fly's word for it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
