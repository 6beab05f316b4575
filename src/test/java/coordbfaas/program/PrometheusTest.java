package coordbfaas.program;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import coordbfaas.outside.Eventually;
import coordbfaas.settings.GoDuration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Told in short; {@code -Dprometheus.time=60s} tells it at length. */
@DisplayName("Prometheus")
@Execution(ExecutionMode.CONCURRENT)
@Timeout(240)
class PrometheusTest {
  private static final Duration TIME = GoDuration.parse(System.getProperty("prometheus.time", "15s"));

  /** What the dashboard leaves to whoever looks at it: all coordinators, and a rate's time that a scrape each second allows. */
  private static final Map<String, String> CHOSEN = Map.of("$instance", ".*", "$__rate_interval", "10s");

  /** A label of some panels and the values of it that the load makes more than nothing. */
  private static final Map<String, List<String>> SHOWN = Map.of(
      "Runs by how they ended", List.of("exited", "deadline", "client-gone"),
      "Requests that got no run", List.of("queue-full"),
      "Answers by status", List.of("200", "400", "503"));

  private final List<String> saw = new ArrayList<>();

  /** Goal: nobody who looks at the dashboard sees an empty panel. Method: each is asked for what it drew during a mixed load. */
  @Test
  void hasDataForEveryPanelOfTheDashboard(@TempDir Path folder) throws IOException {
    try (var cluster = Cluster.start()) {
      var member = cluster.member("a", Map.of("MAXQUEUE", Integer.toString(MixedLoad.QUEUE_MAX)));
      try (var prometheus = Prometheus.scraping(member.admin(), folder)) {
        cluster.isWhole(member);
        var begun = Instant.now();
        Eventually.within(BfaasProcess.START_TIME, "it is scraped", () -> prometheus.since(begun, "up == 1").size() == 1);
        var load = new MixedLoad(member);
        do load.comes(); while (Instant.now().isBefore(begun.plus(TIME)));

        var panels = new ObjectMapper().readTree(Path.of("deploy/grafana.json").toFile()).path("panels");
        assertThat(panels.findValuesAsText("title")).containsAll(SHOWN.keySet());
        for (var panel : panels)
          for (var target : panel.path("targets")) hasData(panel.path("title").asText(), target, prometheus, begun);
        Files.write(Path.of("target", "dashboard.txt"), saw);
        assertThat(prometheus.rules()).isNotEmpty().allMatch(rule -> rule.getValue().equals("ok"));
      }
    }
  }

  private void hasData(String title, JsonNode target, Prometheus prometheus, Instant begun) {
    var query = asked(target.path("expr").asText());
    var series = prometheus.since(begun, query);
    var samples = series.stream().mapToLong(Prometheus.Series::count).sum();
    saw.add("panel=\"" + title + "\" series=" + series.size() + " samples=" + samples + " query=" + query);
    assertThat(series).as(title + ": " + query).anyMatch(one -> one.count() > 0);
    var positive = series.stream().filter(Prometheus.Series::isEverPositive)
        .flatMap(one -> one.labels().values().stream()).toList();
    assertThat(positive).as(title + ": " + query).containsAll(SHOWN.getOrDefault(title, List.of()));
  }

  private static String asked(String expression) {
    var query = expression;
    for (var choice : CHOSEN.entrySet()) query = query.replace(choice.getKey(), choice.getValue());
    assertThat(query).doesNotContain("$");
    return query;
  }
}
