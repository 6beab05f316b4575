package coordbfaas.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import java.net.URI;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The settings reader")
class SettingsReaderTest {
  @Nested
  @DisplayName("of good settings")
  class OfGoodSettings {
    private final SettingsReader reader = reader(Map.of(
        "deadline", "1m30s", "size", "4", "body", "1MiB", "api", "http://_api.internal:4280", "renew", " off ",
        "unit", "half_days", "region", "ams", "nothing", "  ", "token", "s3cret"));

    @Test
    void givesEachAsItsOwnType() {
      assertThat(reader.duration("deadline", "MAXREQTIME", Duration.ZERO, Duration.ofHours(1))).isEqualTo(Duration.ofSeconds(90));
      assertThat(reader.integer("size", "POOLSIZE", 1, 9)).isEqualTo(4);
      assertThat(reader.bytes("body", "MAXBODY", 1, 1 << 30)).isEqualTo(1 << 20);
      assertThat(reader.baseUrl("api", "FLY_API_HOSTNAME")).isEqualTo(URI.create("http://_api.internal:4280"));
      assertThat(reader.oneOf("renew", "LEASE_RENEW", List.of("on", "off"))).isEqualTo("off");
      assertThat(reader.oneOf("unit", "UNIT", ChronoUnit.class)).isEqualTo(ChronoUnit.HALF_DAYS);
      assertThat(reader.text("region", "FLY_REGION", "a region")).isEqualTo("ams");
      assertThat(reader.secret("token", "FLY_TOKEN", "a token", String::length)).contains(6);
      assertThatNoException().isThrownBy(reader::check);
    }

    @Test
    void takesWhatIsEmptyForMissing() {
      assertThat(reader.optionalText("region")).contains("ams");
      assertThat(reader.optionalText("nothing")).isEmpty();
      assertThat(reader.optionalText("not-there")).isEmpty();
    }

    @Test
    void includesTheEndsOfEachRange() {
      var ends = reader(Map.of("ms", "1ms", "h", "1h", "one", "1", "nine", "9", "kib", "1KiB", "mib", "1MiB"));
      ends.duration("ms", "A", Duration.ofMillis(1), Duration.ofHours(1));
      ends.duration("h", "B", Duration.ofMillis(1), Duration.ofHours(1));
      ends.integer("one", "C", 1, 9);
      ends.integer("nine", "D", 1, 9);
      ends.bytes("kib", "E", 1 << 10, 1 << 20);
      ends.bytes("mib", "F", 1 << 10, 1 << 20);
      assertThatNoException().isThrownBy(ends::check);
    }

    @ParameterizedTest
    @CsvSource({
        "http://_api.internal:4280, http://_api.internal:4280", "http://worker_app.flycast/, http://worker_app.flycast",
        "http://127.0.0.1:4280, http://127.0.0.1:4280", "http://[::1]:4280/, http://[::1]:4280",
        "http://localhost, http://localhost"})
    void takesEveryHostForABaseUrlAndDropsASlash(String url, URI base) {
      var urls = reader(Map.of("api", url));
      assertThat(urls.baseUrl("api", "API")).isEqualTo(base);
      assertThatNoException().isThrownBy(urls::check);
    }
  }

  @Nested
  @DisplayName("of broken settings")
  class OfBrokenSettings {
    @Test
    void tellsEveryProblemInALineOfItsOwn() {
      var reader = reader(Map.of("deadline", "10", "size", "0", "body", "lots", "api", "https://x", "renew", "maybe", "queue",
          "5 apples"));
      reader.duration("deadline", "MAXREQTIME", Duration.ofMillis(1), Duration.ofHours(1));
      reader.integer("size", "POOLSIZE", 1, 9);
      reader.bytes("body", "MAXBODY", 1, 1024);
      reader.baseUrl("api", "FLY_API_HOSTNAME");
      reader.oneOf("renew", "LEASE_RENEW", List.of("on", "off"));
      reader.integer("queue", "MAXQUEUE", 0, 100);
      reader.text("app", "WORKER_APP", "a Fly app");
      reader.require(false, "LEASETIME", "1s", "more than CLEANTIME, 1m");
      assertThat(problems(reader)).containsExactly(
          "MAXREQTIME: 10 (expected: a duration from 1ms to 1h, such as 500ms, 1.5s or 1m30s)",
          "POOLSIZE: 0 (expected: a whole number from 1 to 9)",
          "MAXBODY: lots (expected: a size such as 4096, 64KiB or 1MiB, from 1 to 1024 bytes)",
          "FLY_API_HOSTNAME: https://x (expected: a URL such as http://host:4280)",
          "LEASE_RENEW: maybe (expected: on or off)",
          "MAXQUEUE: 5 apples (expected: a whole number from 0 to 100)",
          "WORKER_APP: missing (expected: a Fly app)",
          "LEASETIME: 1s (expected: more than CLEANTIME, 1m)");
    }

