package coordbfaas.program;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** The admin port of a local Fly: what is there, what happened, and whether it was right. */
final class FlyAdmin {
  /** A machine that is not destroyed. */
  record Machine(String id, String name, String state, Optional<Lease> lease) {
    boolean isOf(String pool) {
      return name.startsWith("worker-" + pool + "-");
    }
  }

  /** A lease that goes on. */
  record Lease(long number, long leftSeconds, String description) {}

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ALL = 100_000;

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI base;

  FlyAdmin(URI base) {
    this.base = base;
  }

  List<Machine> machines() {
    return stream(get("/machines")).map(machine -> new Machine(machine.path("id").asText(), machine.path("name").asText(),
        machine.path("state").asText(), Optional.ofNullable(machine.get("lease")).map(FlyAdmin::lease))).toList();
  }

  List<Machine> machines(String pool) {
    return machines().stream().filter(machine -> machine.isOf(pool)).toList();
  }

  private static Lease lease(JsonNode lease) {
    return new Lease(lease.path("number").asLong(), lease.path("leftSeconds").asLong(), lease.path("description").asText());
  }

  /** All that happened, if it was less than the log keeps. */
  FlyLog log() {
    var log = get("/log?last=" + ALL);
    assertThat(log.path("dropped").asLong()).as("dropped").isZero();
    return new FlyLog(stream(log.path("entries")).toList());
  }

  /** The judge has seen much, and condemns nothing. */
  void sawNothingWrong() {
    var verdict = get("/verdict");
    assertThat(verdict.path("entries").asLong()).isPositive();
    assertThat(verdict.path("violations").toPrettyString()).isEqualTo("[ ]");
  }

  private JsonNode get(String path) {
    try {
      var answer = http.send(HttpRequest.newBuilder(base.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(path).isEqualTo(200);
      return JSON.readTree(answer.body());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  private static java.util.stream.Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }
}
