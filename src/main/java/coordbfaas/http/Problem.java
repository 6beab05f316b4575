package coordbfaas.http;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
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

  /** One that has several reasons: they are told one by one, as its member {@code reasons}, and together as its detail. */
  public static HttpResponse because(int status, List<String> reasons) {
    var code = StatusCodes.get(status);
    var list = reasons.stream().map(reason -> "\"" + escaped(reason) + "\"").collect(Collectors.joining(",", "[", "]"));
    var body = "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\",\"reasons\":%s}\n"
        .formatted(escaped(code.reason()), status, escaped(String.join("; ", reasons)), list);
    return HttpResponse.create().withStatus(code).withEntity(HttpEntities.create(JSON, body))
        .addHeader(CacheControl.create(CacheDirectives.NO_STORE));
  }

  private static String escaped(String text) {
    return new String(JsonStringEncoder.getInstance().quoteAsString(text));
  }
}
