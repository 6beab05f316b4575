package coordbfaas.http;

import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/**
 * Tells requests that a web page may have sent from those of this computer's own programs.
 *
 * <p>A server on loopback that runs scripts is reachable from every page that the user has open: by a cross-origin form or
 * fetch (told by {@code Origin} and {@code Sec-Fetch-Site}), and by a name that its owner points at 127.0.0.1 (DNS
 * rebinding, told by {@code Host}).
 */
public final class WebPageGuard {
  private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

  private static final Pattern LOOPBACK_AUTHORITY =
      Pattern.compile("(?i)(localhost|127(?:\\.\\d{1,3}){3}|\\[::1])(:\\d{1,5})?");

  private static final Pattern ADDRESS = Pattern.compile("(\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9A-Fa-f:.]+])(:\\d{1,5})?");

  private WebPageGuard() {}

  /** Why a request to a port of this computer is refused with 403; empty for one that no web page can have sent. */
  public static Optional<String> refusal(HttpRequest request) {
    return refusal(headersOf(request));
  }

  /** The same for whoever has headers and no {@link HttpRequest}: {@code headers} has the values of each lower-case name. */
  public static Optional<String> refusal(Function<String, Stream<String>> headers) {
    if (!LOOPBACK_AUTHORITY.matcher(host(headers)).matches())
      return Optional.of("the Host header must name this computer's loopback");
    return fromElsewhere(headers);
  }

  /**
   * The same for a port of a private network, which has to be asked by its address: a name may be anybody's, and point here
   * for as long as its owner likes.
   */
  public static Optional<String> refusalByAddress(HttpRequest request) {
    var headers = headersOf(request);
    var host = host(headers);
    if (!LOOPBACK_AUTHORITY.matcher(host).matches() && !ADDRESS.matcher(host).matches())
      return Optional.of("the Host header must be an address, or name this computer's loopback");
    return fromElsewhere(headers);
  }

  /** Why a request is refused that a page of another origin has sent, whatever the name by which it came here. */
  public static Optional<String> fromElsewhere(HttpRequest request) {
    return fromElsewhere(headersOf(request));
  }

  private static Optional<String> fromElsewhere(Function<String, Stream<String>> headers) {
    var host = host(headers);
    if (headers.apply("origin").anyMatch(origin -> !origin.equalsIgnoreCase("http://" + host)))
      return Optional.of("requests of web pages from elsewhere are refused (Origin)");
    if (headers.apply("sec-fetch-site").anyMatch(site -> !OWN_SITES.contains(site)))
      return Optional.of("requests of web pages from elsewhere are refused (Sec-Fetch-Site)");
    return Optional.empty();
  }

  private static String host(Function<String, Stream<String>> headers) {
    return headers.apply("host").findFirst().orElse("");
  }

  private static Function<String, Stream<String>> headersOf(HttpRequest request) {
    return name -> HeaderValues.of(request, name).map(String::strip);
  }
}