    @Test
    void tellsThemAllInItsMessage() {
      var reader = reader(Map.of());
      reader.text("a", "A", "an a");
      reader.text("b", "B", "a b");
      assertThatExceptionOfType(InvalidSettings.class).isThrownBy(reader::check)
          .withMessage("A: missing (expected: an a)\nB: missing (expected: a b)");
    }

    @Test
    void keepsAProblemToOneLineWhateverTheValueHolds() {
      var reader = reader(Map.of("size", "4\nPRIVATE: fine\r\u001B[2J"));
      reader.integer("size", "POOLSIZE", 1, 9);
      assertThat(problems(reader)).singleElement().asString().startsWith("POOLSIZE: 4").doesNotContainPattern("\\p{Cntrl}");
    }

    @Test
    void neverShowsASecret() {
      var reader = reader(Map.of("token", "s3cret"));
      assertThat(reader.secret("token", "FLY_TOKEN", "a token", text -> { throw new IllegalArgumentException("bad: " + text); }))
          .isEmpty();
      assertThat(reader.secret("private", "PRIVATE", "a key", text -> text)).isEmpty();
      assertThat(problems(reader)).containsExactly("FLY_TOKEN: (hidden) (expected: a token)",
          "PRIVATE: missing (expected: a key)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1ms", "1h1ns", "-5s", "0", "", "soon"})
    void refusesADurationOutsideItsRange(String text) {
      isRefused(text, reader -> reader.duration("key", "KEY", Duration.ofMillis(2), Duration.ofHours(1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "0", "10", "1.0", "1e0", "99999999999", "two", "0x2", ""})
    void refusesANumberOutsideItsRange(String text) {
      isRefused(text, reader -> reader.integer("key", "KEY", 1, 9));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "host", "host:80", "//host", "http:", "http://", "http:///", "http://:80", "https://host", "ftp://host",
        "file:///etc", "http:host",
        "http://host/path", "http://host//", "http://host?x", "http://host/?x", "http://host#x", "http://me:pass@host",
        "http://ho st",
        "http://host:port", "http://host:99999", "http://host:", "http://host\\evil"})
    void refusesABaseUrlThatIsMoreOrLessThanSchemeHostAndPort(String text) {
      isRefused(text, reader -> reader.baseUrl("key", "KEY"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ON", "true", "onoff"})
    void refusesAWordThatIsNotOnTheList(String text) {
      isRefused(text, reader -> reader.oneOf("key", "KEY", List.of("on", "off")));
      isRefused(text, reader -> reader.oneOf("key", "KEY", TimeUnit.class));
    }

    private void isRefused(String text, Consumer<SettingsReader> read) {
      var reader = reader(Map.of("key", text));
      read.accept(reader);
      assertThat(problems(reader)).singleElement().asString().startsWith("KEY: " + (text.isEmpty() ? "missing" : text));
    }
  }

  @Nested
  @DisplayName("making a record")
  class MakingARecord {
    private record Ttl(Duration ttl, Duration interval) {
      private Ttl {
        if (ttl.compareTo(interval) <= 0) throw new IllegalArgumentException("ttl: " + ttl + " (expected: > " + interval + ")");
      }
    }

    @Test
    void givesItWhenNothingIsBroken() {
      var reader = reader(Map.of());
      assertThat(reader.build(() -> new Ttl(Duration.ofMinutes(5), Duration.ofMinutes(1)))).isPresent();
      assertThatNoException().isThrownBy(reader::check);
    }

    @Test
    void countsWhatTheRecordRefusesAsAProblem() {
      var reader = reader(Map.of());
      assertThat(reader.build(() -> new Ttl(Duration.ofMinutes(1), Duration.ofMinutes(5)))).isEmpty();
      assertThat(problems(reader)).containsExactly("ttl: PT1M (expected: > PT5M)");
    }

    @Test
    void doesNotTryWithPartsThatAreKnownToBeBroken() {
      var reader = reader(Map.of("ttl", "soon"));
      var tries = new AtomicInteger();
      var ttl = reader.duration("ttl", "LEASETIME", Duration.ZERO, Duration.ofHours(1));
      assertThat(reader.build(() -> {
        tries.incrementAndGet();
        return new Ttl(ttl, Duration.ofMinutes(1));
      })).isEqualTo(Optional.empty());
      assertThat(tries).hasValue(0);
      assertThat(problems(reader)).hasSize(1);
    }
  }

  private static SettingsReader reader(Map<String, String> values) {
    return new SettingsReader(ConfigFactory.empty().withValue("coordbfaas", ConfigValueFactory.fromMap(values)));
  }

  private static List<String> problems(SettingsReader reader) {
    try {
      reader.check();
      return List.of();
    } catch (InvalidSettings invalid) {
      return invalid.problems();
    }
  }
}
