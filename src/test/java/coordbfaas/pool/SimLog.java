package coordbfaas.pool;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What the pools log while a story is told: lines of its trace, if it has one, and else nothing. */
final class SimLog extends AppenderBase<ILoggingEvent> {
  private static final List<String> LOGGERS = List.of("coordbfaas.pool", "org.apache.pekko");

  private final List<Logger> loggers = LOGGERS.stream().map(name -> (Logger) LoggerFactory.getLogger(name)).toList();
  private final SimTrace trace;

  private SimLog(SimTrace trace) {
    this.trace = trace;
  }

  static SimLog into(SimTrace trace) {
    var log = new SimLog(trace);
    log.start();
    log.loggers.forEach(logger -> {
      logger.setLevel(trace.isKept() ? Level.INFO : Level.OFF);
      logger.setAdditive(false);
      logger.addAppender(log);
    });
    return log;
  }

  @Override
  protected void append(ILoggingEvent event) {
    trace.note(() -> "log " + trace.whose() + " " + event.getMDCPropertyMap().getOrDefault("machine", "") + " "
        + event.getFormattedMessage());
  }

  public void close() {
    loggers.forEach(logger -> {
      logger.detachAppender(this);
      logger.setAdditive(true);
      logger.setLevel(null);
    });
  }
}
