import java.util.List;

/**
 * Something that is measured.
 *
 * @param name as {@code --only} takes it
 * @param measurement measures every contender in the same run, by turns
 */
record Figure(String name, Measurement measurement) {
  interface Measurement {
    /** The rows, the contender first to which the others are compared. */
    List<Row> rows(Setup setup) throws Exception;
  }
}
