package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.settings.RandomCases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An output that is kept")
class KeptOutputTest {
  private static final Path TEMPORARY = Path.of(System.getProperty("java.io.tmpdir"));

  private final KeptOutput output = new KeptOutput();

  @AfterEach
  void close() {
    output.close();
  }

  @Test
  void isThereToItsLastByteWhateverItsChunksWere() {
    RandomCases.each(60, random -> {
      try (var kept = new KeptOutput()) {
        var expected = ByteString.createBuilder();
        for (var chunks = random.nextInt(12); chunks > 0; chunks--) {
          var most = random.nextBoolean() ? 100 : random.nextBoolean() ? 70_000 : 200_000;
          var chunk = ByteString.fromArray(RandomCases.bytes(random, random.nextInt(1, most)));
          kept.add(chunk);
          expected.append(chunk);
        }
        assertThat(all(kept).equals(expected.result())).isTrue();
        assertThat(all(kept).equals(expected.result())).as("a second time").isTrue();
      }
    });
  }

  @Test
  void isReadInPiecesThatThreeDividesButForTheLast() throws IOException {
    output.add(ByteString.fromArray(new byte[100_000]));
    output.add(ByteString.fromArray(new byte[50_001]));
    var pieces = output.pieces();
    while (pieces.hasNext()) {
      var piece = pieces.next();
      assertThat(piece.isEmpty()).isFalse();
      if (pieces.hasNext()) assertThat(piece.size() % 3).isZero();
    }
  }

  @Test
  void isTextWhenAllOfItIs() throws IOException {
    for (var count = 0; count < 40_000; count++) output.add(ByteString.fromString("äöü€"));
    assertThat(output.isText()).isTrue();
    output.add(ByteString.fromInts(0xFF));
    assertThat(output.isText()).isFalse();
  }

  @Test
  void isNothingAtFirst() {
    assertThat(output.pieces().hasNext()).isFalse();
    assertThat(output.isText()).isTrue();
  }

  @Test
  void leavesNoNameInTheTemporaryDirectoryNotEvenWhileItIsKept() throws IOException {
    output.add(ByteString.fromArray(new byte[KeptOutput.MEMORY_BYTES_MAX]));
    assertThat(namelessFiles()).as("what fits in memory is in no file").isEmpty();
    output.add(ByteString.fromArray(new byte[1]));
    assertThat(namelessFiles()).singleElement().asString().endsWith(" (deleted)");
    output.close();
    assertThat(namelessFiles()).isEmpty();
  }

  /** The open files of this process that are kept outputs. */
  private static List<String> namelessFiles() throws IOException {
    try (var files = Files.list(Path.of("/proc/self/fd"))) {
      return files.map(KeptOutputTest::target).filter(file -> file.matches(TEMPORARY + "/bfaas-.*\\.output.*")).toList();
    }
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException closed) {
      return "";
    }
  }

  private static ByteString all(KeptOutput kept) {
    var all = ByteString.createBuilder();
    kept.pieces().forEachRemaining(all::append);
    return all.result();
  }
}
