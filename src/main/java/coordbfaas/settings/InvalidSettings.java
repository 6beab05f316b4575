package coordbfaas.settings;

import java.util.List;

/** Everything that is missing or malformed in the settings, one line each: variable, value, what was expected. */
public final class InvalidSettings extends IllegalArgumentException {
  /** The exit code of a program whose settings are unusable: {@code EX_CONFIG} of sysexits.h. */
  public static final int EXIT_CODE = 78;

  private final transient List<String> problems;

  public InvalidSettings(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  /** The problems, in the order in which they were found; never empty, never with a secret's value. */
  public List<String> problems() {
    return problems;
  }
}
