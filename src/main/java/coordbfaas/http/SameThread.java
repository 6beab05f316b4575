package coordbfaas.http;

import java.util.concurrent.CompletionStage;

/**
 * What Pekko promises Java, without a detour: Scala's stages hand each callback to the common pool, whose thread has to wake for
 * it, and then another one for what the callback does.
 */
public final class SameThread {
  private SameThread() {}

  /** The same stage; what follows it is run by the thread that completes it, and so must not wait. */
  public static <T> CompletionStage<T> of(CompletionStage<T> promised) {
    return promised.toCompletableFuture().copy();
  }
}
