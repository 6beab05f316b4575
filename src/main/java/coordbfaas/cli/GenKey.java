package coordbfaas.cli;

import coordbfaas.auth.KeyPair;
import java.io.PrintStream;

/** {@code bfaas genkey}: prints a new key pair as two assignments, ready for {@code fly secrets set}. */
public final class GenKey {
  private GenKey() {}

  public static void run(PrintStream out) {
    var keys = KeyPair.generate();
    out.println("PUBLIC=" + keys.publicText());
    out.println("PRIVATE=" + keys.privateText());
  }
}
