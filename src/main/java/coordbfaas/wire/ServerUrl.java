package coordbfaas.wire;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.security.NoSuchAlgorithmException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * Where a server of the public API is, for the programs that ask one.
 *
 * @param prefix of every path; empty, or begins with a slash and does not end with one
 */
public record ServerUrl(boolean tls, String host, int port, String prefix) {
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  /**
   * Reads a URL; {@code localhost:8000} means {@code http://localhost:8000}.
   *
   * @throws IllegalArgumentException if it is none of HTTP, or holds a user, a query or a fragment, which would be lost
   */
  public static ServerUrl parse(String text) {
    var uri = uri(text.contains("://") ? text : "http://" + text);
    if (uri.getRawUserInfo() != null)
      throw new IllegalArgumentException("a URL with a user in it (expected: none, this API has no users)");
    var tls = "https".equalsIgnoreCase(uri.getScheme());
    var isHttp = tls || "http".equalsIgnoreCase(uri.getScheme());
    if (!isHttp || uri.getHost() == null || uri.getRawQuery() != null || uri.getRawFragment() != null) throw malformed(text);
    var port = uri.getPort() >= 0 ? uri.getPort() : tls ? HTTPS_PORT : HTTP_PORT;
    if (port < 1 || port > 65_535) throw malformed(text);
    return new ServerUrl(tls, uri.getHost(), port, uri.getRawPath().replaceFirst("/+$", ""));
  }

  /** What a request says in its {@code Host} field. */
  public String authority() {
    return port == (tls ? HTTPS_PORT : HTTP_PORT) ? host : host + ":" + port;
  }

  /** The host as sockets take it: an IPv6 address without its brackets. */
  public String socketHost() {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /**
   * Puts TLS on a connection to the server, and says hello.
   *
   * @param ms how long the other side may be silent meanwhile
   * @throws IOException if it has no certificate that is good for this host, too
   */
  public Socket secured(Socket plain, int ms) throws IOException {
    var socket = (SSLSocket) context().getSocketFactory().createSocket(plain, socketHost(), port, true);
    var parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS"); // or any certificate would do, whatever its name
    socket.setSSLParameters(parameters);
    plain.setSoTimeout(ms);
    socket.startHandshake();
    plain.setSoTimeout(0);
    return socket;
  }

  private static SSLContext context() {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
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
