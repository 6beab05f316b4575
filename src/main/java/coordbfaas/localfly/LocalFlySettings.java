package coordbfaas.localfly;

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
 * @param create how long a new machine reads {@code created} before it boots
 * @param start how long a start takes beside the boot itself
 * @param stop how long a machine reads {@code stopping} after its basher is gone
 * @param stopWindow how long a machine that reads {@code stopped} still refuses to start
 */
public record LocalFlySettings(
    String host,
    int port,
    int flycastPort,
    Optional<FlyToken> token,
    Workers workers,
    Duration create,
    Duration start,
    Duration stop,
    Duration stopWindow) {

  /** Where the machines' bashers run: in this JVM, or each in a process of its own. */
  public enum Workers { JVM, PROCESS }

  private static final LocalFlySettings EPHEMERAL = new LocalFlySettings("127.0.0.1", 0, 0, Optional.empty(), Workers.JVM,
      Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);

  public LocalFlySettings {
    if (host.isBlank()) throw new IllegalArgumentException("local-fly host: empty (expected: an address such as 127.0.0.1)");
    requirePort("port", port);
    requirePort("flycast-port", flycastPort);
    requireDelay("create", create);
    requireDelay("start", start);
    requireDelay("stop", stop);
    requireDelay("stop-window", stopWindow);
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
        given.millis("--create-ms"), given.millis("--start-ms"), given.millis("--stop-ms"), given.millis("--stop-window-ms"));
  }

  public LocalFlySettings withToken(FlyToken token) {
    return new LocalFlySettings(host, port, flycastPort, Optional.of(token), workers, create, start, stop, stopWindow);
  }

  public LocalFlySettings withWorkers(Workers workers) {
    return new LocalFlySettings(host, port, flycastPort, token, workers, create, start, stop, stopWindow);
  }

  public LocalFlySettings withDelays(Duration create, Duration start, Duration stop) {
    return new LocalFlySettings(host, port, flycastPort, token, workers, create, start, stop, stopWindow);
  }

  public LocalFlySettings withStopWindow(Duration stopWindow) {
    return new LocalFlySettings(host, port, flycastPort, token, workers, create, start, stop, stopWindow);
  }

  private static void requirePort(String name, int port) {
    if (port < 0 || port > 65535)
      throw new IllegalArgumentException("local-fly " + name + ": " + port + " (expected: a port from 0 to 65535)");
  }

  private static void requireDelay(String name, Duration delay) {
    if (delay.isNegative())
      throw new IllegalArgumentException("local-fly " + name + ": " + delay + " (expected: a duration of 0 or more)");
  }
}
