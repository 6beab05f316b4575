package coordbfaas.machines;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.pekko.util.ByteString;

/**
 * What the body of an answer with an error status says.
 *
 * @param code Fly's own word for what is wrong, such as {@code insufficient_capacity}; often empty
 * @param text for people: one line of at most 300 characters
 * @param byTheApi whether it is what the API writes, an object, or nothing; if not, a proxy may have said it
 */
record Refusal(String code, String text, boolean byTheApi) {
  /** So much of a body is worth reading. */
  static final int BYTES_MAX = 16 << 10;

  private static final int CHARACTERS_MAX = 300;

  /**
   * Reads a body: its {@code error}, else its {@code message}, else its beginning if it is no JSON at all.
   *
   * @param secrets what it must not repeat
   */
  static Refusal of(ByteString body, ObjectMapper json, List<String> secrets) {
    try {
      // All of it, or the page "404 page not found" would be the number 404.
      var answer = json.reader(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).readTree(body.utf8String());
      var byTheApi = answer.isObject() || answer.isMissingNode();
      return new Refusal(answer.path("status").asText(""), line(text(answer), secrets), byTheApi);
    } catch (JsonProcessingException notJson) {
      return new Refusal("", line(body.utf8String(), secrets), false);
    }
  }

  /** JSON without either may be an answer that was meant to succeed, which may hold a nonce. */
  private static String text(JsonNode answer) {
    return answer.path("error").asText(answer.path("message").asText("(no message)"));
  }

  /** A secret stands by itself: a short one is left where it is but letters of a word, which must stay readable. */
  private static String line(String text, List<String> secrets) {
    var line = text;
    for (var secret : secrets) line = line.replaceAll("(?<![\\w-])" + Pattern.quote(secret) + "(?![\\w-])", "(hidden)");
    line = line.replaceAll("\\p{Cntrl}+", " ").strip();
    return line.length() <= CHARACTERS_MAX ? line : line.substring(0, CHARACTERS_MAX) + "…";
  }
}
