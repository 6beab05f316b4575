package coordbfaas.localfly;

import coordbfaas.localfly.rules.Delays;
import coordbfaas.localfly.rules.Fault;
import coordbfaas.localfly.rules.FaultReader;
import coordbfaas.localfly.rules.OpenQuestions;
import coordbfaas.machines.FlyToken;
import coordbfaas.settings.SettingsReader;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How Fly on localhost is served, and how it behaves.
 *
 * @param host the address that the ports are bound to; callers must name this computer's loopback whatever it is
 * @param token what callers of the Machines API and of the admin port must present; empty lets everyone in
 */
public record LocalFlySettings(String host, Ports ports, Optional<FlyToken> token, Workers workers, Manner manner) {
  /** Where the machines' bashers run: in this JVM, or each in a process of its own. */
  public enum Workers { JVM, PROCESS }

  /**
   * Each 0 for one that the kernel picks.
   *
   * @param admin empty for none
   */
  public record Ports(int api, int flycast, Optional<Integer> admin) {
    public Ports {
      require("port", api);
      require("flycast-port", flycast);
      admin.ifPresent(port -> require("admin-port", port));
    }

    private static void require(String name, int port) {
      if (port < 0 || port > 65535)
        throw new IllegalArgumentException("local-fly " + name + ": " + port + " (expected: a port from 0 to 65535)");
    }
  }

  /**
   * How this Fly behaves.
   *
   * @param delays how slow it is
   * @param open how it decides what Fly's documents leave open
   * @param rateLimits whether it keeps Fly's rate limits
   * @param faults what goes wrong from the start
   * @param logEntries how many entries its log keeps; 0 for no log, and no judge
   */
  public record Manner(Delays delays, OpenQuestions open, boolean rateLimits, List<Fault> faults, int logEntries) {
    /** Quick, faultless, and watched by nobody. */
    static final Manner QUIET = new Manner(Delays.NONE, OpenQuestions.GUESSED, false, List.of(), 0);
  }

  private static final String LOOPBACK = "127.0.0.1";
  private static final int LOG_ENTRIES = 100_000;
  private static final Duration DELAY_MAX = Duration.ofDays(1);

  private static final LocalFlySettings EPHEMERAL =
      new LocalFlySettings(LOOPBACK, new Ports(0, 0, Optional.empty()), Optional.empty(), Workers.JVM, Manner.QUIET);

  public LocalFlySettings {
    if (host.isBlank()) throw new IllegalArgumentException("local-fly host: empty (expected: an address such as 127.0.0.1)");
  }

  /** Ports that the kernel picks but no admin port, no delays, bashers in this JVM: what a coordinator embeds. */
  public static LocalFlySettings ephemeral() {
    return EPHEMERAL;
  }

  /**
   * {@link #ephemeral}, as quick as the settings say. Where its bashers run is for the coordinator to say, which knows.
   *
   * @return empty if there are problems, of which the reader knows
   */
  public static Optional<LocalFlySettings> embedded(SettingsReader reader) {
    var limits = reader.oneOf("local-fly.rate-limits", "LOCAL_FLY_RATE_LIMITS", List.of("off", "on"));
    var delays = new Delays(
        delay(reader, "create"), delay(reader, "start"), delay(reader, "resume"),
        delay(reader, "stop"), delay(reader, "suspend"), delay(reader, "stop-window"));
    return reader.build(() ->
        EPHEMERAL.with(new Manner(delays, OpenQuestions.GUESSED, limits.equals("on"), List.of(), 0)));
  }

  private static Duration delay(SettingsReader reader, String key) {
    return reader.duration("local-fly." + key, "LOCAL_FLY_" + key.toUpperCase(Locale.ROOT).replace('-', '_'),
        Duration.ZERO, DELAY_MAX);
  }

  /**
   * For a Fly of its own: ports 4280, 4281 and 4282, otherwise as the settings say, unless the command line says more.
   *
   * @throws coordbfaas.settings.InvalidSettings with all that is wrong with the settings
   * @throws IllegalArgumentException with all that is wrong with the arguments
   */
  public static LocalFlySettings alone(SettingsReader reader, List<String> arguments) {
    var token = reader.optionalText("machines.token").flatMap(given ->
        reader.secret("machines.token", "FLY_TOKEN", "a token as fly tokens create prints it", FlyToken::new));
    var workers = reader.oneOf("local-fly.workers", "LOCAL_WORKERS", List.of("jvm", "process"));
    var settings = embedded(reader);
    reader.logFormat();
    reader.check();
    return settings.orElseThrow().with(token).withWorkers(Workers.valueOf(workers.toUpperCase(Locale.ROOT)))
        .with(new Arguments(arguments));
  }

  private LocalFlySettings with(Arguments given) {
    var api = given.port("--port", 4280);
    var flycast = given.port("--flycast-port", 4281);
    var admin = given.port("--admin-port", 4282);
    var limits = given.onOrOff("--rate-limits", manner.rateLimits);
    var faults = given.each("--fault", FaultReader::parse);
    var answers = given.each("--open", OpenAnswers::parse);
    var delays = delays(given);
    given.check();
    var open = manner.open;
    for (var answer : answers) open = answer.apply(open);
    return new LocalFlySettings(host, new Ports(api, flycast, Optional.of(admin)), token, workers,
        new Manner(delays, open, limits, faults, LOG_ENTRIES));
  }

  private Delays delays(Arguments given) {
    var set = manner.delays;
    return new Delays(
        given.millis("--create-ms", set.create()), given.millis("--start-ms", set.start()),
        given.millis("--resume-ms", set.resume()), given.millis("--stop-ms", set.stop()),
        given.millis("--suspend-ms", set.suspend()), given.millis("--stop-window-ms", set.stopWindow()));
  }

  private LocalFlySettings with(Optional<FlyToken> token) {
    return new LocalFlySettings(host, ports, token, workers, manner);
  }

  private LocalFlySettings with(Manner manner) {
    return new LocalFlySettings(host, ports, token, workers, manner);
  }

  public LocalFlySettings withToken(FlyToken token) {
    return with(Optional.of(token));
  }

  public LocalFlySettings withWorkers(Workers workers) {
    return new LocalFlySettings(host, ports, token, workers, manner);
  }

  public LocalFlySettings withPorts(Ports ports) {
    return new LocalFlySettings(host, ports, token, workers, manner);
  }

  public LocalFlySettings withDelays(Delays delays) {
    return with(new Manner(delays, manner.open, manner.rateLimits, manner.faults, manner.logEntries));
  }

  /** With Fly's rate limits. */
  public LocalFlySettings withRateLimits() {
    return with(new Manner(manner.delays, manner.open, true, manner.faults, manner.logEntries));
  }

  public LocalFlySettings withFaults(List<Fault> faults) {
    return with(new Manner(manner.delays, manner.open, manner.rateLimits, faults, manner.logEntries));
  }

  /** With an admin port that the kernel picks, and a log. */
  public LocalFlySettings withAdmin() {
    return new LocalFlySettings(host, new Ports(ports.api, ports.flycast, Optional.of(0)), token, workers,
        new Manner(manner.delays, manner.open, manner.rateLimits, manner.faults, LOG_ENTRIES));
  }
}
