package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A replay by Fly")
class FlyReplayTest {
  private static final HttpRequest FRESH = HttpRequest.POST("/run");

  @Test
  void isAskedForInFlysOwnWords() {
    assertThat(FlyReplay.of(FRESH, 100).orElseThrow().header())
        .isEqualTo("elsewhere=true;state=retries-3;timeout=1s;fallback=force_self");
  }

  /** Every coordinator that it comes to is busy. */
  @Test
  void endsAfterAFewRounds() {
    var headers = new ArrayList<String>();
    var request = FRESH;
    for (var replay = FlyReplay.of(request, 100); replay.isPresent(); replay = FlyReplay.of(request, 100)) {
      headers.add(replay.get().header());
      var state = replay.get().header().replaceAll(".*(state=[^;]*).*", "$1");
      request = replayed("instance=148e;region=ams;t=1700000000000000;" + state);
      assertThat(headers).hasSizeLessThan(10);
    }
    assertThat(headers).extracting(header -> header.replaceAll(".*retries-(\\d).*", "$1")).isEqualTo(List.of("3", "2", "1", "0"));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "state=retries-2|1", "state=retries-1;instance=a;t=1|0", "instance=a; state = retries-3 ;t=1|2", "state=retries-99|2",
      "state=retries-003|2"})
  void countsDownWhatFlyBringsBack(String source, int retries) {
    assertThat(FlyReplay.of(replayed(source), 100)).contains(new FlyReplay(retries));
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "state=retries-0", "", "instance=a;region=ams;t=1", "state=", "state=retries-", "state=retries--1", "state=retries-x",
      "state=other", "state=retries-2;state=retries-3", "state=retries-3,state=retries-3", "state=retries-1000", "retries-3"})
  void isNotAskedForAfterOneWithAnotherStateOrNone(String source) {
    assertThat(FlyReplay.of(replayed(source), 100)).isEmpty();
  }

  @Test
  void takesTheLeastOfSeveralSources() {
    assertThat(FlyReplay.of(replayed("state=retries-3").addHeader(source("state=retries-1")), 100)).contains(new FlyReplay(0));
    assertThat(FlyReplay.of(replayed("state=retries-3").addHeader(source("state=other")), 100)).isEmpty();
  }

  @Test
  void isNotAskedForTwiceOfARequestThatCameBack() {
    var failed = RawHeader.create("fly-replay-failed", "instance=a;reason=no_candidate;elapsed_ms=1000");
    assertThat(FlyReplay.of(FRESH.addHeader(failed), 100)).isEmpty();
    assertThat(FlyReplay.of(replayed("state=retries-3").addHeader(failed), 100)).isEmpty();
  }

  @Test
  void isNotAskedForWithABodyThatFlyDoesNotReplay() {
    assertThat(FlyReplay.of(FRESH, 1_000_000)).isPresent();
    assertThat(FlyReplay.of(FRESH, 1_000_001)).isEmpty();
  }

  private static HttpRequest replayed(String source) {
    return FRESH.addHeader(source(source));
  }

  private static RawHeader source(String value) {
    return RawHeader.create("Fly-Replay-Src", value);
  }
}
