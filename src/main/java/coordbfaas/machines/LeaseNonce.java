package coordbfaas.machines;

/** The secret that proves that we hold a machine's lease. It does not print itself. */
public record LeaseNonce(String text) {
  public LeaseNonce {
    if (text.isEmpty()) throw new IllegalArgumentException("nonce: empty (expected: a text)");
  }

  @Override
  public String toString() {
    return "LeaseNonce[hidden]";
  }
}
