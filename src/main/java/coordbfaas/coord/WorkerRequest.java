package coordbfaas.coord;

import coordbfaas.auth.KeyPair;
import coordbfaas.auth.RunLimits;
import coordbfaas.auth.WorkerToken;
import coordbfaas.pool.Grant;
import coordbfaas.wire.EventCoding;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** What goes to the worker: the client's body verbatim under a token for it alone, and no header of the client's. Pure. */
final class WorkerRequest {
  private static final Duration TOKEN_VALIDITY = Duration.ofSeconds(30);

  /** A worker that knows of no other coding answers as it would anyway. */
  private static final String ACCEPTED = EventCoding.PACKED.mediaType() + ", " + EventCoding.TEXT.mediaType();

  private WorkerRequest() {}

  /**
   * Makes it, once for an order, whose body it takes.
   *
   * @param outputBytes most that the run may write
   */
  static HttpRequest of(RunOrder order, Grant grant, KeyPair keys, long outputBytes, Instant now) {
    var body = order.body().take();
    var limits = new RunLimits(Math.max(1, order.timeLeft().toMillis()), outputBytes);
    var token = new WorkerToken(grant.machine(), order.run(), limits,
        Optional.of(grant.boot()), Optional.of(WorkerToken.sha256(body.toArrayUnsafe()))).sign(keys, now, TOKEN_VALIDITY);
    return HttpRequest.POST("/run")
        .addHeader(RawHeader.create("fly-force-instance-id", grant.machine()))
        .addHeader(RawHeader.create("Authorization", "Bearer " + token.text()))
        .addHeader(RawHeader.create("Accept", ACCEPTED))
        .addHeader(Connection.create("close")) // its machine stops after it
        .withEntity(order.json() ? ContentTypes.APPLICATION_JSON : ContentTypes.APPLICATION_OCTET_STREAM, body);
  }
}
