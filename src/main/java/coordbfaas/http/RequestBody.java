package coordbfaas.http;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.util.ByteString;

/** Reads a request's body whole, within a limit of size; its time is limited by the {@link HttpServer}. */
public final class RequestBody {
  /** The body could not be had; the answer says why. */
  public static final class Refused extends RuntimeException {
    private final transient HttpResponse response;

    private Refused(int status, String detail, HttpHeader... headers) {
      super(detail, null, false, false);
      // What is left of the body is not read, so the connection cannot carry another request.
      this.response = Problem.response(status, detail).addHeader(Connection.create("close")).addHeaders(List.of(headers));
    }

    public HttpResponse response() {
      return response;
    }
  }

  private RequestBody() {}

  /** Whether it is {@code application/json}, whatever parameters come with that. */
  public static boolean isJson(HttpRequest request) {
    var type = request.entity().getContentType().mediaType();
    return type.mainType().equalsIgnoreCase("application") && type.subType().equalsIgnoreCase("json");
  }

  /**
   * The whole body.
   *
   * @return fails with {@link Refused}: 413 for more than {@code bytesMax}, told by its length or while reading; 400 if the
   *     client stopped in its midst
   */
  public static CompletionStage<ByteString> read(ActorSystem<?> system, HttpRequest request, long bytesMax) {
    return read(system, request, bytesMax, new BodyBudget(Long.MAX_VALUE));
  }

  /**
   * The whole body, read within a budget that it has in common with others. One that came with its head is there already, and
   * no stream is made to read it.
   *
   * @return fails as above, and with 503 if the bodies that are being read leave no room for it
   */
  public static CompletionStage<ByteString> read(
      ActorSystem<?> system, HttpRequest request, long bytesMax, BodyBudget budget) {
    if (request.entity().getContentLengthOption().orElse(0) > bytesMax) {
      request.discardEntityBytes(system);
      return CompletableFuture.failedStage(tooLarge(bytesMax));
    }
    if (request.entity() instanceof HttpEntity.Strict whole) return arrived(whole.getData(), budget);
    var body = new CompletableFuture<ByteString>();
    var collected = new Collected(bytesMax, budget);
    body.whenComplete((whole, refused) -> collected.giveBack());
    SameThread.of(request.entity().withoutSizeLimit().getDataBytes().runForeach(chunk -> collected.add(chunk, body), system))
        .whenComplete((done, failure) -> collected.end(failure, body));
    return body;
  }

  private static CompletionStage<ByteString> arrived(ByteString whole, BodyBudget budget) {
    if (!budget.take(whole.size())) return CompletableFuture.failedStage(noRoom());
    budget.giveBack(whole.size());
    return CompletableFuture.completedStage(whole);
  }

  /**
   * What has come of a body. What comes after a refusal is thrown away, up to the connection's end, which follows the answer:
   * if it were cancelled instead, the connection could be reset before the answer is out.
   */
  private static final class Collected {
    private final long bytesMax;
    private final BodyBudget budget;
    private ByteArrayOutputStream bytes = new ByteArrayOutputStream(); // however small the chunks, it is as large as they

    Collected(long bytesMax, BodyBudget budget) {
      this.bytesMax = bytesMax;
      this.budget = budget;
    }

    void add(ByteString chunk, CompletableFuture<ByteString> body) {
      if (body.isDone()) return;
      if (bytes.size() + (long) chunk.size() > bytesMax) body.completeExceptionally(tooLarge(bytesMax));
      else if (!budget.take(chunk.size())) body.completeExceptionally(noRoom());
      else bytes.writeBytes(chunk.toArrayUnsafe());
    }

    /** The bytes go with their budget: after a refusal the stream goes on, and would hold them to the connection's end. */
    void giveBack() {
      budget.giveBack(bytes.size());
      bytes = new ByteArrayOutputStream(0);
    }

    void end(Throwable failure, CompletableFuture<ByteString> body) {
      if (failure == null) body.complete(ByteString.fromArrayUnsafe(bytes.toByteArray()));
      else body.completeExceptionally(new Refused(400, "the body did not arrive whole"));
    }
  }

  private static Refused noRoom() {
    return new Refused(503, "too many bodies are being read at a time", RawHeader.create("Retry-After", "1"));
  }

  private static Refused tooLarge(long bytesMax) {
    return new Refused(413, "the body is too large (expected: at most " + bytesMax + " bytes)");
  }
}
