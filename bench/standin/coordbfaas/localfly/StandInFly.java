package coordbfaas.localfly;

import coordbfaas.basher.Basher;
import coordbfaas.basher.BasherSettings;
import coordbfaas.http.HttpServer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * The local Fly with machines whose workers run nothing: each tells of one line of output, and then its stream stays open for as
 * long as somebody reads it. So a thousand of them cost no more than their connections. Prints the two base URLs, of the Machines
 * API and of the workers, and serves until it is killed.
 */
public final class StandInFly {
  private static final ByteString LINE = ByteString.fromString("event: stdout\ndata: \"open\\n\"\n\n");
  private static final int CONNECTIONS_MAX = 8;

  private StandInFly() {}

  public static void main(String[] none) {
    ActorSystem.create(Behaviors.<LocalFly.Ready>setup(context -> {
      var host = JvmMachine.host(StandInFly::worker);
      context.spawn(LocalFly.create(LocalFlySettings.ephemeral(), context.getSelf(), host, InstantSource.system()), "fly");
      return Behaviors.receiveMessage(ready -> {
        System.out.println(ready.api() + " " + ready.flycast());
        return Behaviors.same();
      });
    }), "stand-in");
  }

  /** Ends when its run is over or it is told to, its port free by then. */
  private static Behavior<Basher.Command> worker(BasherSettings settings, ActorRef<Basher.Listening> replyTo) {
    return Behaviors.setup(context -> {
      var boot = UUID.randomUUID().toString();
      var self = context.getSelf();
      var server = HttpServer.bind(context.getSystem(), settings.bind(), settings.port(), CONNECTIONS_MAX, (request, client) -> {
        request.discardEntityBytes(context.getSystem());
        if (request.getUri().path().equals("/run")) client.gone().thenRun(() -> self.tell(new Basher.Stop()));
        return CompletableFuture.completedStage(
            answer(settings.machine(), boot, request).addHeader(RawHeader.create("Worker", settings.machine())));
      });
      server.thenAccept(bound -> replyTo.tell(new Basher.Listening(bound.address())));
      return Behaviors.receiveMessage(message -> message instanceof Basher.Stop ? closing(server, self) : Behaviors.same());
    });
  }

  /** It tells itself by a message of no other use that the port is free. */
  private static Behavior<Basher.Command> closing(CompletionStage<HttpServer> server, ActorRef<Basher.Command> self) {
    server.thenCompose(bound -> bound.terminate(Duration.ZERO)).thenRun(() -> self.tell(new Basher.Thaw()));
    return Behaviors.receiveMessage(message -> message instanceof Basher.Thaw ? Behaviors.stopped() : Behaviors.same());
  }

  private static HttpResponse answer(String machine, String boot, HttpRequest request) {
    return HttpResponse.create().withEntity(request.getUri().path().equals("/run")
        ? HttpEntities.createChunked(MediaTypes.TEXT_EVENT_STREAM.toContentType(), Source.single(LINE).concat(Source.maybe()))
        : HttpEntities.create(ContentTypes.APPLICATION_JSON,
            "{\"machine\":\"%s\",\"boot\":\"%s\",\"now\":%d}".formatted(machine, boot, System.currentTimeMillis())));
  }
}
