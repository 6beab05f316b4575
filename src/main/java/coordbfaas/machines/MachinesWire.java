package coordbfaas.machines;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The way to the Machines API. */
interface MachinesWire {
  /**
   * Makes one attempt at a call.
   *
   * @param time for the attempt, after which the caller cancels it; a connection must come sooner
   * @return never fails; cancelling it gives the attempt up
   */
  <T> CompletableFuture<WireAnswer<T>> send(Call<T> call, Duration time);
}
