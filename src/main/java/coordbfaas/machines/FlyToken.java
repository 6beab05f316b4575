package coordbfaas.machines;

import java.util.regex.Pattern;

/**
 * A token for the Machines API. It does not print itself.
 *
 * @param text as {@code fly tokens create} prints it, {@code FlyV1 …}, or without that word
 */
public record FlyToken(String text) {
  private static final Pattern SCHEME = Pattern.compile("^(?:(?:Bearer|FlyV1)(?:\\s+|$))+");
  private static final Pattern MACAROON = Pattern.compile("^fm(?:1r|1a|2)_.*");

  public FlyToken {
    text = SCHEME.matcher(text.strip()).replaceFirst("");
    if (text.isEmpty() || !text.chars().allMatch(c -> c > ' ' && c < 0x7F))
      throw new IllegalArgumentException("not a token");
  }

  /** The value of the {@code Authorization} header: macaroons go as {@code FlyV1}, any other token as {@code Bearer}. */
  public String authorization() {
    return (MACAROON.matcher(text).matches() ? "FlyV1 " : "Bearer ") + text;
  }

  @Override
  public String toString() {
    return "FlyToken[hidden]";
  }
}
