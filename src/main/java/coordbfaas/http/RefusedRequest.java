package coordbfaas.http;

import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.Connection;

/** A request, or an answer, that is not read on: what it is answered, after which its connection ends. Quotes nothing of the request. */
public final class RefusedRequest extends RuntimeException {
  private final int status;

  public RefusedRequest(int status, String detail) {
    super(detail, null, false, false);
    this.status = status;
  }

  public int status() {
    return status;
  }

  HttpResponse response() {
    return Problem.response(status, getMessage()).addHeader(Connection.create("close"));
  }
}
