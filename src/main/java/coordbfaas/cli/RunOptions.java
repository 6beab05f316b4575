package coordbfaas.cli;

import coordbfaas.wire.ServerUrl;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code bfaas run} is told; see its {@code --help}, which {@link RunCommandLine} writes.
 *
 * @param script bash source; may be empty, or hold what is no text
 * @param args the script's positional parameters
 * @param url the server; empty if the environment is to tell it
 * @param files by path in the script's working directory: the path of the local file
 * @param bodyBytesMax most bytes of the request as it is sent
 */
record RunOptions(
    String script,
    List<String> args,
    Optional<ServerUrl> url,
    Optional<Duration> timeout,
    Map<String, String> env,
    Map<String, String> files,
    Stdin stdin,
    boolean json,
    int bodyBytesMax) {

  /** Whether stdin is sent along. */
  enum Stdin {
    /** If it is a file or a pipe. */
    IF_GIVEN,
    ALWAYS,
    NEVER
  }

  /** What people run stays out of errors. */
  @Override
  public String toString() {
    return "RunOptions[" + script.length() + " characters of script]";
  }
}
