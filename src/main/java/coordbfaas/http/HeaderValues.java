package coordbfaas.http;

import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpMessage;

/** What a message says under a header's name, as often as it says it. */
public final class HeaderValues {
  private HeaderValues() {}

  /** @param name in lower case */
  public static Stream<String> of(HttpMessage message, String name) {
    return StreamSupport.stream(message.getHeaders().spliterator(), false)
        .filter(header -> header.is(name)).map(HttpHeader::value);
  }
}
