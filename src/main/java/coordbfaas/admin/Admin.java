package coordbfaas.admin;

import coordbfaas.facts.Observer;
import coordbfaas.http.HttpServer;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/** A coordinator's admin port, and what it watches by. */
public final class Admin {
  private static final int CONNECTIONS_MAX = 64;

  private final ActorSystem<?> system;
  private final AdminSettings settings;
  private final ActorRef<Observatory.Command> observatory;
  private final Meters meters;
  private final Observer observer;

  private Admin(
      ActorSystem<?> system, AdminSettings settings, ActorRef<Observatory.Command> observatory, Meters meters, Observer observer) {
    this.system = system;
    this.settings = settings;
    this.observatory = observatory;
    this.meters = meters;
    this.observer = observer;
  }

  /**
   * Begins to watch; ends with the actor that starts it.
   *
   * @param pool its name
   * @param size the most machines that it may have
   */
  public static Admin start(ActorContext<?> context, AdminSettings settings, String pool, int size) {
    var about = new PoolView.About(pool, UUID.randomUUID().toString(), size);
    var meters = new Meters(about);
    var clock = InstantSource.system();
    var observatory = context.spawn(Observatory.create(about, meters, clock), "admin");
    return new Admin(context.getSystem(), settings, observatory, meters,
        fact -> observatory.tell(new Observatory.Saw(fact, clock.instant())));
  }

  /** Whom to tell. */
  public Observer observer() {
    return observer;
  }

  /**
   * Binds the port.
   *
   * @param run serves {@code POST /run}, with the limits that it has on the public port
   * @param limits those of the public port; the times of them are this one's too
   * @return fails if the address cannot be had
   */
  public CompletionStage<HttpServer> bind(HttpServer.Handler run, HttpServer.Limits limits) {
    var routes = new AdminRoutes(system, observatory, meters, run, settings);
    return HttpServer.bind(system, settings.bind(), settings.port(), limits.withConnections(CONNECTIONS_MAX), routes);
  }
}
