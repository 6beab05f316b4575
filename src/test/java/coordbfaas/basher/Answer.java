package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.wire.EventStreamReader;
import coordbfaas.wire.Exit;
import coordbfaas.wire.RunEvent;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/** The events of a run, as far as they were read. */
final class Answer {
  private static final int EVENT_BYTES_MAX = 1 << 20;

  final HttpHeaders headers;
  private final InputStream stream;
  private final EventStreamReader reader = new EventStreamReader(EVENT_BYTES_MAX);
  private final List<RunEvent> events = new ArrayList<>();

  private Answer(HttpHeaders headers, InputStream stream) {
    this.headers = headers;
    this.stream = stream;
  }

  /** The answer of a run that was accepted. */
  static Answer of(HttpResponse<InputStream> response) {
    assertThat(response.statusCode()).isEqualTo(200);
    return new Answer(response.headers(), response.body());
  }

  /** Reads on until stdout is this. */
  void readUntilStdout(String text) throws IOException {
    while (!stdout().equals(text)) if (!readOn())
      throw new AssertionError("the answer ended: " + events + " " + stdout() + stderr());
  }

  /** Reads on to the end, which must be that of a chunked body: a cut connection is an {@link IOException}. */
  void readToEnd() throws IOException {
    while (readOn()) continue;
    assertThat(events).isNotEmpty();
    assertThat(events.getLast()).isInstanceOf(Exit.class);
    assertThat(events).filteredOn(Exit.class::isInstance).hasSize(1);
  }

  boolean isOver() {
    return !events.isEmpty() && events.getLast() instanceof Exit;
  }

  /** How it ended, without what it took. */
  Exit exit() {
    return whole().taking(Optional.empty());
  }

  /** What it took. */
  Exit.Usage usage() {
    return whole().usage().orElseThrow();
  }

  private Exit whole() {
    assertThat(isOver()).isTrue();
    return (Exit) events.getLast();
  }

  String stdout() {
    return stdoutBytes().utf8String();
  }

  ByteString stdoutBytes() {
    return bytes(RunEvent.Stdout.class);
  }

  String stderr() {
    return bytes(RunEvent.Stderr.class).utf8String();
  }

  /** stdout and stderr together. */
  int outputBytes() {
    return bytes(RunEvent.Output.class).size();
  }

  /** Leaves in the midst of the answer. */
  void leave() throws IOException {
    stream.close();
  }

  private ByteString bytes(Class<? extends RunEvent.Output> output) {
    var builder = ByteString.createBuilder();
    events.stream().filter(output::isInstance).forEach(event -> builder.append(((RunEvent.Output) event).bytes()));
    return builder.result();
  }

  private boolean readOn() throws IOException {
    var chunk = new byte[64 * 1024];
    var length = stream.read(chunk);
    if (length > 0) events.addAll(reader.read(ByteString.fromArray(chunk, 0, length)));
    return length >= 0;
  }
}
