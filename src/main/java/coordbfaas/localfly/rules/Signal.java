package coordbfaas.localfly.rules;

import java.util.stream.Stream;

/** The signals that the API sends to a main process. */
enum Signal {
  SIGHUP, SIGINT, SIGQUIT, SIGKILL, SIGUSR1, SIGUSR2, SIGTERM;

  /** @throws Refused if Fly does not send it */
  static Signal of(String name) {
    return Stream.of(values()).filter(signal -> signal.name().equals(name)).findFirst()
        .orElseThrow(() -> new Refused(400, "invalid_argument: unknown signal"));
  }
}
