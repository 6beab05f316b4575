package coordbfaas.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import coordbfaas.settings.RandomCases;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A problem")
class ProblemTest {
  @ParameterizedTest
  @CsvSource({
      "400, Bad Request", "401, Unauthorized", "403, Forbidden", "404, Not Found", "405, Method Not Allowed", "409, Conflict",
      "413, Content Too Large",
      "429, Too Many Requests", "500, Internal Server Error", "502, Bad Gateway", "503, Service Unavailable",
      "504, Gateway Timeout"})
  void hasTheFieldsOfRfc9457(int status, String title) throws Exception {
    var response = Problem.response(status, "what was wrong");
    assertThat(response.status().intValue()).isEqualTo(status);
    assertThat(response.entity().getContentType()).hasToString("application/problem+json");
    assertThat(response.getHeader("cache-control").orElseThrow().value()).isEqualTo("no-store");
    assertThat(body(response)).isEqualTo(new JsonMapper().createObjectNode()
        .put("type", "about:blank").put("title", title).put("status", status).put("detail", "what was wrong"));
  }

  @Test
  void holdsWhateverItsDetailSays() throws Exception {
    RandomCases.each(1_000, random -> {
      var detail = RandomCases.text(random, random.nextInt(50));
      assertThat(body(Problem.response(400, detail)).path("detail").textValue()).isEqualTo(detail);
    });
    var ofFormats = "%s %d \"\\ \u2028 </script>";
    assertThat(body(Problem.response(400, ofFormats)).path("detail").textValue()).isEqualTo(ofFormats);
  }

  private static JsonNode body(HttpResponse response) throws Exception {
    return new JsonMapper().readTree(((HttpEntity.Strict) response.entity()).getData().utf8String());
  }
}
