package coordbfaas.coord;

import coordbfaas.http.HeaderValues;
import coordbfaas.http.HttpServer;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/**
 * What tells one client from another: its address, of IPv6 the first 64 bits. So many are the least that a site is given, and
 * whoever has them may use any of 2^64 addresses, a new one for each request.
 *
 * @param bits the address, or its first 64 bits
 */
record ClientAddress(boolean v6, long bits) {
  private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  private static final Pattern LITERAL = Pattern.compile("(?:" + OCTET + "\\.){3}" + OCTET + "|(?=[^:]*:)[0-9A-Fa-f:.]+");

  /**
   * Who sent a request.
   *
   * @param onFly whether {@code Fly-Client-IP} is Fly's own; anywhere else a client may write there what it likes
   */
  static ClientAddress of(HttpRequest request, HttpServer.Client client, boolean onFly) {
    var told = onFly ? flyClientIp(request) : Optional.<InetAddress>empty();
    return of(told.orElse(client.address().getAddress()));
  }

  static ClientAddress of(InetAddress address) {
    var bytes = ByteBuffer.wrap(address.getAddress());
    return address instanceof Inet4Address ? new ClientAddress(false, bytes.getInt()) : new ClientAddress(true, bytes.getLong());
  }

  /** The header's one address; a request with two of them did not come by Fly's proxy alone. */
  private static Optional<InetAddress> flyClientIp(HttpRequest request) {
    var values = HeaderValues.of(request, "fly-client-ip").map(String::strip).toList();
    return values.size() == 1 ? literal(values.getFirst()) : Optional.empty();
  }

  /** Names are not looked up. */
  private static Optional<InetAddress> literal(String text) {
    if (!LITERAL.matcher(text).matches()) return Optional.empty();
    try {
      return Optional.of(InetAddress.getByName(text));
    } catch (UnknownHostException malformed) {
      return Optional.empty();
    }
  }
}
