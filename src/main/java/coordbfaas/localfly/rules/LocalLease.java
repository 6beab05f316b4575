package coordbfaas.localfly.rules;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import coordbfaas.machines.LeaseNonce;
import java.time.Instant;
import java.util.Optional;

/**
 * The exclusive right to change one machine. It ends silently.
 *
 * @param number counts the leases of this Fly; a refreshed lease keeps it
 * @param expiresAt exact; the API tells the whole second before it
 */
record LocalLease(long number, LeaseNonce nonce, Optional<String> description, Instant expiresAt) {
  private static final String OWNER = "local@localhost";

  boolean isOver(Instant now) {
    return !now.isBefore(expiresAt);
  }

  boolean isHeldBy(Optional<LeaseNonce> nonce) {
    return nonce.filter(this.nonce::equals).isPresent();
  }

  /** The refusal of whoever does not hold it. */
  Refused heldByAnother(int status, String machine) {
    return new Refused(status, "machine ID " + machine + " lease currently held by " + OWNER
        + ", expires at " + Instant.ofEpochSecond(expiresAt.getEpochSecond()));
  }

  /** What the API tells of it, its nonce included. */
  ObjectNode json(String version) {
    var data = JsonNodeFactory.instance.objectNode()
        .put("nonce", nonce.text())
        .put("expires_at", expiresAt.getEpochSecond())
        .put("owner", OWNER)
        .put("description", description.orElse(""))
        .put("version", version);
    return JsonNodeFactory.instance.objectNode().put("status", "success").set("data", data);
  }
}
