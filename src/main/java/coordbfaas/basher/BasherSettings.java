package coordbfaas.basher;

import coordbfaas.auth.KeyPair;
import coordbfaas.settings.Containment;
import coordbfaas.settings.Environment;
import coordbfaas.settings.SettingsReader;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Map;

/**
 * What a worker's server needs to know.
 *
 * @param machine this worker machine's id
 * @param key verifies the coordinators' tokens
 * @param bind the address to listen on
 * @param port the port to listen on; 0 for one that the kernel picks
 * @param bodyBytesMax the largest request body
 * @param readTimeout from a request's first byte to its last
 * @param idleMax how long it waits for its run while nobody asks for its health
 * @param rehearsals how many runs of its own the first basher of a JVM makes before it is healthy
 * @param containment how its run is contained
 */
public record BasherSettings(
    String machine, PublicKey key, String bind, int port, long bodyBytesMax, Duration readTimeout, Duration idleMax,
    int rehearsals, Containment containment) {
  /** An owner asks once in a lease time: one that did not for so many of them is gone. */
  private static final int IDLE_LEASE_TIMES = 2;

  /** The settings of a worker that is started with this environment and no other. */
  public static BasherSettings of(Map<String, String> environment) {
    return from(new SettingsReader(Environment.config(environment)));
  }

  /** Reads the settings; throws {@link coordbfaas.settings.InvalidSettings} with all that is wrong with them. */
  public static BasherSettings from(SettingsReader reader) {
    var machine = reader.text("machine-id", "FLY_MACHINE_ID", "this machine's id");
    var key = reader.secret("auth.public", "PUBLIC", KeyPair.EXPECTED, KeyPair::parsePublic);
    var bind = reader.text("basher.bind", "BIND", "an address");
    var port = reader.integer("basher.port", "PORT", 0, 65535);
    var body = reader.bytes("http.body-max", "MAXBODY", 1, 1L << 30);
    var readTimeout = reader.duration("http.read-timeout", "READTIMEOUT", Duration.ofMillis(1), Duration.ofHours(1));
    var idle = reader.duration("pool.lease-time", "LEASETIME", Duration.ofMillis(1), Duration.ofDays(1))
        .multipliedBy(IDLE_LEASE_TIMES);
    var rehearsals = reader.integer("basher.rehearsals", "coordbfaas.basher.rehearsals", 0, 1000);
    var containment = Containment.from(reader);
    var settings = reader.build(() ->
        new BasherSettings(machine, key.orElseThrow(), bind, port, body, readTimeout, idle, rehearsals, containment));
    reader.logFormat();
    reader.check();
    return settings.orElseThrow();
  }

  /** The same, of one that needs no rehearsal. */
  BasherSettings rehearsed() {
    return new BasherSettings(machine, key, bind, port, bodyBytesMax, readTimeout, idleMax, 0, containment);
  }

  /** Whether only programs of this computer can reach the server, its user's browser among them. */
  boolean onLoopback() {
    try {
      return InetAddress.getByName(bind).isLoopbackAddress();
    } catch (UnknownHostException unknown) {
      return false;
    }
  }
}
