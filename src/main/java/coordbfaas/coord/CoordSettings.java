package coordbfaas.coord;

import coordbfaas.admin.AdminSettings;
import coordbfaas.auth.KeyPair;
import coordbfaas.http.HttpServer;
import coordbfaas.machines.FlyToken;
import coordbfaas.machines.MachinesSettings;
import coordbfaas.machines.Pace;
import coordbfaas.pool.PoolSettings;
import coordbfaas.settings.Containment;
import coordbfaas.settings.SettingsReader;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a coordinator needs to know.
 *
 * @param bind the address to listen on
 * @param port the public port; 0 for one that the kernel picks
 * @param limits what requests may take
 * @param onFly whether this program runs on Fly, behind its proxy
 * @param flyReplay whether another region is asked to serve when nothing is idle here
 * @param local whether workers run on this computer, where web pages must be kept out
 * @param keys the coordinator's key pair
 * @param ownKeys whether the pair was made for this run alone
 * @param pool the pool's settings
 * @param fly how to reach Fly; empty for the embedded local Fly
 * @param manner how the Machines API is called, embedded or not
 * @param localWorkers {@code jvm} or {@code process}, for the embedded local Fly
 * @param admin the admin port
 */
public record CoordSettings(
    String bind,
    int port,
    Limits limits,
    boolean onFly,
    boolean flyReplay,
    boolean local,
    KeyPair keys,
    boolean ownKeys,
    PoolSettings pool,
    Optional<Fly> fly,
    MachinesSettings.Manner manner,
    String localWorkers,
    AdminSettings admin) {

  /** The word that stands for the embedded local Fly in place of an app's name. */
  private static final String MOCK = "mock";

  /** As RFC 6761 has it, and as Debian's hosts file names IPv6's. */
  private static final Pattern LOOPBACK_NAME =
      Pattern.compile("(([^.]+\\.)*localhost|ip6-localhost|ip6-loopback)\\.?", Pattern.CASE_INSENSITIVE);

  /** Where that one is; the port is known when it serves. */
  private static final URI EMBEDDED = URI.create("http://127.0.0.1");

  /**
   * What requests may take.
   *
   * @param requestTime the deadline, from a request's acceptance
   * @param outputBytes most that a run may write
   * @param bodyBytes largest request body
   * @param bodiesBytes most that the bodies which are being read may have together
   * @param rate how often each client may ask; empty for as often as it likes
   * @param http what clients may take of the public port
   */
  public record Limits(
      Duration requestTime, long outputBytes, long bodyBytes, long bodiesBytes, Optional<RateLimit.Rate> rate,
      HttpServer.Limits http) {}

  /** How to reach Fly: its API, and its workers. */
  public record Fly(MachinesSettings machines, URI workers) {}

  /** Reads the settings; throws {@link coordbfaas.settings.InvalidSettings} with all that is wrong with them. */
  public static CoordSettings from(SettingsReader reader) {
    var app = reader.parsed("worker-app", "WORKER_APP",
        "the Fly app of the workers (lower-case letters, digits, dashes), or mock", "missing", CoordSettings::app);
    var mock = app.equals(MOCK);
    var url = mock ? EMBEDDED : reader.baseUrl("machines.url", "FLY_API_HOSTNAME");
    var manner = manner(reader, isLoopback(url));
    var fly = mock ? Optional.<Fly>empty() : Optional.of(fly(reader, app, url, manner));
    var local = mock || fly.filter(CoordSettings::onThisComputer).isPresent();
    var onFly = reader.optionalText("fly-app").isPresent();
    reader.require(!local || !onFly, "WORKER_APP", app,
        "an app of its own when FLY_APP_NAME is set: local workers would run strangers' scripts beside PRIVATE and FLY_TOKEN");

    var limits = limits(reader);
    var ownKeys = mock && reader.optionalText("auth.private").isEmpty();
    var keys = ownKeys ? Optional.of(KeyPair.generate())
        : reader.secret("auth.private", "PRIVATE", KeyPair.EXPECTED, KeyPair::parse);
    var bind = reader.text(local ? "coord.bind-mock" : "coord.bind", "BIND", "an address");
    var port = reader.integer("coord.port", "PORT", 0, 65535);
    var workers = reader.oneOf("local-fly.workers", "LOCAL_WORKERS", List.of("jvm", "process"));
    var pool = poolSettings(reader, mock, limits, keys);
    var replay = reader.oneOf("coord.fly-replay", "FLY_REPLAY", List.of("on", "off")).equals("on");
    var admin = AdminSettings.from(reader);
    reader.logFormat();
    var settings = reader.build(() -> new CoordSettings(
        bind, port, limits, onFly, replay, local, keys.orElseThrow(), ownKeys, pool.orElseThrow(), fly, manner, workers, admin));
    reader.check();
    return settings.orElseThrow();
  }

  private static String app(String name) {
    if (!name.matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?")) throw new IllegalArgumentException();
    return name;
  }

  private static Limits limits(SettingsReader reader) {
    var body = reader.bytes("http.body-max", "MAXBODY", 1, 1L << 30);
    var bodies = reader.bytes("http.bodies-max", "coordbfaas.http.bodies-max", 1, Long.MAX_VALUE);
    return new Limits(
        reader.duration("coord.max-request-time", "MAXREQTIME", Duration.ofMillis(1), Duration.ofDays(1)),
        reader.bytes("coord.output-max", "MAXOUTPUT", 1, Long.MAX_VALUE),
        body,
        Math.max(body, bodies),
        reader.parsed("http.rate-limit", "RATELIMIT", RateLimit.Rate.EXPECTED, Optional.empty(), RateLimit.Rate::parse),
        new HttpServer.Limits(
            reader.integer("http.connections-max", "MAXCONNECTIONS", 1, 1_000_000),
            reader.duration("http.read-timeout", "READTIMEOUT", Duration.ofMillis(1), Duration.ofHours(1)),
            reader.duration("http.idle-time", "IDLETIME", Duration.ofMillis(1), Duration.ofHours(1))));
  }

  private static Fly fly(SettingsReader reader, String app, URI url, MachinesSettings.Manner manner) {
    var token = reader.secret("machines.token", "FLY_TOKEN", "a token as fly tokens create prints it", FlyToken::new);
    var workers = reader.optionalText("machines.worker-url").isPresent()
        ? reader.baseUrl("machines.worker-url", "WORKER_URL") : URI.create("http://" + app + ".flycast");
    var caller = reader.optionalText("machine-id").orElse("");
    return new Fly(new MachinesSettings(url, app, token.orElse(new FlyToken("missing")), caller, manner), workers);
  }

  private static MachinesSettings.Manner manner(SettingsReader reader, boolean loopback) {
    return new MachinesSettings.Manner(
        reader.duration(
            "machines.call-timeout", "coordbfaas.machines.call-timeout", Duration.ofMillis(1), Duration.ofMinutes(10)),
        reader.duration("machines.call-time", "coordbfaas.machines.call-time", Duration.ofMillis(1), Duration.ofMinutes(10)),
        reader.parsed("machines.pace", "API_PACE", "auto, on or off", Pace.ON, word -> Pace.of(word, loopback)));
  }

  private static Optional<PoolSettings> poolSettings(SettingsReader reader, boolean mock, Limits limits, Optional<KeyPair> keys) {
    var image = mock ? "local" : reader.text("worker-image", "WORKER_IMAGE", "the image that workers boot");
    var name = mock ? reader.optionalText("machine-id").orElse("local")
        : reader.text("machine-id", "FLY_MACHINE_ID", "this machine's id");
    var size = reader.integer(mock ? "pool.size-mock" : "pool.size", "POOLSIZE", 1, 10_000);
    var warm = reader.parsed(mock ? "pool.warm-mock" : "pool.warm", "POOL_WARM", "a whole number, or all", 0,
        text -> text.equals("all") ? size : Integer.valueOf(text));
    var queueMax = reader.integer("pool.queue-max", "MAXQUEUE", 0, 1_000_000);
    var queueTime = reader.duration("pool.queue-time", "QUEUETIME", Duration.ZERO, Duration.ofDays(1));
    var warmMode = reader.oneOf("pool.warm-mode", "POOL_WARM_MODE", PoolSettings.WarmMode.class);
    var onExit = reader.oneOf("pool.on-exit", "POOL_ON_EXIT", PoolSettings.OnExit.class);
    var ownership = ownership(reader);
    var boot = reader.duration("pool.boot-timeout", "coordbfaas.pool.boot-timeout", Duration.ofMillis(1), Duration.ofHours(1));
    var stop = reader.duration("pool.stop-timeout", "coordbfaas.pool.stop-timeout", Duration.ofMillis(1), Duration.ofMinutes(5));
    var cpus = reader.integer("pool.machine.cpus", "WORKER_CPUS", 1, 16);
    var memory = reader.integer("pool.machine.memory", "WORKER_MEMORY", 256, 131_072);
    var containment = Containment.from(reader);
    return reader.build(() -> new PoolSettings(
        name, size, warm, warmMode, queueMax, queueTime, limits.requestTime(), ownership, boot, stop, onExit,
        new PoolSettings.Worker(image, reader.optionalText("pool.machine.region"), cpus, memory,
            keys.orElseThrow().publicText(), limits.bodyBytes(), containment)));
  }

  private static PoolSettings.Ownership ownership(SettingsReader reader) {
    return new PoolSettings.Ownership(
        reader.duration("pool.lease-time", "LEASETIME", Duration.ofSeconds(1), Duration.ofDays(1)),
        reader.oneOf("pool.lease-renew", "LEASE_RENEW", List.of("on", "off")).equals("on"),
        reader.duration("pool.machine-max-age", "MACHINE_MAX_AGE", Duration.ofSeconds(1), Duration.ofDays(365)),
        reader.duration("pool.clean-time", "CLEANTIME", Duration.ofSeconds(1), Duration.ofDays(1)));
  }

  private static boolean onThisComputer(Fly fly) {
    return isLoopback(fly.machines().url()) || isLoopback(fly.workers());
  }

  /**
   * Names are not looked up, save those that always mean this computer. By the authority as it stands: {@link URI} takes
   * short forms such as 127.1 for no host, and a connection to 0.0.0.0 comes out here too.
   */
  private static boolean isLoopback(URI url) {
    var host = url.getAuthority().replaceFirst(":\\d+$", "");
    if (LOOPBACK_NAME.matcher(host).matches()) return true;
    if (!host.matches("[0-9.]+|\\[[0-9a-fA-F:.]+]")) return false;
    try {
      var address = InetAddress.getByName(host);
      return address.isLoopbackAddress() || address.isAnyLocalAddress();
    } catch (UnknownHostException malformed) {
      return false;
    }
  }
}
