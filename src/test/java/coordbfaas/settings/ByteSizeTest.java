package coordbfaas.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A size in bytes")
class ByteSizeTest {
  @ParameterizedTest
  @CsvSource({
      "0, 0", "4096, 4096", "1B, 1", "10kB, 10000", "2MB, 2000000", "3GB, 3000000000", "64KiB, 65536", "1MiB, 1048576",
      "64 MiB, 67108864",
      "2GiB, 2147483648", "1.5MiB, 1572864", "0.5KiB, 512", "0.9, 0", "0.001kB, 1", "999999999999999999, 999999999999999999"})
  void isADecimalNumberWithAUnit(String text, long bytes) {
    assertThat(ByteSize.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "", "MiB", "-1", "+1", "1KB", "1kb", "1mb", "1K", "1m", "1  MiB", " 1", "1,5MiB", "1.MiB", ".5MiB", "1e6", "0x10", "١",
      "1TiB", "1MiBs",
      "10000000000GiB", "99999999999999999999", "1.0000000001MiB", "many"})
  void isNothingElse(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> ByteSize.parse(text)).withMessageContaining("expected: a size");
  }

  @Test
  void isExactToTheLastByte() {
    var units = List.of("", "kB", "MB", "KiB", "MiB");
    var bytesPerUnit = new long[] {1, 1_000, 1_000_000, 1 << 10, 1 << 20};
    RandomCases.each(10_000, random -> {
      var unit = random.nextInt(units.size());
      var count = random.nextLong(1L << 40);
      assertThat(ByteSize.parse(count + units.get(unit))).isEqualTo(count * bytesPerUnit[unit]);
    });
  }
}
