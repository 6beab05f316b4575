package coordbfaas.conform;

import coordbfaas.wire.ServerUrl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * A small server that has the public API, written apart from the real one, on plain sockets, with bash run by {@code unshare}.
 * It does everything right, but for one {@link Fault} if it is given one.
 */
final class ModelServer implements AutoCloseable {
  /** So much quicker than a real one that tests can wait for it. */
  static final Terms TERMS = new Terms(Duration.ofSeconds(2), Duration.ZERO, Duration.ofSeconds(1), 8_000_000);

  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Duration GRACE = Duration.ofSeconds(2);
  private static final int WORKERS = 4;

  private final ServerSocket listening;
  private final Path dir;
  private final Predicate<Fault> has;
  private final BlockingQueue<Integer> workers = new LinkedBlockingQueue<>(); // those that are free, the longest first
  private final AtomicInteger runs = new AtomicInteger();
  private final ExecutorService connections = Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final Set<ModelRun> running = ConcurrentHashMap.newKeySet();

  private ModelServer(Path dir, Optional<Fault> fault) throws IOException {
    this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.dir = dir;
    this.has = asked -> fault.equals(Optional.of(asked));
    for (var worker = 1; worker <= WORKERS; worker++) workers.add(worker);
    Thread.ofPlatform().daemon().name("model-server").start(this::accept);
  }

  /** @param dir where its runs have their files */
  static ModelServer without(Path dir) throws IOException {
    return new ModelServer(dir, Optional.empty());
  }

  static ModelServer with(Fault fault, Path dir) throws IOException {
    return new ModelServer(dir, Optional.of(fault));
  }

  ServerUrl target() {
    return ServerUrl.parse("http://127.0.0.1:" + listening.getLocalPort());
  }

  private void accept() {
    try {
      while (true) {
        var socket = listening.accept();
        sockets.add(socket);
        connections.execute(() -> serve(socket));
      }
    } catch (IOException closed) {
      // by close()
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      var in = new ModelInput(socket);
      var goesOn = true;
      while (goesOn) goesOn = answerOne(in, new ModelAnswer(socket, has));
    } catch (IOException | InterruptedException left) {
      // the client has left, or the test is over
    } finally {
      sockets.remove(socket);
    }
  }

  /** Whether the connection carries another request. */
  private boolean answerOne(ModelInput in, ModelAnswer answer) throws IOException, InterruptedException {
    try {
      var request = ModelRequest.read(in, answer.out(), has);
      if (request.isEmpty()) return false;
      if (has.test(Fault.FORGETS_PIPELINED)) in.forget();
      return answer(request.get(), in, answer) && !request.get().isOld() && !has.test(Fault.CLOSES_SILENTLY);
    } catch (ModelRequest.Refused refused) {
      var last = refused.last && !has.test(Fault.FOLD_IS_A_FIELD);
      answer.problem(refused.status, last, false);
      return !last;
    }
  }

  private boolean answer(ModelRequest request, ModelInput in, ModelAnswer answer)
      throws IOException, InterruptedException, ModelRequest.Refused {
    if (!request.path().equals("/run") && !has.test(Fault.ANY_PATH_RUNS)) throw new ModelRequest.Refused(404, false);
    if (!request.method().equals("POST") && !has.test(Fault.ANY_METHOD_RUNS)) {
      answer.problem(405, false, request.method().equals("HEAD"));
      return true;
    }
    var order = ModelOrder.of(request, LONGEST, has);
    var worker = worker(in, order.time());
    if (worker.isEmpty()) return false;
    try {
      return run(order, worker.get(), request, in, answer);
    } finally {
      workers.add(worker.get());
    }
  }

  /** The one that was free the longest; empty if it is not wanted any more. */
  private Optional<Integer> worker(ModelInput in, Duration time) throws InterruptedException, ModelRequest.Refused {
    var start = System.nanoTime();
    while (!listening.isClosed()) {
      var free = workers.poll(20, TimeUnit.MILLISECONDS);
      if (free != null) return Optional.of(free);
      if (in.gone().isDone() && !has.test(Fault.RUNS_ON_FOR_NOBODY)) break;
      if (System.nanoTime() - start > time.toNanos()) throw new ModelRequest.Refused(504, false);
    }
    return Optional.empty();
  }

  private boolean run(ModelOrder order, int worker, ModelRequest request, ModelInput in, ModelAnswer answer)
      throws IOException, InterruptedException {
    var number = runs.incrementAndGet();
    var home = Files.createDirectories(dir.resolve(has.test(Fault.SHARES_FILES) ? "worker-" + worker : "run-" + number));
    var run = ModelRun.start(order, home, environment(request), has);
    running.add(run);
    if (listening.isClosed()) run.abandon();
    if (!has.test(Fault.WAITS_FOR_READERS) && !has.test(Fault.LATE)) cutAfter(order.time().plus(GRACE), run, answer);
    try {
      if (!runsOn()) in.gone().thenRun(run::abandon);
      var goesOn = answer.run(run, request, number, worker, in.gone());
      if (in.gone().isDone() && has.test(Fault.RUNS_ON_BEHIND_A_CLOSE)) {
        answer.cut();
        run.drain();
      }
      return goesOn;
    } catch (IOException left) {
      if (runsOn()) run.drain();
      throw left;
    } finally {
      run.abandon();
      run.awaitDeath();
      running.remove(run);
    }
  }

  private boolean runsOn() {
    return has.test(Fault.RUNS_ON_FOR_NOBODY) || has.test(Fault.RUNS_ON_BEHIND_A_CLOSE);
  }

  private void cutAfter(Duration time, ModelRun run, ModelAnswer answer) {
    CompletableFuture.delayedExecutor(time.toMillis(), TimeUnit.MILLISECONDS, Runnable::run).execute(() -> {
      if (running.contains(run)) answer.cut();
    });
  }

  private Map<String, String> environment(ModelRequest request) {
    var environment = new LinkedHashMap<String, String>();
    if (has.test(Fault.TELLS_ITS_ENVIRONMENT)) environment.put("DATABASE_URL", "x");
    if (has.test(Fault.LEAVES_PROCESSES)) environment.put("MODEL", dir.toString());
    if (has.test(Fault.TELLS_HEADERS))
      for (var field : request.fields()) environment.put("HTTP_" + field.name().replace('-', '_'), field.value());
    return environment;
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (var socket : sockets) socket.close();
    running.forEach(ModelRun::abandon);
    connections.close();
    if (has.test(Fault.LEAVES_PROCESSES))
      ProcessHandle.allProcesses().filter(this::isOurs).forEach(ProcessHandle::destroyForcibly);
  }

  private boolean isOurs(ProcessHandle process) {
    try {
      var environment = Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "environ"));
      return new String(environment, StandardCharsets.ISO_8859_1).contains("MODEL=" + dir + "\0");
    } catch (IOException | UncheckedIOException gone) {
      return false;
    }
  }
}
