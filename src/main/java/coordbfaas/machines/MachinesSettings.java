package coordbfaas.machines;

import java.net.URI;
import java.time.Duration;

/**
 * How to reach the Machines API.
 *
 * @param url its base: scheme, host and port
 * @param app the Fly app that holds the machines
 * @param token a token for that app
 * @param caller who calls, as the header {@code User-Agent} is to tell; empty for a word that says nothing
 * @param manner how calls are made
 */
public record MachinesSettings(URI url, String app, FlyToken token, String caller, Manner manner) {
  /**
   * How calls are made.
   *
   * @param callTimeout longest wait for an answer to one attempt; a wait for a state has its own time on top
   * @param callTime for a call in all: waiting for its turn, attempts and pauses; a wait for a state has its own time on top
   * @param pace whether the rates that Fly documents are kept
   */
  public record Manner(Duration callTimeout, Duration callTime, Pace pace) {}

  public MachinesSettings {
    if (!app.matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?"))
      throw new IllegalArgumentException(
          "WORKER_APP: " + app + " (expected: a Fly app's name: lower-case letters, digits, dashes)");
  }

  /** For the embedded local Fly. */
  public static MachinesSettings local(URI url, FlyToken token, String caller, Manner manner) {
    return new MachinesSettings(url, "local", token, caller, manner);
  }
}
