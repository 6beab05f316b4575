package coordbfaas.machines;

import com.fasterxml.jackson.databind.ObjectMapper;
import coordbfaas.http.HttpExchange;
import coordbfaas.http.KeptConnections;
import coordbfaas.http.SameThread;
import coordbfaas.machines.WireAnswer.Accepted;
import coordbfaas.machines.WireAnswer.Lost;
import coordbfaas.machines.WireAnswer.NotSent;
import coordbfaas.machines.WireAnswer.Refused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.ProductVersion;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.model.headers.UserAgent;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;

/** The Machines API over HTTP, on connections that are kept: each attempt with token and nonce, the answer read as it comes. */
final class HttpMachinesWire implements MachinesWire {
  // A call that was not connected was not sent, which is worth to know before its attempt is over.
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);

  // Far less than any server keeps a quiet connection: a call on one that is just being closed would be lost.
  private static final Duration CONNECTION_IDLE = Duration.ofSeconds(5);

  // What fails while an answer is read is told by the caller; Pekko would quote it.
  private static final Attributes QUIET = Attributes.createLogLevels(
      Attributes.logLevelOff(), Attributes.logLevelOff(), Attributes.logLevelOff());

  private final ActorSystem<?> system;
  private final MachinesSettings settings;
  private final ObjectMapper json;
  private final UserAgent caller;
  private final KeptConnections connections;

  HttpMachinesWire(ActorSystem<?> system, MachinesSettings settings, ObjectMapper json) {
    this.system = system;
    this.settings = settings;
    this.json = json;
    this.caller = UserAgent.create(ProductVersion.create("coordbfaas", token(settings.caller())));
    this.connections = new KeptConnections(system, settings.url(), CONNECTION_IDLE);
  }

  /** As RFC 9110 wants a word of a header, 5.6.2: what it knows no place for is a dash. */
  private static String token(String word) {
    return word.replaceAll("[^!#$%&'*+.^_`|~0-9A-Za-z-]", "-");
  }

  @Override
  public <T> CompletableFuture<WireAnswer<T>> send(Call<T> call, Duration time) {
    var half = time.dividedBy(2);
    var exchange = connections.send(request(call), half.compareTo(CONNECT_TIMEOUT) < 0 ? half : CONNECT_TIMEOUT);
    var answer = exchange.response().thenCompose(response -> read(call, response).thenApply(read -> {
      if (read instanceof Accepted || read instanceof Refused) exchange.over(response);
      return read;
    })).exceptionally(HttpMachinesWire::failed).toCompletableFuture();
    answer.whenComplete((any, cancelled) -> exchange.cut());
    return answer;
  }

  private HttpRequest request(Call<?> call) {
    var bare = HttpRequest.create(call.target()).withMethod(call.method())
        .addHeader(RawHeader.create("Authorization", settings.token().authorization())).addHeader(caller);
    var fenced = call.nonce()
        .map(nonce -> bare.addHeader(RawHeader.create("fly-machine-lease-nonce", nonce.text()))).orElse(bare);
    return call.body().map(body -> fenced.withEntity(ContentTypes.APPLICATION_JSON, body.toString())).orElse(fenced);
  }

  private <T> CompletionStage<WireAnswer<T>> read(Call<T> call, HttpResponse response) {
    return response.status().isSuccess() ? accepted(call, response) : refused(call, response);
  }

  private <T> CompletionStage<WireAnswer<T>> accepted(Call<T> call, HttpResponse response) {
    var reader = call.reader().get();
    return fold(response, reader, (soFar, bytes) -> {
      soFar.read(bytes);
      return soFar;
    }).thenApply(AnswerReader::end).<WireAnswer<T>>thenApply(Accepted::new).exceptionallyCompose(thrown ->
        MachinesFailure.unwrapped(thrown) instanceof UnreadableAnswer unreadable
            ? CompletableFuture.completedStage(
                WireAnswer.unreadable(response.status().intValue(), unreadable, header(response, "fly-request-id")))
            : CompletableFuture.failedStage(thrown));
  }

  private <T> CompletionStage<WireAnswer<T>> refused(Call<T> call, HttpResponse response) {
    return fold(response, ByteString.emptyByteString(),
        (soFar, bytes) -> soFar.concat(bytes.take(Refusal.BYTES_MAX - soFar.size())))
        .thenApply(body -> new Refused<>(response.status().intValue(), Refusal.of(body, json, secrets(call)),
            header(response, "retry-after"), header(response, "fly-request-id")));
  }

  /** Takes an answer as it comes; one that came with its head is there already, and no stream is made to read it. */
  private <A> CompletionStage<A> fold(HttpResponse response, A begin, BiFunction<A, ByteString, A> step) {
    if (response.entity() instanceof HttpEntity.Strict whole)
      return CompletableFuture.completedStage(begin).thenApply(soFar -> step.apply(soFar, whole.getData()));
    return SameThread.of(response.entity().withoutSizeLimit().getDataBytes()
        .toMat(Sink.fold(begin, step::apply), Keep.right()).addAttributes(QUIET).run(system));
  }

  private List<String> secrets(Call<?> call) {
    var secrets = new ArrayList<>(List.of(settings.token().text()));
    call.nonce().ifPresent(nonce -> secrets.add(nonce.text()));
    return secrets;
  }

  private static Optional<String> header(HttpResponse response, String name) {
    return response.getHeader(name).map(HttpHeader::value);
  }

  private static <T> WireAnswer<T> failed(Throwable thrown) {
    var cause = MachinesFailure.unwrapped(thrown);
    return switch (cause) {
      case HttpExchange.NotConnected none -> new NotSent<>(cause(none));
      case Throwable other                -> new Lost<>(other.getClass().getSimpleName());
    };
  }

  private static String cause(HttpExchange.NotConnected none) {
    return "no connection, " + (none.getCause() == null ? "" : none.getCause().getClass().getSimpleName());
  }
}
