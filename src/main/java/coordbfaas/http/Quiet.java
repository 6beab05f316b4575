package coordbfaas.http;

import org.apache.pekko.stream.Attributes;

/** How a connection's streams log: not at all. What fails in one quotes what the other side sent; whoever asked says it failed. */
final class Quiet {
  static final Attributes STREAM = Attributes.createLogLevels(
      Attributes.logLevelOff(), Attributes.logLevelOff(), Attributes.logLevelOff());

  private Quiet() {}
}
