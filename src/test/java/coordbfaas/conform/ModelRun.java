package coordbfaas.conform;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** One bash in a PID namespace of its own, with a {@code /tmp} of its own, and what it tells. */
final class ModelRun {
  /** What a run tells: outputs, then one end. */
  sealed interface Told {}

  record Output(boolean stderr, byte[] bytes) implements Told {}

  /** @param signal that ended it; 0 if none did */
  record End(String reason, int code, int signal) implements Told {}

  private static final String WALLS = """
      dir=$1; shift; exec 3>"$dir/status"; mount --bind "$dir/tmp" /tmp && cd /tmp/work && exec "$@\"""";

  // The wait status goes to fd 3 as a decimal number. With an argument of 1 it waits for every process.
  private static final String REAPER = """
      use POSIX (); my $how = shift; my $child = fork;
      if (!$child) { POSIX::close(3); exec @ARGV; POSIX::_exit(127) }
      waitpid $child, 0; my $status = $?;
      if ($how == 1) { 1 while wait != -1 }
      open my $out, ">&=3"; print $out $status; close $out;""";

  private final long startNanos = System.nanoTime();
  private final Predicate<Fault> has;
  private final Path dir;
  private final Process process;
  private final LinkedBlockingQueue<Told> told = new LinkedBlockingQueue<>(64);
  private final CompletableFuture<Void> over = new CompletableFuture<>();
  private volatile String killed = "";

  private ModelRun(ModelOrder order, Path dir, Map<String, String> more, Predicate<Fault> has) throws IOException {
    this.has = has;
    this.dir = dir;
    var tmp = dir.resolve("tmp");
    for (var name : List.of("work", "home")) Files.createDirectories(tmp.resolve(name));
    Files.write(tmp.resolve("script"), order.script());
    for (var file : order.files().entrySet()) {
      var path = tmp.resolve("work").resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
    this.process = new ProcessBuilder(command(order, more)).start();
  }

  /** Starts it; it is killed when its time is over. */
  static ModelRun start(ModelOrder order, Path dir, Map<String, String> more, Predicate<Fault> has) throws IOException {
    var run = new ModelRun(order, dir, more, has);
    var outputs = List.of(run.reading(run.process.getInputStream(), false), run.reading(run.process.getErrorStream(), true));
    var fed = thread(() -> run.feed(order.stdin()));
    thread(() -> run.end(has.test(Fault.STDIN_MUST_BE_READ) ? List.of(outputs.getFirst(), outputs.getLast(), fed) : outputs));
    var late = has.test(Fault.LATE) ? order.time().plusSeconds(3) : order.time();
    var time = has.test(Fault.EARLY) ? order.time().dividedBy(2) : late;
    CompletableFuture.delayedExecutor(time.toNanos(), TimeUnit.NANOSECONDS, Runnable::run).execute(() -> run.kill("deadline"));
    return run;
  }

  private List<String> command(ModelOrder order, Map<String, String> more) {
    var command = new ArrayList<>(List.of("unshare", "--mount"));
    if (!has.test(Fault.LEAVES_PROCESSES)) command.addAll(List.of("--pid", "--fork", "--kill-child", "--mount-proc"));
    if (!"root".equals(System.getProperty("user.name"))) command.add("--map-root-user");
    command.addAll(List.of("sh", "-c", WALLS, "sh", dir.toString(), "env", "-i", "HOME=/tmp/home", "LANG=C.UTF-8",
        "PATH=/usr/local/bin:/usr/bin:/bin"));
    more.forEach((name, value) -> command.add(name + "=" + value));
    order.env().forEach((name, value) -> command.add(name + "=" + value));
    var how = has.test(Fault.WAITS_FOR_THE_LAST) ? "1" : "0";
    command.addAll(List.of("perl", "-e", REAPER, how, has.test(Fault.RUNS_SH) ? "sh" : "bash"));
    if (has.test(Fault.STOPS_AT_FALSE)) command.add("-e");
    if (has.test(Fault.TAKES_OPTIONS) && order.script()[0] == '-') command.add(new String(order.script(), StandardCharsets.UTF_8));
    command.add("/tmp/script");
    command.addAll(order.args());
    return command;
  }

  /** From when its time counts. */
  long startNanos() {
    return startNanos;
  }

  /** The next thing that it tells; empty if it was quiet for so long. */
  Optional<Told> next(Duration quiet) throws InterruptedException {
    return Optional.ofNullable(told.poll(quiet.toMillis(), TimeUnit.MILLISECONDS));
  }

  /** Kills it, and all its children; the first reason is the one that is told. */
  void kill(String why) {
    if (killed.isEmpty() && process.isAlive()) killed = why;
    if (has.test(Fault.ASKS_POLITELY) && why.equals("deadline")) process.descendants().forEach(ProcessHandle::destroy);
    else process.toHandle().destroyForcibly(); // the process's own way closes its pipes first: bash could die of SIGPIPE
  }

  /** Waits for its end, and takes what it tells until then. */
  void drain() throws InterruptedException {
    while (!(told.take() instanceof End)) continue;
  }

  /** Kills it and lets go of what nobody takes. */
  void abandon() {
    kill("abandoned");
    over.complete(null);
    told.clear();
    told.offer(new End("abandoned", 125, 0));
  }

  /** Waits until its process is dead. */
  void awaitDeath() {
    process.onExit().orTimeout(30, TimeUnit.SECONDS).join();
  }

  private CompletableFuture<Void> reading(InputStream stream, boolean stderr) {
    return thread(() -> {
      var buffer = new byte[has.test(Fault.BASE64_AT_EDGES) ? 99 : 32 * 1024];
      try (stream) {
        for (var count = stream.read(buffer); count >= 0; count = stream.read(buffer))
          tell(new Output(stderr, Arrays.copyOf(buffer, count)));
      } catch (IOException closed) {
        // as good as its end
      }
    });
  }

  private void tell(Told what) {
    try {
      while (!over.isDone() && !told.offer(what, 50, TimeUnit.MILLISECONDS)) continue;
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  private void feed(byte[] stdin) {
    if (has.test(Fault.STDIN_OPEN)) return;
    try (var out = process.getOutputStream()) {
      out.write(stdin);
    } catch (IOException unread) {
      if (has.test(Fault.STDIN_MUST_BE_READ)) killed = "worker-lost";
    }
  }

  private void end(List<CompletableFuture<Void>> before) {
    before.forEach(CompletableFuture::join);
    process.onExit().join();
    tell(end());
  }

  private End end() {
    try {
      var status = Files.readString(dir.resolve("status"), StandardCharsets.US_ASCII);
      if (!status.isEmpty() && !killed.equals("worker-lost")) return end(Integer.parseInt(status));
    } catch (IOException neverStarted) {
      return new End("worker-lost", 125, 0);
    }
    return new End(killed, killed.equals("deadline") ? 124 : 125, 0);
  }

  private static End end(int status) {
    var signal = status & 0x7F;
    return signal == 0 ? new End("exited", status >> 8, 0) : new End("signaled", 128 + signal, signal);
  }

  private static CompletableFuture<Void> thread(Runnable work) {
    var done = new CompletableFuture<Void>();
    Thread.ofPlatform().daemon().name("model-run").start(() -> {
      work.run();
      done.complete(null);
    });
    return done;
  }
}
