package coordbfaas.localfly.rules;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/** The sizes of a virtual machine that Fly offers. */
final class Guest {
  private Guest() {}

  private enum Kind {
    SHARED(Set.of(1L, 2L, 4L, 6L, 8L), 256, 2048, 256),
    PERFORMANCE(Set.of(1L, 2L, 4L, 6L, 8L, 10L, 12L, 14L, 16L), 2048, 8192, 1024);

    private final Set<Long> cpus;
    private final long leastMb;
    private final long mostMb;
    private final long stepMb;

    /** The memory is of each CPU, but its step of all. */
    Kind(Set<Long> cpus, long leastMb, long mostMb, long stepMb) {
      this.cpus = cpus;
      this.leastMb = leastMb;
      this.mostMb = mostMb;
      this.stepMb = stepMb;
    }
  }

  /** Reads {@code guest} of a configuration and says the sizes that were left out; the smallest if there is none. */
  static ObjectNode complete(ObjectNode config) {
    var guest = GoJson.object(config, "guest").map(ObjectNode::deepCopy).orElseGet(JsonNodeFactory.instance::objectNode);
    var kind = kind(GoJson.text(guest, "cpu_kind").orElse("shared"));
    long cpus = GoJson.integer(guest, "cpus").orElse(1L);
    long memory = GoJson.integer(guest, "memory_mb").orElse(kind.leastMb * cpus);
    requireOffered(kind, cpus, memory);
    return guest.put("cpu_kind", word(kind)).put("cpus", (int) cpus).put("memory_mb", (int) memory);
  }

  private static Kind kind(String word) {
    return switch (word) {
      case "shared" -> Kind.SHARED;
      case "performance" -> Kind.PERFORMANCE;
      default -> throw new Refused(400, "invalid_argument: invalid config.guest.cpu_kind, must be shared or performance");
    };
  }

  private static String word(Kind kind) {
    return switch (kind) {
      case SHARED -> "shared";
      case PERFORMANCE -> "performance";
    };
  }

  private static void requireOffered(Kind kind, long cpus, long memory) {
    if (!kind.cpus.contains(cpus))
      throw new Refused(400, "invalid_argument: invalid config.guest.cpus, not offered for " + word(kind));
    if (memory % kind.stepMb != 0 || memory < kind.leastMb * cpus || memory > kind.mostMb * cpus)
      throw new Refused(400, "invalid_argument: invalid config.guest.memory_mb, must be a multiple of " + kind.stepMb + " from "
          + kind.leastMb * cpus + " to " + kind.mostMb * cpus);
  }
}
