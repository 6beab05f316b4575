package coordbfaas.basher;

import coordbfaas.auth.KeyPair;
import coordbfaas.auth.RunLimits;
import coordbfaas.auth.WorkerToken;
import coordbfaas.http.HttpExchange;
import coordbfaas.settings.Containment;
import coordbfaas.wire.EventCoding;
import coordbfaas.wire.EventFrame;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.util.ByteString;

/**
 * Runs of a script of our own on bashers of their own, before the first basher of a JVM says that it is healthy: a worker's only
 * request is always its first, and would pay for every class that is loaded and every method that is compiled on its way.
 *
 * <pre>
 *   booting ──listens──► running ──its basher ended──► booting, or (stops) after the last
 * </pre>
 *
 * <p>Everything is real, the port, the token, the contained process; and nothing of it is logged ({@code logback.xml}). What
 * fails is left out: the boot that comes after it will say why.
 */
final class Rehearsal {
  sealed interface Command {}

  private record Listening(InetSocketAddress address) implements Command {}

  private record Answered() implements Command {}

  private record Ended() implements Command {}

  /** Who runs it, in the log. */
  static final String NAME = "rehearsal";

  private static final OfSystem OF_SYSTEM = new OfSystem();
  private static final ByteString SCRIPT = ByteString.fromString("echo; echo >&2");
  private static final Duration TIME = Duration.ofSeconds(5);
  private static final RunLimits LIMITS = new RunLimits(TIME.toMillis(), 1024);

  private Rehearsal() {}

  /**
   * The rehearsal of an actor system, begun by whoever asks for it first.
   *
   * @param runs how many, one after another
   * @param containment as the runs are contained that it is for
   * @return completed when they are over
   */
  static CompletionStage<Done> of(ActorSystem<?> system, int runs, Containment containment) {
    return runs == 0 ? CompletableFuture.completedStage(Done.done()) : OF_SYSTEM.apply(system).begun(system, runs, containment);
  }

  private static Behavior<Command> create(int runs, Containment containment, CompletableFuture<Done> over) {
    return Behaviors.setup(context -> new Stage(context, KeyPair.generate(), containment, over).next(runs));
  }

  private static final class Once implements Extension {
    private CompletableFuture<Done> over;

    synchronized CompletionStage<Done> begun(ActorSystem<?> system, int runs, Containment containment) {
      if (over == null) {
        over = new CompletableFuture<>();
        system.systemActorOf(create(runs, containment, over), NAME, Props.empty());
      }
      return over;
    }
  }

  private static final class OfSystem extends ExtensionId<Once> {
    @Override
    public Once createExtension(ActorSystem<?> system) {
      return new Once();
    }
  }

  private record Stage(
      ActorContext<Command> context, KeyPair keys, Containment containment, CompletableFuture<Done> over) {
    Behavior<Command> next(int runs) {
      if (runs == 0) {
        over.complete(Done.done());
        return Behaviors.stopped();
      }
      var environment = new HashMap<>(containment.environment());
      environment.putAll(Map.of("FLY_MACHINE_ID", NAME, "PUBLIC", keys.publicText(), "BIND", "127.0.0.1", "PORT", "0"));
      var settings = BasherSettings.of(environment).rehearsed();
      ActorRef<Basher.Listening> listening =
          context.messageAdapter(Basher.Listening.class, told -> new Listening(told.address()));
      var basher = context.spawnAnonymous(Basher.create(settings, listening));
      context.watchWith(basher, new Ended());
      return Behaviors.receiveMessage(message -> switch (message) {
        case Listening(var address) -> run(address);
        case Answered answered      -> stop(basher);
        case Ended ended            -> next(runs - 1);
      });
    }

    /** One whose run never came would wait for it until it is forgotten, and the boot with it. */
    private Behavior<Command> stop(ActorRef<Basher.Command> basher) {
      basher.tell(new Basher.Stop());
      return Behaviors.same();
    }

    private Behavior<Command> run(InetSocketAddress basher) {
      var system = context.getSystem();
      var token = new WorkerToken(NAME, NAME, LIMITS, Optional.empty(), Optional.empty())
          .sign(keys, Instant.now(), TIME);
      var request = HttpRequest.POST("/run").addHeader(RawHeader.create("Authorization", "Bearer " + token.text()))
          .addHeader(RawHeader.create("Accept", EventCoding.PACKED.mediaType()))
          .withEntity(ContentTypes.APPLICATION_OCTET_STREAM, SCRIPT);
      var exchange = HttpExchange.send(system, URI.create("http://127.0.0.1:" + basher.getPort()), request, TIME);
      context.pipeToSelf(exchange.response().thenCompose(answer -> read(answer, system)),
          (done, failure) -> {
            exchange.cut(); // a basher whose answer nobody reads ends all the same
            return new Answered();
          });
      return Behaviors.same();
    }

    /** What it tells is written as an event stream too, for whoever comes and asks for nothing else. */
    private static CompletionStage<Done> read(HttpResponse answer, ActorSystem<?> system) {
      var reader = EventCoding.PACKED.reader();
      return answer.entity().getDataBytes()
          .runForeach(chunk -> reader.frames(chunk).forEach(EventFrame::written), system);
    }
  }
}
