package coordbfaas.wire;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/**
 * What a client wants run. Read by {@link RunRequestReader}; what is here is valid.
 *
 * @param script bash source, not empty, without NUL
 * @param stdin what the script reads; empty unless given
 * @param args the script's positional parameters
 * @param env variables beside the script's own few
 * @param files files in the working directory, by relative path
 * @param timeout what the client wants at most, if it said
 */
public record RunRequest(
    ByteString script,
    ByteString stdin,
    List<String> args,
    Map<String, String> env,
    Map<String, ByteString> files,
    Optional<Duration> timeout) {

  public RunRequest {
    args = List.copyOf(args);
    env = Map.copyOf(env);
    files = Map.copyOf(files);
  }

  /** A script and nothing else. */
  public static RunRequest of(ByteString script) {
    return new RunRequest(script, ByteString.emptyByteString(), List.of(), Map.of(), Map.of(), Optional.empty());
  }

  /** What people run stays out of logs and errors. */
  @Override
  public String toString() {
    return "RunRequest[" + script.size() + " bytes of script]";
  }
}
