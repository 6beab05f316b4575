import java.util.List;

/** What was measured of one thing, sorted. */
record Samples(double[] sorted) {
  static Samples of(List<Double> values) {
    if (values.isEmpty()) throw new IllegalArgumentException("nothing was measured");
    return new Samples(values.stream().mapToDouble(Double::doubleValue).sorted().toArray());
  }

  int count() {
    return sorted.length;
  }

  double median() {
    return at(0.5);
  }

  /** The value that the share of all does not exceed. */
  double at(double share) {
    return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
  }

  /** Half of the distance between the quartiles, by the median: how far runs disagree. */
  double spread() {
    return median() == 0 ? 0 : (at(0.75) - at(0.25)) / 2 / median();
  }

  double max() {
    return sorted[sorted.length - 1];
  }
}
