package coordbfaas.outside;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunningTest {
  @Test
  void isNoneThatNobodyWaitedFor() throws IOException {
    var parent = new ProcessBuilder(
        "perl", "-e", "$| = 1; my $child = fork; exit if !$child; print qq($child\\n); sleep 60").start();
    try {
      var child = ProcessHandle.of(Long.parseLong(parent.inputReader().readLine())).orElseThrow();
      Eventually.eventually("its child is a zombie", () -> !Running.any(List.of(child)));
      assertThat(child.isAlive()).isTrue();
      assertThat(Running.any(List.of(child, parent.toHandle()))).isTrue();
    } finally {
      parent.destroyForcibly();
    }
  }
}
