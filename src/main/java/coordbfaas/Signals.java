package coordbfaas;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/**
 * Answers signals in place of the JVM, whose own answer to SIGTERM is to exit with code 143 whatever was done. There is no
 * public way; {@code sun.misc.Signal} has been in every JDK since 1.2, and is reached by name because the compiler's warning
 * of it cannot be turned off.
 */
final class Signals {
  private Signals() {}

  /** @param signal its name without SIG */
  static void on(String signal, Runnable answer) {
    try {
      var type = Class.forName("sun.misc.Signal");
      var handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler invoked = (proxy, method, arguments) -> switch (method.getName()) {
        case "handle" -> handled(answer);
        case "equals" -> proxy == arguments[0];
        case "hashCode" -> System.identityHashCode(proxy);
        default -> signal;
      };
      var proxy = Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, invoked);
      type.getMethod("handle", type, handler).invoke(null, type.getConstructor(String.class).newInstance(signal), proxy);
    } catch (ReflectiveOperationException missing) {
      throw new IllegalStateException("this JVM cannot answer SIG" + signal, missing);
    }
  }

  private static Object handled(Runnable answer) {
    answer.run();
    return null;
  }
}
