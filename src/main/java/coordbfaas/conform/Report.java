package coordbfaas.conform;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import coordbfaas.wire.ServerUrl;
import java.util.List;

/** Findings for people, a line each, and for programs, as one JSON document. */
final class Report {
  private Report() {}

  /** @param width of the column of names */
  static String line(Finding finding, int width) {
    var found = switch (finding.verdict()) {
      case Finding.Ok() -> "ok";
      case Finding.Failed(var expected, var seen) -> "FAILED  expected " + expected + "; saw " + seen;
      case Finding.Skipped(var why) -> "skipped: " + why;
    };
    return ("%-" + width + "s %6d ms  %s").formatted(finding.check().name(), finding.ms(), found);
  }

  /** One line: how many, of which what failed and was skipped, in how many milliseconds. */
  static String summary(ServerUrl target, List<Finding> findings, long ms) {
    var failed = findings.stream().filter(Finding::failed).count();
    var skipped = skipped(findings);
    return "%s: %s, %d of %d checks ok%s, in %.1f s".formatted(target, failed == 0 ? "green" : failed + " FAILED",
        findings.size() - failed - skipped, findings.size(), skipped == 0 ? "" : ", " + skipped + " skipped", ms / 1e3);
  }

  static String json(ServerUrl target, List<Finding> findings, long ms) {
    var report = JsonNodeFactory.instance.objectNode();
    report.put("url", target.toString());
    report.put("green", findings.stream().noneMatch(Finding::failed));
    report.put("failed", findings.stream().filter(Finding::failed).count());
    report.put("skipped", skipped(findings));
    report.put("ms", ms);
    var checks = report.putArray("checks");
    for (var finding : findings) write(finding, checks.addObject());
    return report.toPrettyString();
  }

  private static void write(Finding finding, ObjectNode to) {
    to.put("name", finding.check().name());
    to.put("claim", finding.check().claim());
    to.put("ms", finding.ms());
    switch (finding.verdict()) {
      case Finding.Ok() -> to.put("verdict", "ok");
      case Finding.Failed(var expected, var seen) -> to.put("verdict", "failed").put("expected", expected).put("seen", seen);
      case Finding.Skipped(var why) -> to.put("verdict", "skipped").put("why", why);
    }
  }

  private static long skipped(List<Finding> findings) {
    return findings.stream().filter(finding -> finding.verdict() instanceof Finding.Skipped).count();
  }
}
