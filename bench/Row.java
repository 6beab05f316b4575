import java.util.Locale;

/**
 * One line of the table.
 *
 * @param figure what is measured
 * @param contender who does it
 * @param unit of all values
 * @param ratio of this contender's median to that of the figure's first; 1 for the first
 */
record Row(String figure, String contender, String unit, Samples samples, double ratio) {
  static final String HEAD = String.format(Locale.ROOT, "%-34s %-26s %5s %6s %9s %9s %9s %7s %6s",
      "figure", "contender", "n", "unit", "p50", "p99", "max", "spread", "ratio");

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%-34s %-26s %5d %6s %9.2f %9.2f %9.2f %6.0f%% %6.2f", figure, contender, samples.count(),
        unit, samples.median(), samples.at(0.99), samples.max(), samples.spread() * 100, ratio);
  }

  /** A ratio to a median of 0 is 0 there: JSON has no infinity. */
  String json() {
    return String.format(Locale.ROOT,
        "{\"figure\":\"%s\",\"contender\":\"%s\",\"unit\":\"%s\",\"n\":%d,\"p50\":%.4f,\"p99\":%.4f,\"max\":%.4f,\"ratio\":%.4f}",
        figure, contender, unit, samples.count(), samples.median(), samples.at(0.99), samples.max(), Double.isFinite(ratio) ? ratio : 0);
  }
}
