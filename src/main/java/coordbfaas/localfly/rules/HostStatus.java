package coordbfaas.localfly.rules;

import java.util.Locale;

/** What Fly knows of the host that a machine is on. */
public enum HostStatus {
  OK, UNKNOWN, UNREACHABLE;

  /** Fly's word for it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
