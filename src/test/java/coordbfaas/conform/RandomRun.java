package coordbfaas.conform;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * A run that is drawn from a seed: a script that makes its output itself, and what that output and the run's end must be. The
 * script's bytes are SHA-512 of a seed and a counter, so that neither side has them from the other.
 *
 * @param stdout all that it writes there
 * @param stderr likewise; one of the two is empty in the raw form, which does not tell them apart
 * @param end how it ends
 */
record RandomRun(long seed, Form form, String script, byte[] stdout, byte[] stderr, End end) {
  enum Form { EVENTS, RAW, DOCUMENT }

  /** @param signal its name; empty if it exits */
  record End(int code, String reason, String signal) {}

  private enum Kind { TEXT, CHARACTERS, BYTES }

  private record Signal(String name, int number) {}

  private static final int OUTPUT_BYTES_MAX = 5_000_000;
  private static final int WRITES_MAX = 1000;

  private static final List<Signal> SIGNALS = List.of(new Signal("KILL", 9), new Signal("TERM", 15), new Signal("SEGV", 11),
      new Signal("ABRT", 6), new Signal("HUP", 1), new Signal("USR1", 10), new Signal("PIPE", 13));

  /** What holds the outputs open when bash is gone, and what bash leaves behind: for longer than any run may take. */
  private static final List<String> COMPANY = List.of("", "", "sleep 99 &", "setsid sleep 99 &",
      "(trap '' TERM HUP INT; sleep 99; echo late) &", "nohup sleep 99 >/dev/null 2>&1 &",
      "(setsid bash -c 'sleep 99; echo late' &)");

  private static final List<String> CHARACTERS =
      List.of("a", "z", " ", "\n", "\"", "\\", "\t", "é", "ß", "\u2028", "€", "漢", "字", "\uFEFF", "😀", "𝄞");

  // Arguments: the most bytes of one write; then for each output its descriptor, seed, length and kind.
  private static final String WRITER = """
      w() { perl -MDigest::SHA=sha512 -e '
        my ($most, @outputs) = @ARGV;
        my @characters = map { pack "H*", $_ } split / /, "HEX";
        my @open;
        while (my ($fd, $seed, $length, $kind) = splice @outputs, 0, 4) {
          my $bytes = "";
          for (my $i = 0; length $bytes < $length; $i++) { $bytes .= sha512("$seed/$i") }
          $bytes = substr $bytes, 0, $length;
          $bytes = join "", map { $_ == 255 ? "\\n" : chr(32 + $_ % 95) } unpack "C*", $bytes if $kind eq "TEXT";
          $bytes = join "", map { $characters[$_ & 15] } unpack "C*", $bytes if $kind eq "CHARACTERS";
          open my $output, ">&=", $fd or exit 9;
          push @open, [$output, $bytes, 0];
        }
        my $x = 1;
        while (@open = grep { length $$_[1] > $$_[2] } @open) {
          for (@open) {
            $x = ($x * 1103515245 + 12345) & 0x7fffffff;
            my $written = syswrite $$_[0], $$_[1], 1 + ($x >> 8) % $most, $$_[2];
            defined $written or exit 9;
            $$_[2] += $written;
          }
        }' "$@"; }
      """.replace("HEX", hex());

  static RandomRun of(long seed) {
    var random = new SplittableRandom(seed);
    var form = Form.values()[random.nextInt(Form.values().length)];
    var both = form != Form.RAW && random.nextInt(3) == 0;
    var first = random.nextInt(4) > 0 ? 1 : 2;
    var outputs = both ? List.of(output(1, random), output(2, random)) : List.of(output(first, random));
    var end = end(random);
    var most = outputs.stream().mapToInt(Output::length).max().orElseThrow() / WRITES_MAX + 1 + random.nextInt(100_000);
    var script = new StringBuilder(WRITER)
        .append(COMPANY.get(random.nextInt(COMPANY.size()))).append('\n')
        .append("w ").append(most);
    outputs.forEach(output -> script.append(output.arguments()));
    script.append('\n').append(List.of("", "", "exec >&-", "exec >&- 2>&-").get(random.nextInt(4))).append('\n').append(ending(end));
    return new RandomRun(seed, form, script.toString(), all(outputs, 1), all(outputs, 2), end);
  }

  /** @param length of its bytes before they become text */
  private record Output(int fd, long seed, int length, Kind kind) {
    String arguments() {
      return " " + fd + " " + seed + " " + length + " " + kind;
    }

    byte[] bytes() {
      var bytes = new ByteArrayOutputStream();
      for (var i = 0; bytes.size() < length; i++) bytes.writeBytes(sha512(seed + "/" + i));
      var raw = Arrays.copyOf(bytes.toByteArray(), length);
      return switch (kind) {
        case BYTES -> raw;
        case TEXT -> text(raw);
        case CHARACTERS -> characters(raw);
      };
    }
  }

  /** As many small outputs as large ones: its length's logarithm is what is drawn. */
  private static Output output(int fd, RandomGenerator random) {
    var kind = Kind.values()[random.nextInt(Kind.values().length)];
    var most = kind == Kind.CHARACTERS ? OUTPUT_BYTES_MAX / 4 : OUTPUT_BYTES_MAX;
    var length = (int) Math.min(most, Math.exp(random.nextDouble() * Math.log(most)) - 1);
    return new Output(fd, random.nextLong(1L << 40), length, kind);
  }

  private static End end(RandomGenerator random) {
    if (random.nextInt(4) > 0) return new End(random.nextInt(3) == 0 ? 0 : random.nextInt(256), "exited", "");
    var signal = SIGNALS.get(random.nextInt(SIGNALS.size()));
    return new End(128 + signal.number(), "signaled", "SIG" + signal.name());
  }

  private static String ending(End end) {
    if (!end.signal().isEmpty()) return "kill -" + end.signal().substring(3) + " $$; sleep 99";
    return end.code() % 2 == 0 ? "exit " + end.code() : "exec bash -c 'exit " + end.code() + "'";
  }

  private static byte[] all(List<Output> outputs, int fd) {
    var bytes = new ByteArrayOutputStream();
    outputs.stream().filter(output -> output.fd() == fd).forEach(output -> bytes.writeBytes(output.bytes()));
    return bytes.toByteArray();
  }

  private static byte[] text(byte[] raw) {
    var text = new byte[raw.length];
    for (var i = 0; i < raw.length; i++) text[i] = (byte) (raw[i] == -1 ? '\n' : 32 + (raw[i] & 0xFF) % 95);
    return text;
  }

  private static byte[] characters(byte[] raw) {
    var text = new ByteArrayOutputStream();
    for (var octet : raw) text.writeBytes(CHARACTERS.get(octet & 15).getBytes(StandardCharsets.UTF_8));
    return text.toByteArray();
  }

  private static String hex() {
    var hex = new StringBuilder();
    for (var character : CHARACTERS) {
      if (!hex.isEmpty()) hex.append(' ');
      for (var octet : character.getBytes(StandardCharsets.UTF_8)) hex.append(String.format("%02x", octet));
    }
    return hex.toString();
  }

  private static byte[] sha512(String text) {
    try {
      return MessageDigest.getInstance("SHA-512").digest(text.getBytes(StandardCharsets.US_ASCII));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Its sizes and end, for a failure; the script follows from the seed. */
  @Override
  public String toString() {
    return "run " + seed + " (" + form + ", " + stdout.length + " and " + stderr.length + " bytes, " + end + ")";
  }
}
