package coordbfaas.pool;

import coordbfaas.auth.PoolClaim;
import coordbfaas.auth.PoolClaims;

/** The claims of one coordinator, which tell who it is. */
record SimClaims(SimPool pool) implements PoolClaims {
  @Override
  public String sign(PoolClaim claim) {
    pool.is(new Instance(claim.pool(), claim.epoch(), claim.instance()));
    return PlainClaims.OURS.sign(claim);
  }

  @Override
  public Reading read(String text) {
    return PlainClaims.OURS.read(text);
  }
}
