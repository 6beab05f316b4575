package coordbfaas.http;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.apache.pekko.http.javadsl.model.HttpHeader;
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

  private WebPageGuard() {}

  /** Why a request to a port of this computer is refused with 403; empty for one that no web page can have sent. */
  public static Optional<String> refusal(HttpRequest request) {
    var host = value(request, "host").orElse("");
    if (!LOOPBACK_AUTHORITY.matcher(host).matches())
      return Optional.of("the Host header must name this computer's loopback");
    if (values(request, "origin").anyMatch(origin -> !origin.equalsIgnoreCase("http://" + host)))
      return Optional.of("requests of web pages from elsewhere are refused (Origin)");
    if (values(request, "sec-fetch-site").anyMatch(site -> !OWN_SITES.contains(site)))
      return Optional.of("requests of web pages from elsewhere are refused (Sec-Fetch-Site)");
    return Optional.empty();
  }

  private static Optional<String> value(HttpRequest request, String name) {
    return values(request, name).findFirst();
  }

  private static java.util.stream.Stream<String> values(HttpRequest request, String name) {
    return StreamSupport.stream(request.getHeaders().spliterator(), false)
        .filter(header -> header.is(name)).map(HttpHeader::value).map(String::strip);
  }
}
