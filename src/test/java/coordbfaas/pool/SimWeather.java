package coordbfaas.pool;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How the network between one coordinator and Fly behaves.
 *
 * @param trouble how many of a hundred calls something happens to
 * @param listTime how much longer the answer to a list takes than others, as it does where there are many machines
 */
record SimWeather(int trouble, Duration listTime) {
  static final SimWeather CLEAR = new SimWeather(0, Duration.ZERO);

  /** What becomes of a call. */
  enum Harm {
    NONE,
    /** It never arrives. */
    LOST,
    /** It arrives when nobody waits for it any more. */
    LATE,
    /** It is carried out, and its answer does not come back. */
    SILENT,
    /** It is answered by an error of Fly's own, and not carried out. */
    ERROR,
    /** It is answered by an error of Fly's own, and carried out all the same. */
    ERROR_AFTER,
    /** There are too many of its kind. */
    RATE
  }

  /**
   * The fate of one call.
   *
   * @param out how long it takes to Fly
   * @param back how long its answer takes
   * @param cut whether the caller sees at once that a call was lost
   */
  record Fate(Harm harm, Duration out, Duration back, boolean cut) {}

  private static final Harm[] HARMS = {Harm.LOST, Harm.LATE, Harm.LATE, Harm.SILENT, Harm.SILENT, Harm.ERROR, Harm.ERROR_AFTER,
      Harm.RATE};

  static SimWeather any(RandomGenerator random) {
    var listTime = random.nextBoolean() ? Duration.ZERO : millis(random, 1, 6000);
    return new SimWeather(switch (random.nextInt(4)) {
      case 0, 1 -> 0;
      case 2 -> random.nextInt(1, 10);
      default -> random.nextInt(10, 70);
    }, listTime);
  }

  Fate fate(RandomGenerator random) {
    var out = millis(random, 1, 15);
    var back = millis(random, 1, 15);
    if (trouble == 0 || random.nextInt(100) >= trouble) return new Fate(Harm.NONE, out, back, false);
    var harm = HARMS[random.nextInt(HARMS.length)];
    return new Fate(harm, harm == Harm.LATE ? delay(random) : out, back, random.nextBoolean());
  }

  /** Mostly some seconds, at times minutes. */
  private static Duration delay(RandomGenerator random) {
    return millis(random, 50, random.nextInt(4) == 0 ? 150_000 : 12_000);
  }

  private static Duration millis(RandomGenerator random, int least, int most) {
    return Duration.ofMillis(random.nextInt(least, most));
  }
}
