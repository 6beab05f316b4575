package coordbfaas.http;

import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.Connection;

/** A request that is not read on: what it is answered, after which its connection ends. Quotes nothing of the request. */
final class RefusedRequest extends RuntimeException {
  private final int status;

  RefusedRequest(int status, String detail) {
    super(detail, null, false, false);
    this.status = status;
  }

  int status() {
    return status;
  }

  HttpResponse response() {
    return Problem.response(status, getMessage()).addHeader(Connection.create("close"));
  }
}
