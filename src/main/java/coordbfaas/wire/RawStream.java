package coordbfaas.wire;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A run as the bare bytes of both its outputs, in the order in which they came; how it ended stands in trailers. */
public final class RawStream {
  private static final String CODE = "Exit-Code";
  private static final String REASON = "Exit-Reason";

  /** The names of the trailers, in their order. */
  public static final List<String> TRAILERS = List.of(CODE, REASON);

  private RawStream() {}

  /** The trailers, by name. */
  public static Map<String, String> trailers(Exit exit) {
    var trailers = new LinkedHashMap<String, String>();
    trailers.put(CODE, Integer.toString(exit.code()));
    trailers.put(REASON, exit.reason().word());
    return trailers;
  }
}
