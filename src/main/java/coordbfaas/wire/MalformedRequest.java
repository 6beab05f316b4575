package coordbfaas.wire;

/** A request for a run that is refused with 400. The message says what was expected and never quotes what is run. */
public final class MalformedRequest extends RuntimeException {
  MalformedRequest(String message) {
    super(message, null, false, false);
  }
}
