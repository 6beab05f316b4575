package coordbfaas.coord;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How often each client may ask: a token bucket for each, which holds as many requests as its rate has in one period and is
 * filled evenly.
 *
 * <p>What it remembers is bounded: of more clients than {@code clientsMax} the one that asked longest ago is forgotten, and has
 * a full bucket if it comes again. Whoever has that many addresses is not to be limited by address. Safe for any thread.
 */
final class RateLimit {
  /**
   * A rate.
   *
   * @param requests in one period, and at once when none came for a period; at least 1
   */
  record Rate(int requests, Duration period) {
    static final String EXPECTED = "off, or requests in a second, minute or hour, such as 10/s, 100/m or 1000/h";

    private static final Pattern RATE = Pattern.compile("([1-9]\\d{0,6})/([smh])");
    private static final Map<String, Duration> PERIODS =
        Map.of("s", Duration.ofSeconds(1), "m", Duration.ofMinutes(1), "h", Duration.ofHours(1));

    /** Reads a rate; empty for {@code off}. */
    static Optional<Rate> parse(String text) {
      if (text.equals("off")) return Optional.empty();
      var match = RATE.matcher(text);
      if (!match.matches()) throw new IllegalArgumentException(text + " (expected: " + EXPECTED + ")");
      return Optional.of(new Rate(Integer.parseInt(match.group(1)), PERIODS.get(match.group(2))));
    }

    /** From one request to the next, once the bucket is empty. */
    private long intervalNanos() {
      return Math.max(1, period.toNanos() / requests);
    }
  }

  static final int CLIENTS_MAX = 50_000;

  private final Rate rate;
  private final LastUsed fullAt;

  RateLimit(Rate rate) {
    this(rate, CLIENTS_MAX);
  }

  RateLimit(Rate rate, int clientsMax) {
    this.rate = rate;
    this.fullAt = new LastUsed(clientsMax);
  }

  /**
   * Counts a request, unless it is over its client's rate.
   *
   * @param nowNanos by a clock that never goes back, such as {@link System#nanoTime}
   * @return how long the client has to wait until its next request is within the rate; empty if this one is
   */
  synchronized Optional<Duration> refusal(ClientAddress client, long nowNanos) {
    var known = fullAt.get(client);
    var full = known == null || known - nowNanos < 0 ? nowNanos : known;
    var tooSoon = full - nowNanos - (rate.requests() - 1) * rate.intervalNanos();
    if (tooSoon > 0) return Optional.of(Duration.ofNanos(tooSoon));
    fullAt.put(client, full + rate.intervalNanos());
    return Optional.empty();
  }

  /** How many clients are remembered. */
  synchronized int clients() {
    return fullAt.size();
  }

  /** When each client's bucket is full again. */
  private static final class LastUsed extends LinkedHashMap<ClientAddress, Long> {
    private static final long serialVersionUID = 1;

    private final int max;

    LastUsed(int max) {
      super(16, 0.75f, true);
      this.max = max;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<ClientAddress, Long> eldest) {
      return size() > max;
    }
  }
}
