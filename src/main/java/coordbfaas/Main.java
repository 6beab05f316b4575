package coordbfaas;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import coordbfaas.basher.Basher;
import coordbfaas.basher.BasherSettings;
import coordbfaas.cli.Completion;
import coordbfaas.cli.GenAuth;
import coordbfaas.cli.GenKey;
import coordbfaas.cli.Run;
import coordbfaas.conform.Conform;
import coordbfaas.coord.CoordSettings;
import coordbfaas.coord.Coordinator;
import coordbfaas.coord.PoolDestruction;
import coordbfaas.localfly.LocalFly;
import coordbfaas.localfly.LocalFlySettings;
import coordbfaas.settings.Containment;
import coordbfaas.settings.InvalidSettings;
import coordbfaas.settings.SettingsReader;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.slf4j.LoggerFactory;

/** {@code bin/bfaas}: picks the program that the first argument names. */
public final class Main {
  private static final int USAGE_EXIT_CODE = 64;

  private static final String USAGE = """
      usage: bfaas COMMAND
        run [OPTION]... SCRIPT [-- ARGUMENT]...
                                    runs a script on a server as if it ran here; run --help tells the options
        coord [--destroy-pool]      the public server, with local workers unless told otherwise; or destroys its pool's machines
        basher                      a worker's server
        local-fly [--port N] [--flycast-port N] [--admin-port N] [--create-ms N] [--start-ms N] [--resume-ms N]
            [--stop-ms N] [--suspend-ms N] [--stop-window-ms N] [--rate-limits on|off] [--open NAME=VALUE]... [--fault TEXT]...
                                    Fly on localhost, for coordinators and other clients
        genkey                      prints a new key pair
        genauth MACHINE_ID [--boot ID] [--script FILE]
                                    prints a token for one run on that machine, good for 30 s (PRIVATE from the environment)
        conform [--json] [--at-once N] [--patience DURATION] [--max-output SIZE] [--only PREFIX]... [--list] URL
                                    checks that the server there has the public API, to the letter
        completion                  prints what makes bash complete these: source <(bfaas completion)""";

  /** By name, the signals that ask a program to end. */
  private static final Map<String, Integer> ENDING_SIGNALS = Map.of("TERM", 15, "INT", 2);

  /** What a shell adds to the number of the signal that ended a process. */
  private static final int SIGNALED = 128;

  /** From the last deadline on: a slow client reads on for a minute, then the machines are stopped. */
  private static final Duration TIME_AFTER_DEADLINE = Duration.ofMinutes(2);
  private static final Duration END_TIME = Duration.ofMinutes(1);

  /** Why a coordinated shutdown began. */
  private record AskedToEnd() implements CoordinatedShutdown.Reason {}

  private Main() {}

  public static void main(String[] arguments) {
    try {
      System.exit(run(List.of(arguments)));
    } catch (InvalidSettings invalid) {
      invalid.problems().forEach(System.err::println);
      System.exit(InvalidSettings.EXIT_CODE);
    } catch (IllegalArgumentException misused) {
      System.err.println(misused.getMessage());
      System.exit(USAGE_EXIT_CODE);
    } catch (IOException failure) {
      System.err.println(failure);
      System.exit(1);
    }
  }

  /** Those that people wait for come first: to load the settings takes longer than many a run. */
  private static int run(List<String> arguments) throws IOException {
    var rest = arguments.subList(Math.min(1, arguments.size()), arguments.size());
    var command = arguments.isEmpty() ? "" : arguments.getFirst();
    switch (command) {
      case "run" -> {
        return Run.run(rest, System.getenv());
      }
      case "completion" -> Completion.run(rest, System.out);
      case "help", "--help", "-h" -> System.out.println(USAGE);
      default -> {
        LoggerFactory.getLogger(Main.class); // before there are threads: slf4j drops what is logged while it starts
        return run(command, rest, ConfigFactory.load());
      }
    }
    return 0;
  }

