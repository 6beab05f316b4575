package coordbfaas.admin;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.coord.ACoordinator;
import coordbfaas.outside.Eventually;
import coordbfaas.program.RunProcesses;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The status page in a browser: what is on it is true, of a coordinator that runs and of one that is gone. Goal: what a person
 * sees, not what the page's code says; so the text of elements is read, and buttons are pressed.
 */
@DisplayName("The status page")
@Timeout(120)
class StatusPageTest {
  private static final Path SCREENSHOT = Path.of("target/status-page.png");

  private final RunProcesses processes = RunProcesses.ofARun();
  private Browser browser;
  private ACoordinator coordinator;

  @BeforeEach
  void start() {
    browser = Browser.start();
    coordinator = ACoordinator.with(Map.of("POOLSIZE", "3", "QUEUETIME", "60s", "MAXREQTIME", "60s"));
  }

  @AfterEach
  void end() {
    processes.end();
    if (browser != null) browser.close();
    if (coordinator != null) coordinator.close();
  }

  @Test
  void showsWhatHappensWhileItHappensAndThatNothingIsKnownAfterwards() {
    browser.isOfSize(400, 850, true);
    browser.opens(coordinator.admin());
    knowsNothingOfTheTimeBefore();
    isAtRest();
    showsARunWhileItRuns();
    browser.screenshot(SCREENSHOT);
    stopsARun();
    tellsWhyARunIsRefused();
    hasNoHorizontalScroll();
    assertThat(browser.complaints()).allMatch(complaint -> complaint.contains("/run") && complaint.contains("400"));
    coordinator.close();
    saysThatNobodyAnswers();
  }

  private void knowsNothingOfTheTimeBefore() {
    Eventually.eventually("a machine is there", () -> !conditions().isEmpty());
    assertThat(browser.value("getComputedStyle(document.querySelector('.trail .unseen')).backgroundColor"))
        .isNotEqualTo(browser.value("getComputedStyle(document.querySelector('.trail i:last-child')).backgroundColor"));
  }

  private void isAtRest() {
    Eventually.eventually("all machines are warm", () -> conditions().equals(List.of("warm", "warm", "warm")));
    assertThat(browser.text("ready")).isEqualTo("ready");
    assertThat(browser.text("api")).isEqualTo("answers");
    assertThat(browser.text("count")).isEqualTo("3 of 3");
  }

  private void showsARunWhileItRuns() {
    browser.types("script", "echo first; echo oops >&2; " + processes.sleepQuietly() + "; echo last; exit 3");
    browser.presses("run");
    Eventually.eventually("its first lines are there", () -> output().equals(Set.of("first", "oops")));
    Eventually.eventually("its machine is allocated", () -> conditions().contains("allocated"));
    assertThat(browser.text("verdict")).isEqualTo("running …");
    assertThat(browser.value("document.querySelector('#output .err').textContent")).isEqualTo("oops\n");
    hasNoHorizontalScroll();

    processes.wakeUp();
    Eventually.eventually("its end is told", () -> browser.text("verdict").startsWith("exited, code 3, "));
    assertThat(browser.text("output")).endsWith("\nlast");
    assertThat(output()).isEqualTo(Set.of("first", "oops", "last"));
    Eventually.eventually("its machine is warm again", () -> conditions().equals(List.of("warm", "warm", "warm")));
    assertThat(browser.text("runs")).contains("exited");
    // The pool hears of a run's end by a message that takes two steps, or by the end of its actor, whichever comes first.
    assertThat(browser.text("transitions")).contains("idle → allocated (granted)")
        .containsPattern("allocated → stopping \\((freed|requester-ended) ");
    hasNoHorizontalScroll();
  }

  /** Its lines: of two that are written to two streams either may come first. */
  private Set<String> output() {
    return browser.text("output").lines().collect(Collectors.toSet());
  }

  private void stopsARun() {
    browser.types("script", processes.sleep());
    browser.presses("run");
    processes.areAlive();
    browser.presses("stop");
    Eventually.eventually("it says so", () -> browser.text("verdict").equals("stopped"));
    processes.areGone();
  }

  private void tellsWhyARunIsRefused() {
    browser.value("document.getElementById('script').value = ''");
    browser.presses("run");
    Eventually.eventually("the refusal is told", () -> browser.text("verdict").startsWith("400: "));
  }

  private void saysThatNobodyAnswers() {
    Eventually.eventually("the page says that nobody answers", () ->
        browser.text("news").startsWith("The coordinator has not answered for"));
    assertThat(browser.value("document.body.className")).isEqualTo("old");
    hasNoHorizontalScroll();
  }

  /** What the machines' cards say that they are, by their slots. */
  private List<?> conditions() {
    return (List<?>) browser.value("[...document.querySelectorAll('#machines strong')].map(one => one.textContent)");
  }

  private void hasNoHorizontalScroll() {
    assertThat((Long) browser.value("document.documentElement.scrollWidth")).isLessThanOrEqualTo(
        (Long) browser.value("document.documentElement.clientWidth"));
    assertThat((Long) browser.value("window.innerWidth")).isEqualTo(400);
  }
}
