package coordbfaas.admin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.util.ByteString;

/** The files of the status page, which a browser may put together with nothing else. */
final class StatusPage {
  /**
   * Everything comes from this port, and nothing of it stands in the page itself; it sends no forms and lies in no frame.
   *
   * @see <a href="https://www.w3.org/TR/CSP3/">W3C: Content Security Policy</a>
   */
  private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
      + "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final Map<String, ContentType> TYPES = Map.of(
      "/", ContentTypes.TEXT_HTML_UTF8,
      "/status.css", MediaTypes.TEXT_CSS.toContentType(HttpCharsets.UTF_8),
      "/status.js", MediaTypes.APPLICATION_JAVASCRIPT.toContentType(HttpCharsets.UTF_8),
      "/icon.svg", MediaTypes.IMAGE_SVG_XML.toContentType());

  private StatusPage() {}

  /** A file of the page; empty if the page has none of this path. */
  static Optional<HttpResponse> file(String path) {
    return Optional.ofNullable(TYPES.get(path)).map(type -> HttpResponse.create()
        .withEntity(HttpEntities.create(type, read(path.equals("/") ? "/status.html" : path)))
        .addHeader(RawHeader.create("Content-Security-Policy", POLICY)));
  }

  private static ByteString read(String name) {
    try (var file = Objects.requireNonNull(StatusPage.class.getResourceAsStream("page" + name), name)) {
      return ByteString.fromArray(file.readAllBytes());
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}
