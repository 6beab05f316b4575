package coordbfaas.program;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import coordbfaas.outside.Eventually;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.StreamSupport;

/** Somebody who lists an app's machines again and again, as Fly tells them to everyone, and remembers what there was. */
final class AppWatch implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(40);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final HttpClient http = HttpClient.newHttpClient();
  private final HttpRequest list;
  private final Thread watcher;
  private final Set<String> names = new ConcurrentSkipListSet<>();
  private final List<String> failures = new CopyOnWriteArrayList<>();
  private volatile int looks;
  private volatile int most;
  private volatile boolean over;

  /** @param api the base of the Machines API */
  AppWatch(URI api, String app) {
    this.list = HttpRequest.newBuilder(api.resolve("/v1/apps/" + app + "/machines")).timeout(PATIENCE).build();
    this.watcher = Thread.ofPlatform().daemon().start(this::watch);
  }

  private void watch() {
    while (!over) {
      try {
        var machines = machines();
        machines.forEach(machine -> names.add(machine.path("name").asText()));
        most = Math.max(most, machines.size());
        looks++;
      } catch (AssertionError unseen) {
        failures.add(unseen.toString());
      }
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
  }

  private List<JsonNode> machines() {
    try {
      var answer = http.send(list, HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      return StreamSupport.stream(JSON.readTree(answer.body()).spliterator(), false).toList();
    } catch (IOException failure) {
      throw new AssertionError(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  /** The images of all machines that there are now, one for each. */
  List<String> images() {
    return machines().stream().map(machine -> machine.path("config").path("image").asText()).toList();
  }

  /** The most machines that were seen at a time. */
  int most() {
    return most;
  }

  /** The names that any machine ever had. */
  Set<String> names() {
    return new TreeSet<>(names);
  }

  /** How often it looked. */
  int looks() {
    return looks;
  }

  /** Looks that saw nothing. */
  List<String> failures() {
    return failures;
  }

  @Override
  public void close() {
    over = true;
    Eventually.ended(watcher, PATIENCE);
  }
}
