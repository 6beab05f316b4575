package coordbfaas.program;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** One answer as a client sees it: its head at once, its events as they come. Reads event streams by its own rules. */
public final class Answer {
  /** One event. */
  public record Event(String name, JsonNode data) {
    public String text() {
      return data.textValue();
    }
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpResponse<InputStream> response;
  private final BufferedReader lines;

  Answer(HttpResponse<InputStream> response) {
    this.response = response;
    this.lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
  }

  public int status() {
    return response.statusCode();
  }

  public Optional<String> header(String name) {
    return response.headers().firstValue(name);
  }

  /** The names of all headers, in lower case. */
  public List<String> headerNames() {
    return response.headers().map().keySet().stream().map(String::toLowerCase).sorted().toList();
  }

  public String worker() {
    return header("Worker").orElseThrow();
  }

  /** The next event; empty at the stream's end. */
  public Optional<Event> next() {
    try {
      var line = lines.readLine();
      while (line != null && (line.isEmpty() || line.startsWith(":"))) line = lines.readLine();
      if (line == null) return Optional.empty();
      assertThat(line).startsWith("event: ");
      var data = lines.readLine();
      assertThat(data).startsWith("data: ");
      assertThat(lines.readLine()).isEmpty();
      return Optional.of(new Event(line.substring("event: ".length()), JSON.readTree(data.substring("data: ".length()))));
    } catch (IOException cut) {
      throw new UncheckedIOException(cut);
    }
  }

  /** All events that are still to come. */
  public List<Event> rest() {
    var events = new ArrayList<Event>();
    for (var event = next(); event.isPresent(); event = next()) events.add(event.get());
    return events;
  }

  /** The run as a whole: both outputs and the one exit, which came last. */
  public Outcome outcome() {
    assertThat(status()).isEqualTo(200);
    var events = rest();
    assertThat(events.stream().filter(event -> event.name().equals("exit"))).hasSize(1);
    assertThat(events.getLast().name()).isEqualTo("exit");
    return new Outcome(output(events, "stdout"), output(events, "stderr"), events.getLast().data());
  }

  /** All of a body that is not an event stream. */
  public String body() {
    return lines.lines().collect(Collectors.joining("\n"));
  }

  /** A problem document. */
  public JsonNode problem(int status) {
    assertThat(status()).isEqualTo(status);
    assertThat(header("Content-Type")).contains("application/problem+json");
    assertThat(header("Cache-Control")).contains("no-store");
    try {
      var problem = JSON.readTree(body());
      assertThat(problem.path("status").asInt()).isEqualTo(status);
      assertThat(problem.path("title").asText()).isNotBlank();
      return problem;
    } catch (JsonProcessingException malformed) {
      throw new AssertionError(malformed);
    }
  }

  private static String output(List<Event> events, String name) {
    return events.stream().filter(event -> event.name().equals(name)).map(Event::text).collect(Collectors.joining());
  }

  /** How a run went. */
  public record Outcome(String stdout, String stderr, JsonNode exit) {
    public int code() {
      return exit.path("code").asInt();
    }

    public String reason() {
      return exit.path("reason").asText();
    }
  }
}
