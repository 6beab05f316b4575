package coordbfaas.localfly;

import coordbfaas.basher.Basher;
import coordbfaas.basher.BasherSettings;
import coordbfaas.http.HttpServer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.RequestEntity;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * A worker's server that runs nothing.
 *
 * <p>{@code /health} tells which machine it is; {@code /echo} sends the body back; {@code /headers} tells the names of the
 * headers that came; {@code /once} is the basher's last request; {@code /silent} never answers; {@code /drip} sends one line
 * and then nothing for ever. Whoever comes and leaves is told to the test.
 */
final class FakeBasher {
  /** What a basher tells the test. */
  sealed interface Event {}

  /** A request has come to a machine's basher. */
  record Came(String machine, String path) implements Event {}

  /** The connection on which it came has ended. */
  record Left(String machine, String path) implements Event {}

  private FakeBasher() {}

  static Behavior<Basher.Command> create(BasherSettings settings, ActorRef<Basher.Listening> replyTo, ActorRef<Event> test) {
    return Behaviors.setup(context -> {
      var self = context.getSelf();
      var server = HttpServer.bind(context.getSystem(), settings.bind(), settings.port(), 16, (request, client) -> {
        test.tell(new Came(settings.machine(), request.getUri().path()));
        client.gone().thenAccept(gone -> test.tell(new Left(settings.machine(), request.getUri().path())));
        if (request.getUri().path().equals("/once")) client.gone().thenAccept(gone -> self.tell(new Basher.Stop()));
        return answer(settings, request);
      });
      server.thenAccept(bound -> replyTo.tell(new Basher.Listening(bound.address())));
      return Behaviors.receive(Basher.Command.class)
          .onMessage(Basher.Stop.class, stop -> closing(context, server))
          .build();
    });
  }

  /** Ends when the port is free, as a basher does. */
  private static Behavior<Basher.Command> closing(ActorContext<Basher.Command> context, CompletionStage<HttpServer> server) {
    var ending = context.spawnAnonymous(Behaviors.<Boolean>receiveMessage(freed -> Behaviors.stopped()));
    context.watch(ending);
    server.thenCompose(bound -> bound.terminate(Duration.ZERO)).thenAccept(freed -> ending.tell(true));
    return Behaviors.receive(Basher.Command.class).onSignal(Terminated.class, ended -> Behaviors.stopped()).build();
  }

  private static CompletionStage<HttpResponse> answer(BasherSettings settings, HttpRequest request) {
    var ok = HttpResponse.create().addHeader(RawHeader.create("Worker", settings.machine()));
    if (request.getUri().query().get("silent").isPresent()) return new CompletableFuture<>();
    return switch (request.getUri().path()) {
      case "/echo" -> CompletableFuture.completedStage(ok.withEntity((RequestEntity) request.entity().withoutSizeLimit()));
      case "/headers" -> CompletableFuture.completedStage(ok.withEntity(names(request)));
      case "/drip" -> CompletableFuture.completedStage(ok.withEntity(HttpEntities.createChunked(ContentTypes.TEXT_PLAIN_UTF8,
          Source.single(ByteString.fromString("drop\n")).concat(Source.never()))));
      case "/silent" -> new CompletableFuture<>();
      case "/once" -> CompletableFuture.completedStage(ok.addHeader(Connection.create("close")));
      default -> CompletableFuture.completedStage(ok.withEntity("healthy"));
    };
  }

  private static String names(HttpRequest request) {
    var names = new StringBuilder();
    request.getHeaders().forEach(header -> names.append(header.lowercaseName()).append('\n'));
    return names.toString();
  }
}
