package coordbfaas.machines;

/** Whether calls are paced by the rates that Fly documents. */
public enum Pace {
  ON,
  OFF,
  /** Not before the API has refused a call for its rate: for a stand-in on this computer, which may have none. */
  ONCE_REFUSED;

  /**
   * Reads a setting.
   *
   * @param word {@code on}, {@code off} or {@code auto}
   * @param loopback whether the API is on this computer
   * @throws IllegalArgumentException if it is another word
   */
  public static Pace of(String word, boolean loopback) {
    return switch (word) {
      case "on" -> ON;
      case "off" -> OFF;
      case "auto" -> loopback ? ONCE_REFUSED : ON;
      default -> throw new IllegalArgumentException(word);
    };
  }
}
