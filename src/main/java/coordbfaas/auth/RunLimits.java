package coordbfaas.auth;

/**
 * What a token allows its run.
 *
 * @param ms how long it may take, in milliseconds; more than 0
 * @param outputBytes how much it may write to both outputs together; more than 0
 */
public record RunLimits(long ms, long outputBytes) {
  public RunLimits {
    if (ms <= 0) throw new IllegalArgumentException("limits.ms: " + ms + " (expected: > 0)");
    if (outputBytes <= 0) throw new IllegalArgumentException("limits.outputBytes: " + outputBytes + " (expected: > 0)");
  }
}
