package coordbfaas.conform;

import java.net.URI;

/**
 * Where the server is.
 *
 * @param prefix of every path; empty, or begins with a slash and does not end with one
 */
record Target(boolean tls, String host, int port, String prefix) {
  /**
   * Reads a URL; {@code localhost:8000} means {@code http://localhost:8000}.
   *
   * @throws IllegalArgumentException if it is none of HTTP
   */
  static Target parse(String text) {
    var uri = uri(text.contains("://") ? text : "http://" + text);
    var tls = "https".equals(uri.getScheme());
    if (!tls && !"http".equals(uri.getScheme()) || uri.getHost() == null || uri.getRawQuery() != null) throw malformed(text);
    var port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
    return new Target(tls, uri.getHost(), port, uri.getRawPath().replaceFirst("/+$", ""));
  }

  /** What a request says in its {@code Host} field. */
  String authority() {
    return port == (tls ? 443 : 80) ? host : host + ":" + port;
  }

  /** The host as sockets take it: an IPv6 address without its brackets. */
  String socketHost() {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  @Override
  public String toString() {
    return (tls ? "https://" : "http://") + authority() + prefix;
  }

  private static URI uri(String text) {
    try {
      return URI.create(text);
    } catch (IllegalArgumentException malformed) {
      throw malformed(text);
    }
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(text + " (expected: a URL such as http://localhost:8000)");
  }
}
