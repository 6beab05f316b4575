package coordbfaas.cli;

import com.typesafe.config.Config;
import coordbfaas.auth.KeyPair;
import coordbfaas.auth.RunLimits;
import coordbfaas.auth.WorkerToken;
import coordbfaas.settings.SettingsReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** {@code bfaas genauth MACHINE_ID [--boot ID] [--script FILE]}: prints a token for one run on that machine, for curl. */
public final class GenAuth {
  private static final Duration VALIDITY = Duration.ofSeconds(30);
  private static final String USAGE = "genauth MACHINE_ID [--boot ID] [--script FILE]";

  private GenAuth() {}

  /** Prints a token that is good for 30 s, its limits those of {@code MAXREQTIME} and {@code MAXOUTPUT}. */
  public static void run(Config config, List<String> arguments, PrintStream out) throws IOException {
    var rest = new ArrayDeque<>(arguments);
    if (rest.isEmpty() || rest.peek().startsWith("-")) throw usage("MACHINE_ID: missing");
    var machine = rest.remove();
    Optional<String> boot = Optional.empty();
    Optional<String> script = Optional.empty();
    while (!rest.isEmpty()) {
      var option = rest.remove();
      if (rest.isEmpty()) throw usage(option + ": without a value, or unknown");
      switch (option) {
        case "--boot" -> boot = Optional.of(rest.remove());
        case "--script" -> script = Optional.of(WorkerToken.sha256(Files.readAllBytes(Path.of(rest.remove()))));
        default -> throw usage(option + ": unknown");
      }
    }

    var reader = new SettingsReader(config);
    var keys = reader.secret("auth.private", "PRIVATE", KeyPair.EXPECTED, KeyPair::parse);
    var time = reader.duration("coord.max-request-time", "MAXREQTIME", Duration.ofMillis(1), Duration.ofDays(1));
    var output = reader.bytes("coord.output-max", "MAXOUTPUT", 1, Long.MAX_VALUE);
    reader.check();
    var token = new WorkerToken(machine, UUID.randomUUID().toString(), new RunLimits(time.toMillis(), output), boot, script);
    out.println(token.sign(keys.orElseThrow(), Instant.now(), VALIDITY).text());
  }

  private static IllegalArgumentException usage(String problem) {
    return new IllegalArgumentException(problem + " (expected: " + USAGE + ")");
  }
}
