package coordbfaas.http;

import org.apache.pekko.event.LoggingAdapter;
import org.apache.pekko.http.ParsingErrorHandler;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.http.scaladsl.model.ErrorInfo;
import org.apache.pekko.http.scaladsl.model.StatusCode;
import org.apache.pekko.http.scaladsl.settings.ServerSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers a request that is not well-formed HTTP, as {@code application/problem+json}. Named in {@code application.conf}.
 * The error's summary is Pekko's and fixed; its detail quotes the request, which belongs neither in a log nor in an answer.
 */
public final class ParsingProblem extends ParsingErrorHandler {
  private static final Logger LOG = LoggerFactory.getLogger(ParsingProblem.class);

  @Override
  public HttpResponse handle(StatusCode status, ErrorInfo error, LoggingAdapter log, ServerSettings settings) {
    LOG.info("request refused status={} cause=malformed-http", status.intValue());
    return Problem.response(status.intValue(), "the request is not well-formed HTTP").addHeader(Connection.create("close"));
  }
}
