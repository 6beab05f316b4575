package coordbfaas.pool;

import java.time.Duration;
import java.util.Optional;

/** The settings of a pool in a story; small and patient unless told otherwise. */
record APool(int size, int warm, int queueMax, Duration queueTime, Duration leaseTtl) {
  static final Duration REQUEST_TIME = Duration.ofSeconds(10);
  static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);
  static final Duration BOOT_TIMEOUT = Duration.ofSeconds(60);

  /** How much of a lease is kept for a request, its stop and a margin. */
  static final Duration RESERVE = Duration.ofSeconds(10 + 2 + 2 + 5);

  static final PoolSettings.Worker WORKER =
      new PoolSettings.Worker("registry.example/w:1", Optional.of("dfw"), 1, 256, "the-public-key", 1 << 20);

  static APool of(int size) {
    return new APool(size, 0, 64, Duration.ofSeconds(5), Duration.ofMinutes(5));
  }

  APool keepingWarm(int machines) {
    return new APool(size, machines, queueMax, queueTime, leaseTtl);
  }

  APool letting(int requests, Duration queueTime) {
    return new APool(size, warm, requests, queueTime, leaseTtl);
  }

  APool leasingFor(Duration leaseTtl) {
    return new APool(size, warm, queueMax, queueTime, leaseTtl);
  }

  PoolSettings settings() {
    return new PoolSettings("c1", size, warm, queueMax, queueTime, REQUEST_TIME, leaseTtl, BOOT_TIMEOUT, STOP_TIMEOUT, WORKER);
  }
}
