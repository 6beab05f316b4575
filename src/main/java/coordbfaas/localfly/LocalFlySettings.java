package coordbfaas.localfly;

import coordbfaas.localfly.rules.Delays;
import coordbfaas.localfly.rules.OpenQuestions;
import coordbfaas.machines.FlyToken;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How Fly on localhost is served, and how slow it is.
 *
 * @param host the address that both ports are bound to; callers must name this computer's loopback whatever it is
 * @param port of the Machines API; 0 for one that the kernel picks
 * @param flycastPort of flycast; 0 for one that the kernel picks
 * @param token what callers of the Machines API must present; empty lets everyone in
 * @param delays how slow it is
 * @param open how it decides what Fly's documents leave open
 */
public record LocalFlySettings(
    String host,
    int port,
    int flycastPort,
    Optional<FlyToken> token,
    Workers workers,
    Delays delays,
    OpenQuestions open) {

  /** Where the machines' bashers run: in this JVM, or each in a process of its own. */
  public enum Workers { JVM, PROCESS }

  private static final LocalFlySettings EPHEMERAL = new LocalFlySettings("127.0.0.1", 0, 0, Optional.empty(), Workers.JVM,
      Delays.NONE, OpenQuestions.GUESSED);

  public LocalFlySettings {
    if (host.isBlank()) throw new IllegalArgumentException("local-fly host: empty (expected: an address such as 127.0.0.1)");
    requirePort("port", port);
    requirePort("flycast-port", flycastPort);
  }

  /** Ports that the kernel picks, no delays, bashers in this JVM: what a coordinator embeds. */
  public static LocalFlySettings ephemeral() {
    return EPHEMERAL;
  }

  /**
   * Reads {@code --port N --flycast-port N --create-ms N --start-ms N --stop-ms N --stop-window-ms N}, each once or not at
   * all. Without them: ports 4280 and 4281, no delays.
   *
   * @throws IllegalArgumentException that names the argument, its value and what was expected
   */
  public static LocalFlySettings fromArguments(List<String> arguments) {
    var given = new Arguments(arguments);
    return new LocalFlySettings("127.0.0.1", given.number("--port", 4280), given.number("--flycast-port", 4281),
        Optional.empty(), Workers.JVM,
        new Delays(given.millis("--create-ms"), given.millis("--start-ms"), Duration.ZERO, given.millis("--stop-ms"),
            Duration.ZERO, given.millis("--stop-window-ms")), OpenQuestions.GUESSED);
  }

  public LocalFlySettings withToken(FlyToken token) {
    return new LocalFlySettings(host, port, flycastPort, Optional.of(token), workers, delays, open);
  }

  public LocalFlySettings withWorkers(Workers workers) {
    return new LocalFlySettings(host, port, flycastPort, token, workers, delays, open);
  }

  public LocalFlySettings withDelays(Delays delays) {
    return new LocalFlySettings(host, port, flycastPort, token, workers, delays, open);
  }

  public LocalFlySettings withOpen(OpenQuestions open) {
    return new LocalFlySettings(host, port, flycastPort, token, workers, delays, open);
  }

  private static void requirePort(String name, int port) {
    if (port < 0 || port > 65535)
      throw new IllegalArgumentException("local-fly " + name + ": " + port + " (expected: a port from 0 to 65535)");
  }
}
