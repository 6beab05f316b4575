package coordbfaas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A raw stream")
class RawStreamTest {
  @Test
  void tellsHowTheRunEndedInItsTrailers() {
    assertThat(RawStream.trailers(Exit.exited(3, 17))).hasToString("{Exit-Code=3, Exit-Reason=exited}");
    assertThat(RawStream.trailers(Exit.outputLimit(17))).hasToString("{Exit-Code=125, Exit-Reason=output-limit}");
  }

  @Test
  void announcesNoOthers() {
    assertThat(RawStream.trailers(Exit.signaled(9, 17)).keySet()).containsExactlyElementsOf(RawStream.TRAILERS);
  }
}