  private static int run(String command, List<String> rest, Config config) throws IOException {
    switch (command) {
      case "coord" -> {
        return coord(config, rest);
      }
      case "basher" -> {
        return basher(config, rest);
      }
      case "local-fly" -> {
        return localFly(config, rest);
      }
      case "conform" -> {
        return Conform.run(rest, System.out, System.err);
      }
      case "genkey" -> GenKey.run(System.out);
      case "genauth" -> GenAuth.run(config, rest, System.out);
      default -> throw new IllegalArgumentException(USAGE);
    }
    return 0;
  }

  private static int coord(Config config, List<String> arguments) {
    if (arguments.equals(List.of("--destroy-pool"))) return destroyPool(config);
    none(arguments);
    var reader = new SettingsReader(config);
    var localFly = LocalFlySettings.embedded(reader);
    var settings = CoordSettings.from(reader);
    if (settings.fly().isEmpty()) requireWalls(settings.pool().worker().containment());
    var coordinator = Coordinator.create(settings, localFly.orElseThrow(), new CompletableFuture<>());
    var askedToEnd = serve(coordinator, "coord", config, new Coordinator.Drain(),
        settings.limits().requestTime().plus(TIME_AFTER_DEADLINE));
    return askedToEnd ? 0 : 1;
  }

  private static int destroyPool(Config config) {
    var settings = CoordSettings.from(new SettingsReader(config));
    if (settings.fly().isEmpty())
      throw new IllegalArgumentException("WORKER_APP: mock (expected: a Fly app: machines of an embedded Fly end with it)");
    var done = new CompletableFuture<Void>();
    var system = ActorSystem.create(PoolDestruction.create(settings, done), "coord", config);
    for (var signal : ENDING_SIGNALS.keySet()) Signals.on(signal, system::terminate);
    system.getWhenTerminated().toCompletableFuture().join();
    return done.isDone() ? 0 : 1;
  }

  private static int basher(Config config, List<String> arguments) {
    none(arguments);
    var settings = BasherSettings.from(new SettingsReader(config));
    requireWalls(settings.containment());
    var listening = new CompletableFuture<Boolean>();
    var askedToEnd = serve(Basher.alone(settings, listening), "basher", config, new Basher.Stop(), END_TIME);
    return askedToEnd || listening.isDone() ? 0 : 1;
  }

  private static void requireWalls(Containment containment) {
    var missing = Basher.missingWalls(containment);
    if (!missing.isEmpty()) throw new InvalidSettings(
        missing.stream().map(wall -> "SANDBOX: required (expected: auto, or a computer that allows " + wall + ")").toList());
  }

  private static int localFly(Config config, List<String> arguments) {
    var settings = LocalFlySettings.alone(new SettingsReader(config), arguments);
    return serve(LocalFly.alone(settings), "local-fly", config, new LocalFly.Stop(), END_TIME) ? 0 : 1;
  }

  /**
   * Runs an actor system until its guardian stops. The first SIGTERM or SIGINT begins Pekko's coordinated shutdown, which asks
   * the guardian to end and waits; another one ends the process at once, and what it started with it.
   *
   * @param time how long the guardian may take to end; then its actors are stopped wherever they are
   * @return whether it was asked to end
   */
  private static <T> boolean serve(Behavior<T> guardian, String name, Config config, T end, Duration time) {
    var system = ActorSystem.create(guardian, name, config.withValue(
        "pekko.coordinated-shutdown.phases." + CoordinatedShutdown.PhaseServiceRequestsDone() + ".timeout",
        ConfigValueFactory.fromAnyRef(time)));
    var shutdown = CoordinatedShutdown.get(system);
    shutdown.addTask(CoordinatedShutdown.PhaseServiceRequestsDone(), "ask-the-guardian-to-end", () -> {
      system.tell(end);
      return system.getWhenTerminated();
    });
    var asked = new AtomicBoolean();
    ENDING_SIGNALS.forEach((signal, number) -> Signals.on(signal, () -> {
      if (asked.compareAndSet(false, true)) shutdown.runAll(new AskedToEnd());
      else Runtime.getRuntime().halt(SIGNALED + number);
    }));
    system.getWhenTerminated().toCompletableFuture().join();
    return asked.get();
  }

  private static void none(List<String> arguments) {
    if (!arguments.isEmpty()) throw new IllegalArgumentException(arguments.getFirst() + " (expected: no argument)\n" + USAGE);
  }
}
