package coordbfaas.pool;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import org.slf4j.LoggerFactory;

/** What the pools log while a story is told: lines of its trace, if it has one, and else nothing. */
final class SimLog extends AppenderBase<ILoggingEvent> {
  private final Logger pools = (Logger) LoggerFactory.getLogger("coordbfaas.pool");
  private final Level before = pools.getLevel();
  private final SimTrace trace;

  private SimLog(SimTrace trace) {
    this.trace = trace;
  }

  static SimLog into(SimTrace trace) {
    var log = new SimLog(trace);
    log.pools.setLevel(trace.isKept() ? Level.INFO : Level.OFF);
    log.pools.setAdditive(false);
    log.start();
    log.pools.addAppender(log);
    return log;
  }

  @Override
  protected void append(ILoggingEvent event) {
    trace.note(() -> "log " + trace.whose() + " " + event.getMDCPropertyMap().getOrDefault("machine", "") + " "
        + event.getFormattedMessage());
  }

  public void close() {
    pools.detachAppender(this);
    pools.setAdditive(true);
    pools.setLevel(before);
  }
}
