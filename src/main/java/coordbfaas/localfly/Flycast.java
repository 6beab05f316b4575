package coordbfaas.localfly;

import coordbfaas.http.SameThread;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Flycast's port: each connection is a {@link Passage} of its requests to the bashers of the machines that their
 * {@code fly-force-instance-id} names. Without the header any started machine serves.
 *
 * <p>Its threads wait in reads and writes; they are virtual ones, so that a connection costs little more than its bytes.
 */
final class Flycast {
  /** What passages ask and tell of the machines. */
  interface Machines {
    /** Where a request shall go; empty if the machine, or any, is not started. */
    Optional<LocalMachines.Place> locate(Optional<String> machine, boolean run);

    /** A basher began to answer a run. */
    void runAnswered(LocalMachines.Place place, int status);

    /** A basher was reached, but did not begin to answer a run. */
    void runLost(LocalMachines.Place place);
  }

  private static final Logger LOG = LoggerFactory.getLogger(Flycast.class);
  private static final int CONNECTIONS_MAX = 1024;
  private static final Duration LOCATE_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration ACCEPT_AGAIN = Duration.ofMillis(100);

  private final ServerSocket port;
  private final Machines machines;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Set<Passage> open = ConcurrentHashMap.newKeySet();
  private final Semaphore room = new Semaphore(CONNECTIONS_MAX); // whoever finds none waits in the kernel

  private Flycast(ServerSocket port, Machines machines) {
    this.port = port;
    this.machines = machines;
  }

  /**
   * Binds a port.
   *
   * @param port 0 for one that the kernel picks
   * @throws IOException if it cannot be had
   */
  static Flycast bind(ActorSystem<?> system, String host, int port, ActorRef<LocalMachines.Command> machines)
      throws IOException {
    var bound = new ServerSocket(port, CONNECTIONS_MAX, InetAddress.getByName(host));
    var flycast = new Flycast(bound, asking(system, machines));
    flycast.threads.execute(flycast::accept);
    return flycast;
  }

  InetSocketAddress address() {
    return (InetSocketAddress) port.getLocalSocketAddress();
  }

  /** Frees the port and cuts all connections; completed when there are none. */
  CompletionStage<Void> free() {
    try {
      port.close();
    } catch (IOException closed) {
      LOG.warn("flycast's port was not closed cause={}", closed.getMessage());
    }
    open.forEach(Passage::cut);
    return CompletableFuture.runAsync(threads::close, task -> Thread.ofVirtual().start(task));
  }

  private void accept() {
    while (!port.isClosed()) {
      try {
        room.acquireUninterruptibly();
        serve(port.accept());
      } catch (IOException failure) {
        room.release();
        if (port.isClosed()) return;
        LOG.warn("connection not accepted cause={}", failure.getMessage());
        LockSupport.parkNanos(ACCEPT_AGAIN.toNanos());
      }
    }
  }

  private void serve(Socket client) {
    var passage = new Passage(client, machines, threads);
    open.add(passage);
    if (port.isClosed()) passage.cut();
    try {
      threads.execute(() -> {
        try {
          passage.serve();
        } finally {
          open.remove(passage);
          room.release();
        }
      });
    } catch (RejectedExecutionException freed) {
      passage.cut();
    }
  }

  private static Machines asking(ActorSystem<?> system, ActorRef<LocalMachines.Command> machines) {
    return new Machines() {
      @Override
      public Optional<LocalMachines.Place> locate(Optional<String> machine, boolean run) {
        return SameThread.of(AskPattern.<LocalMachines.Command, LocalMachines.Located>ask(
                machines, replyTo -> new LocalMachines.Locate(machine, run, replyTo), LOCATE_TIMEOUT, system.scheduler()))
            .handle((located, failure) -> failure == null ? located.place() : Optional.<LocalMachines.Place>empty())
            .toCompletableFuture().join();
      }

      @Override
      public void runAnswered(LocalMachines.Place place, int status) {
        machines.tell(new LocalMachines.RunAnswered(place, status));
      }

      @Override
      public void runLost(LocalMachines.Place place) {
        machines.tell(new LocalMachines.RunLost(place));
      }
    };
  }
}
