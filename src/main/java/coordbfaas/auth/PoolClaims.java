package coordbfaas.auth;

/** Signs the claims of a coordinator's machines, and reads them back. */
public interface PoolClaims {
  /** What a text in the place of a claim is worth. */
  sealed interface Reading {
    /** We signed it. */
    record Signed(PoolClaim claim) implements Reading {}

    /** It has the form of a claim, under a key that is not ours: the key was changed, or another made it. */
    record OfAnotherKey() implements Reading {}

    /** No claim, or one that was tampered with. */
    record Worthless() implements Reading {}
  }

  /** The claim as a text that fits into metadata. */
  String sign(PoolClaim claim);

  Reading read(String text);
}
