package coordbfaas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import coordbfaas.settings.RandomCases;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The document of a run")
class RunDocumentTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  @AfterAll
  static void shutDown() {
    KIT.shutdownTestKit();
  }

  @Test
  void isWhatTheContractShows() {
    assertThat(written("hi\n", "ä\"", Exit.exited(3, 17), true)).isEqualTo(
        "{\"stdout\":\"hi\\n\",\"stderr\":\"ä\\\"\",\"code\":3,\"reason\":\"exited\",\"truncated\":false,\"durationMs\":17}\n");
    assertThat(written("", "", Exit.signaled(9, 17), true)).isEqualTo("{\"stdout\":\"\",\"stderr\":\"\",\"code\":137,"
        + "\"reason\":\"signaled\",\"signal\":\"SIGKILL\",\"truncated\":false,\"durationMs\":17}\n");
  }

  @ParameterizedTest
  @CsvSource({"EXITED, false", "SIGNALED, false", "DEADLINE, true", "OUTPUT_LIMIT, true", "WORKER_LOST, true"})
  void isTruncatedUnlessTheRunCameToItsOwnEnd(Exit.Reason reason, boolean truncated) {
    var exit = switch (reason) {
      case EXITED -> Exit.exited(1, 1);
      case SIGNALED -> Exit.signaled(15, 1);
      case DEADLINE -> Exit.deadline(1);
      case OUTPUT_LIMIT -> Exit.outputLimit(1);
      case WORKER_LOST -> Exit.workerLost(1);
    };
    assertThat(written("", "", exit, true)).contains("\"truncated\":" + truncated);
    assertThat(written("", "", exit, false)).contains("\"truncated\":true");
  }

  @Test
  void holdsEveryByteOfBothOutputs() {
    RandomCases.each(1_000, random -> {
      var stdout = kept(random);
      var stderr = kept(random);
      var document = read(write(stdout, stderr, Exit.exited(0, 1), true));
      assertThat(bytes(document.path("stdout"))).isEqualTo(stdout.bytes);
      assertThat(bytes(document.path("stderr"))).isEqualTo(stderr.bytes);
      assertThat(document.path("stdout").isTextual()).isEqualTo(stdout.isText());
    });
  }

  private static Pieces kept(RandomGenerator random) {
    var bytes = random.nextBoolean() ? ByteString.fromString(RandomCases.text(random, random.nextInt(40)))
        : ByteString.fromArray(RandomCases.bytes(random, random.nextInt(40)));
    return new Pieces(bytes, 3 * random.nextInt(1, 5));
  }

  private static String written(String stdout, String stderr, Exit exit, boolean whole) {
    return write(new Pieces(ByteString.fromString(stdout), 3), new Pieces(ByteString.fromString(stderr), 3), exit, whole)
        .utf8String();
  }

  private static ByteString write(Pieces stdout, Pieces stderr, Exit exit, boolean whole) {
    return RunDocument.of(stdout, stderr, exit, whole)
        .runFold(ByteString.emptyByteString(), ByteString::concat, KIT.system())
        .toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
  }

  private static JsonNode read(ByteString document) throws IOException {
    return JSON.readTree(document.toArray());
  }

  private static ByteString bytes(JsonNode output) throws IOException {
    return output.isTextual() ? ByteString.fromString(output.textValue())
        : ByteString.fromArray(output.path("base64").binaryValue());
  }

  /** An output in pieces of a size. */
  private record Pieces(ByteString bytes, int size) implements RunDocument.Kept {
    @Override
    public boolean isText() {
      return Utf8.isText(bytes.toArray(), 0, bytes.size());
    }

    @Override
    public Iterator<ByteString> pieces() {
      List<ByteString> pieces = new ArrayList<>();
      for (var rest = bytes; rest.nonEmpty(); rest = rest.drop(size)) pieces.add(rest.take(size));
      return pieces.iterator();
    }
  }
}
