package coordbfaas.pool;

import coordbfaas.pool.PoolSettings.OnExit;
import coordbfaas.pool.PoolSettings.Ownership;
import coordbfaas.pool.PoolSettings.WarmMode;
import coordbfaas.settings.Containment;
import java.time.Duration;
import java.util.Optional;

/** The settings of a pool in a story; small and patient unless told otherwise. */
record APool(int size, int warm, WarmMode warmMode, int queueMax, Duration queueTime, Ownership ownership, OnExit onExit,
    String image) {
  static final Duration REQUEST_TIME = Duration.ofSeconds(10);
  static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);
  static final Duration BOOT_TIMEOUT = Duration.ofSeconds(60);

  /** How much of a lease is kept for a request, its stop and a margin. */
  static final Duration RESERVE = Duration.ofSeconds(10 + 2 + 2 + 5);

  static final PoolSettings.Worker WORKER =
      new PoolSettings.Worker("registry.example/w:1", Optional.of("dfw"), 1, 256, "the-public-key", 1 << 20,
          new Containment(Containment.Sandbox.REQUIRED, Containment.Network.NONE, 5000,
              new Containment.Limits(100, 1 << 26, Duration.ofSeconds(30), 1 << 24, 64, 1 << 25)));

  static APool of(int size) {
    return new APool(size, 0, WarmMode.STARTED, 64, Duration.ofSeconds(5),
        new Ownership(Duration.ofMinutes(5), false, Duration.ofHours(1), Duration.ofMinutes(1)), OnExit.STOP, WORKER.image());
  }

  APool keepingWarm(int machines) {
    return new APool(size, machines, warmMode, queueMax, queueTime, ownership, onExit, image);
  }

  APool letting(int requests, Duration queueTime) {
    return new APool(size, warm, warmMode, requests, queueTime, ownership, onExit, image);
  }

  APool leasingFor(Duration leaseTtl) {
    return holding(new Ownership(leaseTtl, ownership.renew(), ownership.maxAge(), ownership.cleanTime()));
  }

  APool renewing(Duration maxAge) {
    return holding(new Ownership(ownership.leaseTtl(), true, maxAge, ownership.cleanTime()));
  }

  APool cleaningEach(Duration cleanTime) {
    return holding(new Ownership(ownership.leaseTtl(), ownership.renew(), ownership.maxAge(), cleanTime));
  }

  private APool holding(Ownership ownership) {
    return new APool(size, warm, warmMode, queueMax, queueTime, ownership, onExit, image);
  }

  APool suspending() {
    return new APool(size, warm, WarmMode.SUSPENDED, queueMax, queueTime, ownership, onExit, image);
  }

  APool destroyingOnExit() {
    return new APool(size, warm, warmMode, queueMax, queueTime, ownership, OnExit.DESTROY, image);
  }

  APool booting(String image) {
    return new APool(size, warm, warmMode, queueMax, queueTime, ownership, onExit, image);
  }

  Duration leaseTtl() {
    return ownership.leaseTtl();
  }

  PoolSettings settings() {
    return named("c1");
  }

  PoolSettings named(String pool) {
    var worker = new PoolSettings.Worker(
        image, WORKER.region(), WORKER.cpus(), WORKER.memoryMb(), WORKER.publicKey(), WORKER.bodyBytesMax(),
        WORKER.containment());
    return new PoolSettings(pool, size, warm, warmMode, queueMax, queueTime, REQUEST_TIME, ownership, BOOT_TIMEOUT, STOP_TIMEOUT,
        onExit, worker);
  }
}
