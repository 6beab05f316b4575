package coordbfaas.basher;

/** A JVM of its own, for a test that kills it: gives a contained process a script that never ends, and never ends itself. */
final class ShortLivedJvm {
  private ShortLivedJvm() {}

  /** Writes the mark of its run to stdout when the script is up. */
  public static void main(String[] arguments) throws Exception {
    var run = Contained.running("setsid sleep 1000 & echo up; sleep 1000; :");
    run.line();
    System.out.println(run.mark);
    Thread.currentThread().join();
  }
}
