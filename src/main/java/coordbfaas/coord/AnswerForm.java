package coordbfaas.coord;

import coordbfaas.http.HeaderValues;
import coordbfaas.wire.Exit;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.HttpProtocols;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/** The form in which a client wants to be answered. */
sealed interface AnswerForm {
  /** An event stream. */
  record Events() implements AnswerForm {}

  /** One JSON document, when the run is over. */
  record Document() implements AnswerForm {}

  /**
   * The bytes of both outputs.
   *
   * @param trailers whether there can be any after them
   * @param cutShort the ends for which the connection is reset, so that nobody takes for whole what was cut
   */
  record Raw(boolean trailers, Set<Exit.Reason> cutShort) implements AnswerForm {}

  /** What the request asks for: {@code ?raw=1}, else by {@code Accept}. */
  static AnswerForm of(HttpRequest request) {
    if (request.getUri().query().get("raw").filter(value -> value.equals("1")).isPresent()) return raw(request);
    return Accepted.of(HeaderValues.of(request, "accept")).prefersDocument() ? new Document() : new Events();
  }

  /**
   * A client that reads trailers knows how the run ended, and any client of HTTP/1.1 may. HTTP/1.0 has no trailers, and the end
   * of the connection means no more than that the output is whole: it is so for every run that came to its own end, whatever
   * its code (a reset could take the last bytes from each script that fails on purpose), and for no other.
   */
  private static Raw raw(HttpRequest request) {
    if (request.protocol().equals(HttpProtocols.HTTP_1_0))
      return new Raw(false, EnumSet.of(Exit.Reason.DEADLINE, Exit.Reason.WORKER_LOST, Exit.Reason.OUTPUT_LIMIT));
    return new Raw(true, readsTrailers(request) ? EnumSet.noneOf(Exit.Reason.class)
        : EnumSet.of(Exit.Reason.DEADLINE, Exit.Reason.WORKER_LOST));
  }

  private static boolean readsTrailers(HttpRequest request) {
    return HeaderValues.of(request, "te").flatMap(value -> Stream.of(value.split(",")))
        .anyMatch(coding -> coding.strip().toLowerCase(Locale.ROOT).equals("trailers"));
  }
}
