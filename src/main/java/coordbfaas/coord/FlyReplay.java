package coordbfaas.coord;

import coordbfaas.http.HeaderValues;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/**
 * That Fly's proxy may give a request to another machine of this app. Pure. Fly brings back what our answer's
 * {@code fly-replay} says as its state in the next request's {@code fly-replay-src}; the number there counts down, so that
 * coordinators which are all busy do not send a request round for ever.
 *
 * @param retries how many more replays may follow this one
 * @see <a href="https://fly.io/docs/networking/dynamic-request-routing/">Fly: dynamic request routing</a>
 */
record FlyReplay(int retries) {
  static final String HEADER = "fly-replay";

  /** Fly replays no larger bodies. */
  static final long BODY_BYTES_MAX = 1_000_000;

  private static final int RETRIES_MAX = 3;
  private static final Pattern STATE = Pattern.compile("\\s*state\\s*=\\s*retries-(\\d{1,3})\\s*");

  /**
   * Whether and how a request may be replayed. Not if it came back to us because nobody else could be reached; nor if it was
   * replayed and does not say how often it still may be: whatever that means, it is no endless round.
   *
   * @param bodyBytes the size of its body
   */
  static Optional<FlyReplay> of(HttpRequest request, long bodyBytes) {
    if (bodyBytes > BODY_BYTES_MAX || HeaderValues.of(request, "fly-replay-failed").findAny().isPresent()) return Optional.empty();
    var left = HeaderValues.of(request, "fly-replay-src").mapToInt(FlyReplay::retriesLeft).min().orElse(RETRIES_MAX + 1);
    return left == 0 ? Optional.empty() : Optional.of(new FlyReplay(left - 1));
  }

  /** What the answer's header says; after a second without a connection elsewhere the request comes back here. */
  String header() {
    return "elsewhere=true;state=retries-" + retries + ";timeout=1s;fallback=force_self";
  }

  /** The number in the one state of a {@code fly-replay-src}, no larger than ours are; 0 if there is none that is ours. */
  private static int retriesLeft(String source) {
    var states = Arrays.stream(source.split(";")).filter(field -> field.strip().startsWith("state")).map(STATE::matcher).toList();
    return states.size() == 1 && states.getFirst().matches()
        ? Math.min(RETRIES_MAX, Integer.parseInt(states.getFirst().group(1))) : 0;
  }
}
