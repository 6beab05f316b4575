package coordbfaas.localfly;

import coordbfaas.basher.Spawner;
import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.japi.function.Function;

/**
 * One boot of a machine whose basher is a process of its own, on a loopback address of its own.
 *
 * <p>As on Fly the machine has started when the process lives, not when it listens; it sees nothing of this process's
 * environment but {@code PATH}. The process dies with this JVM, however that ends. Frozen, it and all processes below it are
 * stopped by a signal; a stop thaws them first.
 */
final class ProcessMachine {
  private static final int PORT = 8001;

  sealed interface Command {}

  private record Stop(Duration killAfter) implements Command {}

  private record Freeze() implements Command {}

  private record Thaw() implements Command {}

  private record Spawned(Process process) implements Command {}

  private record NotSpawned(Throwable cause) implements Command {}

  private record Ended() implements Command {}

  private record KillTimeout() implements Command {}

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final Host.Order order;
  private final URI address;
  private final ActorRef<Host.Up> replyTo;
  private final CompletionStage<Process> spawned;

  private ProcessMachine(ActorContext<Command> context, TimerScheduler<Command> timers, Host.Order order, URI address,
      ActorRef<Host.Up> replyTo, CompletionStage<Process> spawned) {
    this.context = context;
    context.setLoggerName(ProcessMachine.class); // if a timer came first, it would be named by Pekko
    this.timers = timers;
    this.order = order;
    this.address = address;
    this.replyTo = replyTo;
    this.spawned = spawned;
  }

  /** A host whose machines are processes of this program, {@code coordbfaas.Main basher}. */
  static Host host() {
    var command = new ArrayList<>(List.of(javaCommand(), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xms24m", "-Xmx64m",
        "-XX:+IgnoreUnrecognizedVMOptions", "--sun-misc-unsafe-memory-access=allow")); // Pekko on JDK 24 and later warns without it
    command.addAll(aotCache());
    command.addAll(List.of("-cp", classPath(), "coordbfaas.Main", "basher"));
    return host(command);
  }

  /** A host whose machines are processes of some command. */
  static Host host(List<String> command) {
    return (parent, order, replyTo) -> {
      var machine = parent.spawn(create(command, order, replyTo), order.actorName());
      return new Host.Booted(machine, killAfter -> machine.tell(new Stop(killAfter)),
          () -> machine.tell(new Freeze()), () -> machine.tell(new Thaw()));
    };
  }

