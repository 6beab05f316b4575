package coordbfaas.machines;

import java.net.URI;
import java.time.Duration;

/**
 * How to reach the Machines API.
 *
 * @param url its base: scheme, host and port
 * @param app the Fly app that holds the machines
 * @param token a token for that app
 * @param callTimeout longest wait for an answer; a wait for a state has its own time on top
 */
public record MachinesSettings(URI url, String app, FlyToken token, Duration callTimeout) {
  public MachinesSettings {
    if (!app.matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?"))
      throw new IllegalArgumentException(
          "WORKER_APP: " + app + " (expected: a Fly app's name: lower-case letters, digits, dashes)");
  }

  /** For the embedded local Fly, whose address is known once it serves. */
  public static MachinesSettings local(FlyToken token) {
    return new MachinesSettings(URI.create("http://127.0.0.1"), "local", token, Duration.ofSeconds(10));
  }

  /** The same, at another base URL. */
  public MachinesSettings at(URI url) {
    return new MachinesSettings(url, app, token, callTimeout);
  }
}
