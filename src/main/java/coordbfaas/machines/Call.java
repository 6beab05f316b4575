package coordbfaas.machines;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.HttpMethod;
import org.apache.pekko.http.javadsl.model.HttpMethods;

/**
 * A call to be made.
 *
 * @param id the machine, or the app; what Fly counts it by
 * @param target path and query
 * @param reader makes the reader of a successful answer
 * @param ifMissing what it means that there is no such thing, if that is no failure
 * @param patience how long Fly is to wait for a state; of other calls none
 */
record Call<T>(
    ApiAction action,
    String id,
    HttpMethod method,
    String target,
    Optional<JsonNode> body,
    Optional<LeaseNonce> nonce,
    Supplier<AnswerReader<T>> reader,
    Optional<T> ifMissing,
    Optional<Duration> patience) {

  private static final int SLICE_SECONDS_MAX = 60;

  static <T> Call<T> get(ApiAction action, String id, String target, Supplier<AnswerReader<T>> reader) {
    return of(action, id, HttpMethods.GET, target, reader);
  }

  static <T> Call<T> post(ApiAction action, String id, String target, Supplier<AnswerReader<T>> reader) {
    return of(action, id, HttpMethods.POST, target, reader);
  }

  static <T> Call<T> delete(ApiAction action, String id, String target, Supplier<AnswerReader<T>> reader) {
    return of(action, id, HttpMethods.DELETE, target, reader);
  }

  private static <T> Call<T> of(
      ApiAction action, String id, HttpMethod method, String target, Supplier<AnswerReader<T>> reader) {
    return new Call<>(
        action, id, method, target, Optional.empty(), Optional.empty(), reader, Optional.empty(), Optional.empty());
  }

  Call<T> with(JsonNode body) {
    return new Call<>(action, id, method, target, Optional.of(body), nonce, reader, ifMissing, patience);
  }

  Call<T> under(LeaseNonce nonce) {
    return new Call<>(action, id, method, target, body, Optional.of(nonce), reader, ifMissing, patience);
  }

  Call<T> ifMissing(T meaning) {
    return new Call<>(action, id, method, target, body, nonce, reader, Optional.of(meaning), patience);
  }

  Call<T> waiting(Duration patience) {
    return new Call<>(action, id, method, target, body, nonce, reader, ifMissing, Optional.of(patience));
  }

  /**
   * The same call, with so much of its wait as Fly takes at once.
   *
   * @param left rounded up to whole seconds, 1 to 60
   */
  Call<T> slice(Duration left) {
    return new Call<>(action, id, method, target + "&timeout=" + sliceSeconds(left), body, nonce, reader, ifMissing, patience);
  }

  /** How long Fly may take over {@link #slice} by what was asked of it; of other calls nothing. */
  Duration slow(Duration left) {
    return patience.isEmpty() ? Duration.ZERO : Duration.ofSeconds(sliceSeconds(left));
  }

  Lane lane() {
    return new Lane(action.counted(), id, action.rate());
  }

  /** Its target without the query, which is for the API alone. */
  String path() {
    var query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }

  private static long sliceSeconds(Duration left) {
    return Math.clamp(left.plusNanos(999_999_999).toSeconds(), 1, SLICE_SECONDS_MAX);
  }
}
