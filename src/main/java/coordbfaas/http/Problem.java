package coordbfaas.http;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.Map;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.CacheControl;
import org.apache.pekko.http.javadsl.model.headers.CacheDirectives;

/**
 * Error answers as {@code application/problem+json}.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a>
 */
public final class Problem {
  private static final ContentType.WithFixedCharset JSON =
      ContentTypes.create(MediaTypes.customWithFixedCharset("application", "problem+json", HttpCharsets.UTF_8, Map.of(), false));

  private Problem() {}

  /** An error answer. The title is the status's own phrase; {@code detail} says what was wrong and what was expected. */
  public static HttpResponse response(int status, String detail) {
    var code = StatusCodes.get(status);
    var body = "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\"}\n"
        .formatted(escaped(code.reason()), status, escaped(detail));
    return HttpResponse.create().withStatus(code).withEntity(HttpEntities.create(JSON, body))
        .addHeader(CacheControl.create(CacheDirectives.NO_STORE));
  }

  private static String escaped(String text) {
    return new String(JsonStringEncoder.getInstance().quoteAsString(text));
  }
}
