package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.wire.Exit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpProtocols;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The form of an answer")
class AnswerFormTest {
  @Nested
  @DisplayName("is an event stream")
  class IsAnEventStream {
    @Test
    void unlessSomethingElseIsAskedFor() {
      assertThat(AnswerForm.of(request())).isEqualTo(new AnswerForm.Events());
    }

    @ParameterizedTest
    @ValueSource(strings = {"*/*", "text/event-stream", "text/html", "text/html,application/xhtml+xml,*/*;q=0.8", "application/*",
        "application/json;q=0", "application/json;q=0.0, text/html", "application/json, text/event-stream",
        "text/event-stream, application/json", "application/json;q=0.5, text/event-stream;q=0.5", "application/json;q=0.9, */*",
        "application/json;q=0.9, text/*", "application/json;q=0.9,text/event-stream", "application/jsonl",
        "application/problem+json",
        "text/event-stream;q=0.9, application/json;q=0.8, */*;q=0.1", "application/json;q=x", "application/json;q=-1", "", ",;,",
        "json", "q=1"})
    void whenThatIsWantedMoreOrAsMuchOrNobodyAskedForJsonByName(String accept) {
      assertThat(accepting(accept)).isEqualTo(new AnswerForm.Events());
    }
  }

  @Nested
  @DisplayName("is a document")
  class IsADocument {
    @ParameterizedTest
    @ValueSource(strings = {"application/json", "Application/JSON", "application/json; charset=utf-8", "application/json;q=0.1",
        "application/json, */*", "application/json, text/plain, */*", "application/json, text/javascript, */*; q=0.01",
        "text/html, application/json", "application/json, text/event-stream;q=0.9",
        "text/event-stream;q=0, application/json;q=0.5",
        "text/event-stream;q=0.2,application/json; q=0.300", "application/json;q=0.5, text/*;q=0.4, */*;q=0.9",
        "application/json;charset=utf-8;q=0.5, text/html"})
    void whenJsonIsAskedForByNameAndRather(String accept) {
      assertThat(accepting(accept)).isEqualTo(new AnswerForm.Document());
    }

    @Test
    void whicheverOfManyHeadersSaysSo() {
      assertThat(accepting("text/html", "application/json")).isEqualTo(new AnswerForm.Document());
      assertThat(accepting("application/json;q=0.5", "text/event-stream")).isEqualTo(new AnswerForm.Events());
    }
  }

  @Nested
  @DisplayName("is raw")
  class IsRaw {
    @Test
    void whateverElseIsAccepted() {
      var raw = AnswerForm.of(request("Accept", "application/json").withUri("/run?timeout=1s&raw=1"));
      assertThat(raw).isInstanceOf(AnswerForm.Raw.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/run?raw=0", "/run?raw=", "/run?raw", "/run?RAW=1", "/run?raw=11", "/run?raw=true"})
    void notByAnyOtherWord(String target) {
      assertThat(AnswerForm.of(request().withUri(target))).isEqualTo(new AnswerForm.Events());
    }

    @Test
    void andResetWhenTheDeadlineOrTheWorkersLossCutItShort() {
      assertThat(raw()).isEqualTo(new AnswerForm.Raw(true, Set.of(Exit.Reason.DEADLINE, Exit.Reason.WORKER_LOST)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"trailers", "Trailers", "deflate;q=0.5, trailers", "trailers,gzip"})
    void andNeverResetForAClientThatReadsTrailers(String te) {
      assertThat(raw("TE", te)).isEqualTo(new AnswerForm.Raw(true, Set.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "trailersx", ""})
    void andResetForOneThatSaysSomethingElse(String te) {
      assertThat(raw("TE", te)).isEqualTo(raw());
    }

    @Test
    void andResetForEveryRunThatWasCutShortWhereThereAreNoTrailers() {
      for (var request : List.of(request(), request("TE", "trailers")))
        assertThat(AnswerForm.of(request.withUri("/run?raw=1").withProtocol(HttpProtocols.HTTP_1_0)))
            .isEqualTo(new AnswerForm.Raw(
                false, Set.of(Exit.Reason.DEADLINE, Exit.Reason.WORKER_LOST, Exit.Reason.OUTPUT_LIMIT)));
    }

    private AnswerForm raw(String... header) {
      return AnswerForm.of(request(header).withUri("/run?raw=1"));
    }
  }

  private static AnswerForm accepting(String... accepts) {
    return AnswerForm.of(request(Stream.of(accepts).flatMap(accept -> Stream.of("Accept", accept)).toArray(String[]::new)));
  }

  private static HttpRequest request(String... namesAndValues) {
    var headers = new ArrayList<HttpHeader>();
    for (var at = 0; at < namesAndValues.length; at += 2)
      headers.add(RawHeader.create(namesAndValues[at], namesAndValues[at + 1]));
    return HttpRequest.POST("/run").withHeaders(headers);
  }
}
