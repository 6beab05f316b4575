package coordbfaas.settings;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** docs/settings.md, made of application.conf: the comments, defaults and variables that stand there, as tables. Pure. */
final class SettingsDocument {
  static final String HEAD = """
      # Settings

      Made of [application.conf](../src/main/resources/application.conf), where these words stand; a test compares the two, and

          mvn -B -q test-compile surefire:test@default-test -Dtest=SettingsDocumentTest -Dsettings.write=true

      makes this file anew. Durations are in Go's syntax (`500ms`, `1.5s`, `1m30s`), sizes like `4096`, `64KiB` or `1MiB`. What is
      missing or malformed is reported at start, all of it together, a line each, with exit code 78. A setting without a variable
      can be changed by a system property of its name, `-Dcoordbfaas.pool.boot-timeout=90s`.
      """;

  private static final String ROOT = "coordbfaas";
  /** Machinery, and no setting. */
  private static final String DISPATCHER = "blocking-dispatcher";

  private static final Pattern BLOCK = Pattern.compile("(?<name>[\\w-]+) \\{");
  private static final Pattern VARIABLE = Pattern.compile("(?<key>[\\w-]+) = \\$\\{\\?(?<variable>\\w+)}");
  private static final Pattern DEFAULT = Pattern.compile("(?<key>[\\w-]+) = (?<value>.+)");

  /** Settings that one comment is about. */
  private record Entry(String section, String comment, List<Setting> settings) {}

  /** One setting. */
  private record Setting(String key, Optional<String> value, Optional<String> variable) {}

  private final List<Entry> entries = new ArrayList<>();
  private final Deque<String> path = new ArrayDeque<>();
  private final List<String> comment = new ArrayList<>();

  private SettingsDocument() {}

  /** @param configuration application.conf's lines */
  static String of(List<String> configuration) {
    var document = new SettingsDocument();
    configuration.stream().map(String::strip).forEach(document::read);
    return document.text();
  }

  private void read(String line) {
    var block = BLOCK.matcher(line);
    var variable = VARIABLE.matcher(line);
    var value = DEFAULT.matcher(line);
    if (line.startsWith("#")) comment.add(line.substring(1).strip());
    else if (block.matches()) enter(block.group("name"));
    else if (line.equals("}")) path.pollLast();
    else if (!isSetting()) comment.clear();
    else if (variable.matches()) add(variable.group("key"), Optional.empty(), Optional.of(variable.group("variable")));
    else if (value.matches()) add(value.group("key"), Optional.of(value.group("value")), Optional.empty());
    else if (path.isEmpty()) comment.clear();
  }

  private void enter(String name) {
    path.addLast(name);
    comment.clear();
  }

  private boolean isSetting() {
    return ROOT.equals(path.peekFirst()) && !path.contains(DISPATCHER);
  }

  private void add(String key, Optional<String> value, Optional<String> variable) {
    var full = Stream.concat(path.stream().skip(1), Stream.of(key)).collect(Collectors.joining("."));
    var section = path.size() > 1 ? path.stream().skip(1).findFirst().orElseThrow() : "";
    if (!comment.isEmpty() || entries.isEmpty() || !entries.getLast().section().equals(section)) {
      entries.add(new Entry(section, String.join(" ", comment), new ArrayList<>()));
      comment.clear();
    }
    var settings = entries.getLast().settings();
    if (settings.isEmpty() || !settings.getLast().key().equals(full)) settings.add(new Setting(full, value, variable));
    else settings.set(settings.size() - 1, new Setting(full, settings.getLast().value(), variable));
  }

  private String text() {
    var text = new StringBuilder(HEAD);
    var section = Optional.<String>empty();
    for (var entry : entries) {
      if (!section.equals(Optional.of(entry.section()))) {
        section = Optional.of(entry.section());
        text.append("\n## ").append(entry.section().isEmpty() ? "All programs" : entry.section())
            .append("\n\n| setting | variable | default | |\n|---|---|---|---|\n");
      }
      text.append("| ").append(cell(entry, setting -> Optional.of(setting.key())))
          .append(" | ").append(cell(entry, Setting::variable))
          .append(" | ").append(cell(entry, setting -> setting.value().map(value -> value.replace("\"", ""))))
          .append(" | ").append(entry.comment().replace("|", "\\|")).append(" |\n");
    }
    return text.toString();
  }

  private static String cell(Entry entry, Function<Setting, Optional<String>> part) {
    return entry.settings().stream().map(part).map(text -> text.map(word -> "`" + word + "`").orElse(""))
        .collect(Collectors.joining("<br>"));
  }
}
