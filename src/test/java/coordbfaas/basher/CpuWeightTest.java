package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("What scripts weigh")
class CpuWeightTest {
  private static final String ALONE = "512";
  private static final String TOGETHER = "256";
  private static final String DYING = "4096";

  @TempDir Path folder;

  @BeforeEach
  void makeGroups() throws IOException {
    for (var group : new String[] {"one", "another"}) Files.createDirectory(folder.resolve(group));
  }

  @Test
  void fallsWithTheSecondRunUntilNoneGoesOn() throws Exception {
    var weight = CpuWeight.version1(folder);
    assertThat(together()).isEqualTo(ALONE);
    weight.begun("one");
    assertThat(together()).isEqualTo(ALONE);
    weight.begun("another");
    assertThat(together()).isEqualTo(TOGETHER);
    weight.over("another");
    assertThat(together()).isEqualTo(TOGETHER);
    weight.over("one");
    assertThat(together()).isEqualTo(ALONE);
  }

  @Test
  void isLittleBesideAnotherJvmWhoeverRuns() throws Exception {
    var weight = CpuWeight.version1(folder);
    weight.beside(true);
    assertThat(together()).isEqualTo(TOGETHER);
    weight.begun("one");
    weight.over("one");
    assertThat(together()).isEqualTo(TOGETHER);
    weight.beside(false);
    assertThat(together()).isEqualTo(ALONE);
  }

  @Test
  void isMuchFromTheFirstThatIsKilledUntilTheLastOfThemIsDead() throws Exception {
    var weight = CpuWeight.version1(folder);
    weight.begun("one");
    weight.begun("another");
    weight.hasten("one");
    assertThat(together()).isEqualTo(DYING);
    assertThat(Files.readString(folder.resolve("one/cpu.shares"))).isEqualTo(DYING);
    assertThat(folder.resolve("another")).isEmptyDirectory();
    weight.hasten("another");
    weight.over("one");
    assertThat(together()).isEqualTo(DYING);
    weight.over("another");
    assertThat(together()).isEqualTo(ALONE);
  }

  @Test
  void isMuchOnceHoweverOftenItIsKilled() throws Exception {
    var weight = CpuWeight.version1(folder);
    weight.hasten("one");
    weight.hasten("one");
    weight.over("one");
    assertThat(together()).isEqualTo(ALONE);
  }

  @Test
  void isWrittenOnlyWhereItChanges() throws Exception {
    var weight = CpuWeight.version1(folder);
    Files.writeString(folder.resolve("cpu.shares"), "as it is");
    weight.begun("one");
    weight.over("one");
    weight.over("another");
    assertThat(together()).isEqualTo("as it is");
    weight.hasten("another");
    weight.over("one");
    assertThat(together()).isEqualTo(DYING);
  }

  @Test
  void isPutRightByTheNextToStartAndTheNextGroupThatIsMade() throws Exception {
    var weight = CpuWeight.version1(folder);
    Files.writeString(folder.resolve("cpu.shares"), DYING);
    CpuWeight.version1(folder);
    assertThat(together()).isEqualTo(ALONE);
    Files.writeString(folder.resolve("cpu.shares"), DYING);
    weight.beside(false);
    assertThat(together()).isEqualTo(ALONE);
  }

  @Test
  void isOneForAFolderWhoeverAsks() throws Exception {
    CpuWeight.version1(folder).begun("one");
    CpuWeight.version1(folder).begun("another");
    assertThat(together()).isEqualTo(TOGETHER);
  }

  @Test
  void isAsItWasWhereAGroupIsGone() throws Exception {
    var weight = CpuWeight.version1(folder);
    weight.hasten("gone");
    weight.over("gone");
    assertThat(together()).isEqualTo(ALONE);
  }

  @Test
  void isToldInHundredthsInVersion2() throws Exception {
    var weight = CpuWeight.version2(folder);
    weight.hasten("one");
    assertThat(Files.readString(folder.resolve("one/cpu.weight"))).isEqualTo("400");
    weight.over("one");
    assertThat(Files.readString(folder.resolve("cpu.weight"))).isEqualTo("50");
  }

  @Test
  void isNotToBeHadWhereThereAreNoFolders() {
    assertThatThrownBy(() -> CpuWeight.version1(folder.resolve("gone"))).isInstanceOf(IOException.class);
  }

  private String together() throws IOException {
    return Files.readString(folder.resolve("cpu.shares"));
  }
}
