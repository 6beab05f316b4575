import java.util.List;

/**
 * Something that is measured.
 *
 * @param name as {@code --only} takes it
 * @param inTable whether it is measured when nothing is named
 * @param steady whether it is measured of {@link Setup#steady}
 * @param measurement measures every contender in the same run, by turns
 */
record Figure(String name, boolean inTable, boolean steady, Measurement measurement) {
  Figure(String name, Measurement measurement) {
    this(name, true, false, measurement);
  }

  /** One that takes too long to be measured unless it is named. */
  static Figure onlyByName(String name, Measurement measurement) {
    return new Figure(name, false, false, measurement);
  }

  /** One of coordinators that have done their work for a while, which such figures share. */
  static Figure steady(String name, Measurement measurement) {
    return new Figure(name, true, true, measurement);
  }

  interface Measurement {
    /** The rows, the contender first to which the others are compared. */
    List<Row> rows(Setup setup) throws Exception;
  }
}
