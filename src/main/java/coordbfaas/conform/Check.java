package coordbfaas.conform;

import java.io.IOException;
import java.time.Duration;

/**
 * One thing that the contract says, and how to see whether it is so.
 *
 * @param name what people know it by: {@code theme.fact}
 * @param claim what is true of a server that passes
 * @param nominal how long it takes where nothing is slow
 * @param alone whether it takes all workers that there are, so that no other check may run beside it
 */
record Check(String name, String claim, Duration nominal, boolean alone, Assertion assertion) {
  /** Throws a {@link Mismatch} if it is not so, {@link NotApplicable} if this server gives no occasion. */
  @FunctionalInterface
  interface Assertion {
    void on(Server server) throws IOException;
  }

  static Check of(String name, String claim, Assertion assertion) {
    return new Check(name, claim, Duration.ofSeconds(2), false, assertion);
  }

  Check taking(Duration time) {
    return new Check(name, claim, time, alone, assertion);
  }

  Check runAlone() {
    return new Check(name, claim, nominal, true, assertion);
  }
}
