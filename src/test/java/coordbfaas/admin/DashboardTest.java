package coordbfaas.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** Holds the dashboard and the alert rules against what is exported, and the alerts against what is said of them. */
@DisplayName("The dashboard and the alerts")
class DashboardTest {
  /** A metric's name wherever one can stand, with the labels that are asked of it. */
  private static final Pattern METRIC = Pattern.compile("\\b((?:bfaas|jvm|process|system)_[a-z_]+)(?:\\{([^}]*)})?");

  private static final Pattern LABEL = Pattern.compile("(\\w+)\\s*(=~|!=|=)\\s*\"([^\"]*)\"");
  private static final Pattern BY = Pattern.compile("\\bby \\(([^)]*)\\)");

  /** What Prometheus adds by itself. */
  private static final Set<String> ADDED = Set.of("instance", "job");

  private final Map<String, Set<String>> exported = exported();

  @Test
  void askForMetricsThatAreExported() throws IOException {
    assertThat(expressions()).isNotEmpty().allSatisfy(expression ->
        assertThat(metrics(expression)).as(expression).isNotEmpty().allMatch(exported::containsKey));
  }

  @Test
  void askForLabelsAndValuesThatThereAre() throws IOException {
    for (var expression : expressions()) {
      METRIC.matcher(expression).results().filter(metric -> metric.group(2) != null).forEach(metric ->
          LABEL.matcher(metric.group(2)).results().filter(label -> !ADDED.contains(label.group(1)) && !label.group(2).equals("!="))
              .forEach(label -> isThere(metric.group(1), label)));
      var labels = metrics(expression).stream().flatMap(metric -> exported.get(metric).stream())
          .map(label -> label.replaceAll("=.*", "")).collect(Collectors.toSet());
      labels.addAll(ADDED);
      BY.matcher(expression).results().flatMap(by -> Stream.of(by.group(1).split(", ?")))
          .forEach(by -> assertThat(labels).as(expression).contains(by));
    }
  }

  @Test
  void showEveryMetricOfOurs() throws IOException {
    var shown = expressions().stream().flatMap(expression -> metrics(expression).stream()).map(DashboardTest::family)
        .collect(Collectors.toSet());
    var ours = exported.keySet().stream().filter(name -> name.startsWith("bfaas_")).map(DashboardTest::family)
        .collect(Collectors.toCollection(TreeSet::new));
    assertThat(shown).containsAll(ours);
  }

  @Test
  void sayInTheDocsWhatEachAlertMeans() throws IOException {
    var headings = Files.readString(Path.of("docs/operations.md")).lines().filter(line -> line.startsWith("### "))
        .map(line -> line.substring(4)).collect(Collectors.toSet());
    assertThat(rules().map(rule -> rule.get("alert").toString())).isNotEmpty().allMatch(headings::contains);
  }

  private void isThere(String metric, MatchResult label) {
    for (var value : label.group(3).split("\\|"))
      assertThat(exported.get(metric)).as(metric).contains(label.group(1) + "=\"" + value + "\"");
  }

  private static Set<String> metrics(String expression) {
    return METRIC.matcher(expression).results().map(metric -> metric.group(1)).collect(Collectors.toSet());
  }

  /** The metric of which this is a part. */
  private static String family(String name) {
    return name.replaceAll("_(bucket|sum|count|max)$", "");
  }

  private static List<String> expressions() throws IOException {
    var dashboard = new ObjectMapper().readTree(Path.of("deploy/grafana.json").toFile());
    var ofPanels = dashboard.findValues("expr").stream().map(expression -> expression.asText()
        .replace("instance=~\"$instance\", ", "").replace("{instance=~\"$instance\"}", "").replace("$__rate_interval", "1m"));
    return Stream.concat(ofPanels, rules().map(rule -> rule.get("expr").toString())).toList();
  }

  private static Stream<Map<?, ?>> rules() throws IOException {
    Map<?, ?> file = new Yaml().load(Files.readString(Path.of("deploy/alerts.yml")));
    return ((List<?>) file.get("groups")).stream().flatMap(group -> ((List<?>) ((Map<?, ?>) group).get("rules")).stream())
        .map(rule -> (Map<?, ?>) rule);
  }

  /** The labels of each metric that a coordinator exports, with their values. */
  private static Map<String, Set<String>> exported() {
    var meters = new Meters(new PoolView.About("pool", "instance", 1));
    try {
      return meters.scrape().lines().filter(line -> !line.startsWith("#")).collect(Collectors.toMap(
          line -> line.replaceAll("[{ ].*", ""),
          line -> LABEL.matcher(line).results().map(label -> label.group(1) + "=\"" + label.group(3) + "\"")
              .collect(Collectors.toCollection(TreeSet::new)),
          (some, more) -> {
            some.addAll(more);
            return some;
          }));
    } finally {
      meters.close();
    }
  }
}
