package coordbfaas.basher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One script of {@code bash-scripts.txt}, whose head tells how it is written.
 *
 * @param huge whether it is followed by so much comment that it is longer than an argument may be
 * @param mayDiffer the name of the documented reason for which it need not do the same everywhere
 */
record BashScript(String name, String source, List<String> args, String stdin, boolean huge, Optional<String> mayDiffer) {
  private static final String FILE = "bash-scripts.txt";
  private static final String DIRECTIVE = "#! ";
  private static final String COMMENT = "# a line of a comment that does nothing but be long\n".repeat(4_000);

  static List<BashScript> all() {
    try (var file = BashScript.class.getResourceAsStream(FILE)) {
      var sections = new String(file.readAllBytes(), StandardCharsets.UTF_8).split("(?m)^=== ");
      return List.of(sections).subList(1, sections.length).stream().map(BashScript::read).toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static BashScript read(String section) {
    var lines = new ArrayList<>(section.lines().toList());
    var name = lines.removeFirst();
    var args = List.<String>of();
    var stdin = "";
    var huge = false;
    Optional<String> mayDiffer = Optional.empty();
    while (lines.getFirst().startsWith(DIRECTIVE)) {
      var words = lines.removeFirst().substring(DIRECTIVE.length());
      if (words.equals("huge")) huge = true;
      else if (words.startsWith("args ")) args = List.of(words.substring("args ".length()).split("\\|", -1));
      else if (words.startsWith("stdin ")) stdin = words.substring("stdin ".length()).replace("\\n", "\n");
      else if (words.startsWith("may differ ")) mayDiffer = Optional.of(words.substring("may differ ".length()));
      else throw new IllegalArgumentException(FILE + ": " + name + ": " + words);
    }
    return new BashScript(name, String.join("\n", lines) + "\n", args, stdin, huge, mayDiffer);
  }

  /** What {@code /run} is sent. */
  String sent() {
    return huge ? source + COMMENT : source;
  }

  @Override
  public String toString() {
    return name;
  }
}
