package coordbfaas.pool;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.Optional;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.Marker;
import org.slf4j.helpers.MessageFormatter;

/**
 * What the pools log while a story is told: lines of its trace, if it has one, and else nothing. A story is told on one thread,
 * and by that its lines are known from those of whatever else runs at the same time.
 */
final class SimLog extends TurboFilter {
  private final LoggerContext loggers = (LoggerContext) LoggerFactory.getILoggerFactory();
  private final Thread teller = Thread.currentThread();
  private final SimTrace trace;

  private SimLog(SimTrace trace) {
    this.trace = trace;
  }

  static SimLog into(SimTrace trace) {
    var log = new SimLog(trace);
    log.start();
    log.loggers.addTurboFilter(log);
    return log;
  }

  @Override
  public FilterReply decide(Marker marker, Logger logger, Level level, String format, Object[] parameters, Throwable failure) {
    if (Thread.currentThread() != teller) return FilterReply.NEUTRAL;
    if (!trace.isKept() || !level.isGreaterOrEqual(Level.INFO)) return FilterReply.DENY;
    if (format == null) return FilterReply.ACCEPT;
    var machine = Optional.ofNullable(MDC.get("machine")).orElse("");
    trace.note(() -> "log " + trace.whose() + " " + machine + " " + MessageFormatter.arrayFormat(format, parameters).getMessage());
    return FilterReply.DENY;
  }

  void close() {
    stop();
    loggers.getTurboFilterList().remove(this);
  }
}
