package coordbfaas.machines;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The secret that proves that we hold a machine's lease. It does not print itself. */
public record LeaseNonce(@JsonValue String text) {
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public LeaseNonce {
    if (text.isEmpty()) throw new IllegalArgumentException("nonce: empty (expected: a text)");
  }

  @Override
  public String toString() {
    return "LeaseNonce[hidden]";
  }
}