  private static Behavior<Command> create(List<String> command, Host.Order order, ActorRef<Host.Up> replyTo) {
    return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
      var host = ownAddress();
      var spawned = Spawner.spawn(process(command, order, host));
      context.pipeToSelf(spawned, (process, failure) -> failure == null ? new Spawned(process) : new NotSpawned(failure));
      return new ProcessMachine(context, timers, order, URI.create("http://" + host + ":" + PORT), replyTo, spawned)
          .spawning(Optional.empty());
    }));
  }

  private static ProcessBuilder process(List<String> command, Host.Order order, String host) {
    var builder = new ProcessBuilder(command)
        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
        .redirectOutput(ProcessBuilder.Redirect.INHERIT)
        .redirectError(ProcessBuilder.Redirect.INHERIT);
    var environment = builder.environment();
    environment.clear();
    environment.putAll(order.environment());
    environment.remove("FLY_APP_NAME"); // basher would believe to be on Fly
    environment.putAll(Map.of("PATH", System.getenv().getOrDefault("PATH", "/usr/bin:/bin"),
        "FLY_MACHINE_ID", order.machine(), "BIND", host, "PORT", Integer.toString(PORT)));
    return builder;
  }

  /** An address of 127.0.0.0/8 that nobody is likely to have; outside 127.0.0.0/16, where people's own servers are. */
  private static String ownAddress() {
    var random = ThreadLocalRandom.current();
    return "127.%d.%d.%d".formatted(random.nextInt(1, 255), random.nextInt(256), random.nextInt(1, 255));
  }

  private static String javaCommand() {
    return ProcessHandle.current().info().command()
        .orElseGet(() -> Path.of(System.getProperty("java.home"), "bin", "java").toString());
  }

  /** This JVM's class path, good in any working directory. */
  private static String classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString()).collect(Collectors.joining(File.pathSeparator));
  }

  /** The use of the AOT cache that {@code bin/bfaas} may have made beside the jar; one that does not fit is left out by the JVM. */
  private static List<String> aotCache() {
    var cache = Path.of(classPath().split(File.pathSeparator)[0])
        .resolveSibling("coordbfaas-jdk" + Runtime.version().feature() + ".aot");
    return Files.isReadable(cache) && cache.toFile().length() > 0
        ? List.of("-XX:AOTCache=" + cache, "-Xlog:aot=off", "-Xlog:cds=off") : List.of();
  }

  private Behavior<Command> spawning(Optional<Duration> stopAsked) {
    return receive(message -> switch (message) {
      case Spawned(var process)  -> spawned(process, stopAsked);
      case NotSpawned(var cause) -> notSpawned(cause);
      case Stop(var killAfter)   -> spawning(Optional.of(killAfter));
      case Ended early           -> Behaviors.same();
      case KillTimeout early     -> Behaviors.same();
      case Freeze early          -> Behaviors.same();
      case Thaw early            -> Behaviors.same();
    });
  }

  /** @param signalled completed when the latest signal of a thaw, if there was one, has been sent */
  private Behavior<Command> running(Process process, CompletionStage<?> signalled) {
    return receive(message -> switch (message) {
      case Stop(var killAfter) -> stop(process, killAfter);
      case Freeze()            -> frozen(process, after(signalled, "STOP", process));
      case Ended()             -> Behaviors.stopped();
      case Thaw again          -> Behaviors.same();
      case Spawned again       -> Behaviors.same();
      case NotSpawned again    -> Behaviors.same();
      case KillTimeout stale   -> Behaviors.same();
    });
  }

  /** @param signalled completed when the signal has been sent */
  private Behavior<Command> frozen(Process process, CompletionStage<?> signalled) {
    return receive(message -> switch (message) {
      case Stop(var killAfter) -> stopFrozen(process, signalled, killAfter);
      case Thaw()              -> running(process, after(signalled, "CONT", process));
      case Ended()             -> Behaviors.stopped();
      case Freeze again        -> Behaviors.same();
      case Spawned again       -> Behaviors.same();
      case NotSpawned again    -> Behaviors.same();
      case KillTimeout stale   -> Behaviors.same();
    });
  }

  private Behavior<Command> stopping(Process process) {
    return receive(message -> switch (message) {
      case Ended()             -> Behaviors.stopped();
      case KillTimeout()       -> kill(process);
      case Stop(var killAfter) -> stop(process, killAfter);
      case Freeze late         -> Behaviors.same();
      case Thaw late           -> Behaviors.same();
      case Spawned again       -> Behaviors.same();
      case NotSpawned again    -> Behaviors.same();
    });
  }

  private Behavior<Command> spawned(Process process, Optional<Duration> stopAsked) {
    context.pipeToSelf(process.onExit(), (exited, failure) -> new Ended());
    return stopAsked.map(killAfter -> stop(process, killAfter)).orElseGet(() -> up(process));
  }

  private Behavior<Command> up(Process process) {
    replyTo.tell(new Host.Up(order.machine(), order.boot(), address));
    return running(process, CompletableFuture.completedStage(process));
  }

  private Behavior<Command> notSpawned(Throwable cause) {
    context.getLog().error("machine not booted machine={} cause={}", order.machine(), cause.getMessage());
    return Behaviors.stopped();
  }

  private Behavior<Command> stop(Process process, Duration killAfter) {
    if (killAfter.isZero()) return kill(process);
    process.destroy();
    timers.startSingleTimer(new KillTimeout(), killAfter);
    return stopping(process);
  }

  private Behavior<Command> stopFrozen(Process process, CompletionStage<?> signalled, Duration killAfter) {
    if (!killAfter.isZero()) after(signalled, "CONT", process);
    return stop(process, killAfter);
  }

  private Behavior<Command> kill(Process process) {
    process.destroyForcibly();
    return stopping(process);
  }

  /** Signals a process and all below it once the signal before has been sent; one that overtook it would undo this one. */
  private static CompletionStage<?> after(CompletionStage<?> signalled, String signal, Process process) {
    return signalled.handle((done, failure) -> signal).thenCompose(name -> signal(name, process));
  }

  private static CompletionStage<Process> signal(String signal, Process process) {
    var command = new ArrayList<>(List.of("sh", "-c", "kill -s \"$0\" -- \"$@\" 2>/dev/null", signal));
    Stream.concat(Stream.of(process.toHandle()), process.descendants())
        .map(handle -> Long.toString(handle.pid())).forEach(command::add);
    return Spawner.spawn(new ProcessBuilder(command)).thenCompose(Process::onExit);
  }

  /** Whatever ends this actor ends the process, even one that is still to be spawned. */
  private Behavior<Command> receive(Function<Command, Behavior<Command>> onMessage) {
    return Behaviors.receive((same, message) -> onMessage.apply(message), (same, signal) -> {
      if (signal instanceof PostStop) spawned.thenAccept(Process::destroyForcibly);
      return Behaviors.same();
    });
  }
}
