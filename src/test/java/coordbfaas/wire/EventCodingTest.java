package coordbfaas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A coding of events")
class EventCodingTest {
  private static final int OUTPUT_BYTES = 64 * 1024 + 3;

  @ParameterizedTest
  @ValueSource(strings = {"application/vnd.coordbfaas.events", "Application/Vnd.CoordBfaas.Events",
      "text/event-stream,application/vnd.coordbfaas.events", "application/vnd.coordbfaas.events, text/event-stream"})
  void isPackedForWhoeverNamesIt(String accept) {
    assertThat(EventCoding.accepted(List.of(accept))).isEqualTo(EventCoding.PACKED);
    assertThat(EventCoding.accepted(List.of("text/html", accept))).isEqualTo(EventCoding.PACKED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "*/*", "application/*", "text/event-stream", "application/json", "application/vnd.coordbfaas.events2",
      "application/vnd.coordbfaas.events;q=0", "vnd.coordbfaas.events", ",", "text/html, */*"})
  void isTextForAllOthers(String accept) {
    assertThat(EventCoding.accepted(List.of(accept))).isEqualTo(EventCoding.TEXT);
    assertThat(EventCoding.accepted(List.of())).isEqualTo(EventCoding.TEXT);
  }

  @ParameterizedTest
  @EnumSource(EventCoding.class)
  void isFoundByItsName(EventCoding coding) {
    assertThat(EventCoding.of(coding.mediaType())).contains(coding);
    assertThat(EventCoding.of("application/octet-stream")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(EventCoding.class)
  void readsTheLongestOutputOfAWorkerWhateverItsBytesAre(EventCoding coding) {
    for (var octet : List.of(0, (int) 'x', 0xFF)) {
      var bytes = new byte[OUTPUT_BYTES];
      Arrays.fill(bytes, octet.byteValue());
      var output = new RunEvent.Stderr(ByteString.fromArray(bytes));
      assertThat(coding.reader().read(coding.ping().concat(coding.write(output)))).containsExactly(output);
    }
  }
}
