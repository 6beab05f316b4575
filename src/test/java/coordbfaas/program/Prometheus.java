package coordbfaas.program;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A Prometheus that scrapes a coordinator each second, under the alert rules that are deployed. */
final class Prometheus implements AutoCloseable {
  /** What a query came to over some time. @param labels those that the query left */
  record Series(Map<String, String> labels, List<Double> values) {
    /** How many points of it would be drawn. */
    long count() {
      return numbers().count();
    }

    boolean isEverPositive() {
      return numbers().anyMatch(value -> value > 0);
    }

    private DoubleStream numbers() {
      return values.stream().mapToDouble(Double::doubleValue).filter(value -> !Double.isNaN(value));
    }
  }

  private static final String CONFIGURATION = """
      global:
        scrape_interval: 1s
        evaluation_interval: 1s
      rule_files: ['%s']
      scrape_configs:
        - job_name: coordbfaas
          static_configs: [{targets: ['127.0.0.1:%d']}]
      """;

  private static final Pattern LISTENS = Pattern.compile("msg=\"Listening on\" address=127\\.0\\.0\\.1:(\\d+)");
  private static final Pattern READY = Pattern.compile("Server is ready");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final DebianProgram prometheus;
  private final URI base;

  private Prometheus(DebianProgram prometheus) {
    this.prometheus = prometheus;
    this.base = URI.create("http://127.0.0.1:" + prometheus.says(LISTENS).group(1));
    prometheus.says(READY);
  }

  /** Starts one; where it is not installed the test is skipped. */
  static Prometheus scraping(InetSocketAddress coordinator, Path folder) throws IOException {
    Files.writeString(folder.resolve("prometheus.yml"),
        CONFIGURATION.formatted(Path.of("deploy/alerts.yml").toAbsolutePath(), coordinator.getPort()));
    return new Prometheus(DebianProgram.start("prometheus", folder, "--config.file=prometheus.yml", "--storage.tsdb.path=data",
        "--web.listen-address=127.0.0.1:0"));
  }

  /** What a query comes to, each second from an instant on until now, as a dashboard asks it. */
  List<Series> since(Instant start, String query) {
    var times = "&start=" + start.getEpochSecond() + "&end=" + Instant.now().getEpochSecond() + "&step=1";
    var result = get("query_range?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8) + times).path("result");
    return stream(result).map(series -> new Series(JSON.convertValue(series.path("metric"), new TypeReference<>() {}),
        stream(series.path("values")).map(sample -> Double.valueOf(sample.path(1).asText().replace("Inf", "Infinity"))).toList()))
        .toList();
  }

  /** How it is with each alert rule, by its name: {@code ok} once it could be evaluated. */
  Stream<Map.Entry<String, String>> rules() {
    return stream(get("rules").path("groups")).flatMap(group -> stream(group.path("rules")))
        .map(rule -> Map.entry(rule.path("name").asText(), rule.path("health").asText()));
  }

  private JsonNode get(String path) {
    try {
      var request = HttpRequest.newBuilder(base.resolve("/api/v1/" + path)).build();
      var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return JSON.readTree(answer.body()).path("data");
    } catch (IOException failure) {
      throw new AssertionError(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  @Override
  public void close() {
    prometheus.close();
  }
}
