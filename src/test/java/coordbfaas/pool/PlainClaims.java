package coordbfaas.pool;

import coordbfaas.auth.PoolClaim;
import coordbfaas.auth.PoolClaims;
import java.time.Instant;

/** Claims that are signed by a word, not by a key: as good as signed among those who do not know the word, and much quicker. */
record PlainClaims(String word) implements PoolClaims {
  static final PlainClaims OURS = new PlainClaims("ours");

  @Override
  public String sign(PoolClaim claim) {
    return String.join("|", word, claim.name(), claim.pool(), claim.image(), Long.toString(claim.epoch()), claim.instance(),
        Long.toString(claim.created().toEpochMilli()));
  }

  @Override
  public Reading read(String text) {
    var parts = text.split("\\|");
    if (parts.length != 7) return new Reading.Worthless();
    if (!parts[0].equals(word)) return new Reading.OfAnotherKey();
    return new Reading.Signed(new PoolClaim(parts[1], parts[2], parts[3], Long.parseLong(parts[4]), parts[5],
        Instant.ofEpochMilli(Long.parseLong(parts[6]))));
  }
}
