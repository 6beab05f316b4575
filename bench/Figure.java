import java.util.List;

/**
 * Something that is measured.
 *
 * @param name as {@code --only} takes it
 * @param inTable whether it is measured when nothing is named
 * @param measurement measures every contender in the same run, by turns
 */
record Figure(String name, boolean inTable, Measurement measurement) {
  Figure(String name, Measurement measurement) {
    this(name, true, measurement);
  }

  /** One that takes too long to be measured unless it is named. */
  static Figure onlyByName(String name, Measurement measurement) {
    return new Figure(name, false, measurement);
  }

  interface Measurement {
    /** The rows, the contender first to which the others are compared. */
    List<Row> rows(Setup setup) throws Exception;
  }
}
