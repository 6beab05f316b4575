package coordbfaas.localfly.rules;

import java.time.Instant;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/** Names that nobody chose, in the forms that Fly gives them. */
public final class Ids {
  private static final String CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final int TIME_DIGITS = 10;
  private static final int RANDOM_DIGITS = 16;

  private final RandomGenerator random;

  /** @param random a secure one where the nonces must be secrets */
  public Ids(RandomGenerator random) {
    this.random = random;
  }

  /** 14 hexadecimal digits. */
  String machine() {
    return hex(7);
  }

  /** 12 hexadecimal digits. */
  String nonce() {
    return hex(6);
  }

  /** A ULID: 26 characters that sort by time. */
  public String ulid(Instant now) {
    var text = new StringBuilder(TIME_DIGITS + RANDOM_DIGITS);
    for (var digit = TIME_DIGITS - 1; digit >= 0; digit--) text.append(crockford(now.toEpochMilli() >> 5 * digit));
    for (var value : bytes(RANDOM_DIGITS)) text.append(crockford(value));
    return text.toString();
  }

  /** The digit for the lowest five bits. */
  private static char crockford(long value) {
    return CROCKFORD.charAt((int) value & 31);
  }

  /** An address as machines have on Fly's private network; nothing answers there. */
  String privateIp() {
    return "fdaa:0:1:a7b:%x:%x:%x:2".formatted(random.nextInt(1 << 16), random.nextInt(1 << 16), random.nextInt(1 << 16));
  }

  private String hex(int bytes) {
    return HexFormat.of().formatHex(bytes(bytes));
  }

  private byte[] bytes(int count) {
    var bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }
}
