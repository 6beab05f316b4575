package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** {@code bash -c} as a person would call it: no worker, no walls, an environment like a run's, no signal ignored. */
final class PlainBash {
  private static final Map<String, String> ENVIRONMENT = Map.of(
      "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME", Walls.DIRECTORY, "LANG", "C.UTF-8",
      "SHELL", "/bin/bash");

  /** Tells the raw wait status, which Java does not; and a JVM leaves two signals ignored that only the kernel can set. */
  private static final String WAITER = """
      use Config;
      my ($status, @bash) = @ARGV;
      $SIG{$_} = 'DEFAULT' for grep { !/^(KILL|STOP|CHLD|NUM3[23]|__.*)$/ } keys %SIG;
      my ($machine) = split /-/, $Config{archname};
      my $rt_sigaction = { x86_64 => 13, aarch64 => 134 }->{$machine};
      my $default = "\\0" x 32;
      for my $signal ($rt_sigaction ? (32, 33) : ()) { syscall($rt_sigaction, $signal, $default, 0, 8) }
      my $child = fork // die;
      if ($child == 0) { exec { '/bin/bash' } @bash or die }
      waitpid($child, 0);
      open(my $file, '>', $status) or die;
      print $file $?;
      """;

  private static final long SECONDS_MAX = 60;

  private PlainBash() {}

  /** Runs a script in an empty directory. */
  static BashOutcome run(BashScript script, Path directory) {
    try {
      var status = directory.resolve(script.name() + ".status");
      var work = Files.createDirectory(directory.resolve(script.name()));
      var command = new ArrayList<>(List.of("perl", "-e", WAITER, status.toString(), "bash", "-c", "--", script.source(), "bash"));
      command.addAll(script.args());
      var builder = new ProcessBuilder(command).directory(work.toFile());
      builder.environment().clear();
      builder.environment().putAll(ENVIRONMENT);
      var process = builder.start();
      var out = reading(process.getInputStream());
      var err = reading(process.getErrorStream());
      try (var stdin = process.getOutputStream()) {
        stdin.write(script.stdin().getBytes(StandardCharsets.UTF_8));
      } catch (IOException unread) {
        // the script need not read it
      }
      assertThat(process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)).as("%s ends in plain bash", script).isTrue();
      assertThat(status).as("%s: %s", script, new String(err.join(), StandardCharsets.UTF_8)).exists();
      return BashOutcome.of(out.join(), err.join(), Integer.parseInt(Files.readString(status)));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  private static CompletableFuture<byte[]> reading(InputStream stream) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return stream.readAllBytes();
      } catch (IOException unreadable) {
        throw new UncheckedIOException(unreadable);
      }
    }, Contained.BLOCKING);
  }
}
