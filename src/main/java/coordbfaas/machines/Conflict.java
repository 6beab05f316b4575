package coordbfaas.machines;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What stands against a call, where the status alone does not tell: Fly uses 409 for half a dozen things, which differ in
 * their texts. Read by the texts' beginnings and keywords, never by whole sentences.
 */
public enum Conflict {
  /** The machine's lease is another's, or the nonce is not its nonce. */
  LEASE_HELD,
  /** A machine of this name exists. */
  NAME_TAKEN,
  /** The machine's configuration is not the one that the call meant. */
  VERSION_STALE,
  /** No room on the host or in the region. */
  NO_CAPACITY,
  /** The organisation may not use more. */
  QUOTA,
  START_IN_PROGRESS,
  UPDATE_IN_PROGRESS,
  /** A 409 of a kind that we do not know. */
  UNKNOWN;

  private static final Pattern NAME = Pattern.compile("^already_exists\\b|unique machine name");
  private static final Pattern LEASE = Pattern.compile("\\b(?:lease|nonce)\\b");
  private static final Pattern STARTING = Pattern.compile("still attempting to start");
  private static final Pattern UPDATING = Pattern.compile("concurrent update");
  private static final Pattern CAPACITY =
      Pattern.compile("\\binsufficient\\b|\\bno capacity\\b|could not reserve|could not find a candidate host|_capacity\\b");
  private static final Pattern VERSION = Pattern.compile("\\b(?:current_|machine )?version\\b");
  private static final Pattern LIMIT = Pattern.compile("\\bquota\\b|\\blimits?\\b|\\bexceed|\\d ?[MG]B\\b");
  private static final Pattern MACHINE = Pattern.compile("\\bmachine ID (\\S+) already exists");

  /**
   * Reads an answer.
   *
   * @param code the answer's own word for it, empty if it has none
   * @param text what the API says
   * @return empty if the status says all there is
   */
  static Optional<Conflict> of(int status, String code, String text) {
    return switch (status) {
      case 409 -> Optional.of(ofConflict(text));
      case 412, 422 -> Optional.of(NO_CAPACITY).filter(room -> has(CAPACITY, code) || has(CAPACITY, text));
      case 403 -> Optional.of(QUOTA).filter(limit -> has(LIMIT, text));
      default -> Optional.empty();
    };
  }

  /** The machine that has the name, if a text about a taken name tells. */
  static Optional<String> machineWithTheName(String text) {
    var machine = MACHINE.matcher(text);
    return machine.find() ? Optional.of(machine.group(1)) : Optional.empty();
  }

  private static Conflict ofConflict(String text) {
    if (has(NAME, text)) return NAME_TAKEN;
    if (has(LEASE, text)) return LEASE_HELD;
    if (has(STARTING, text)) return START_IN_PROGRESS;
    if (has(UPDATING, text)) return UPDATE_IN_PROGRESS;
    if (has(CAPACITY, text)) return NO_CAPACITY;
    return has(VERSION, text) ? VERSION_STALE : UNKNOWN;
  }

  private static boolean has(Pattern pattern, String text) {
    return pattern.matcher(text).find();
  }
}
