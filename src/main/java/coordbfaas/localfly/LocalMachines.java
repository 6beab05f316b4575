package coordbfaas.localfly;

import coordbfaas.localfly.rules.ApiCall;
import coordbfaas.localfly.rules.Effect;
import coordbfaas.localfly.rules.FaultyFly;
import coordbfaas.localfly.rules.FaultyFly.Step;
import coordbfaas.localfly.rules.Told;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.slf4j.MDC;

/**
 * The machines of all apps: puts calls to the {@link FaultyFly} and carries out its steps.
 *
 * <p>Invariant: a machine has at most one boot under way, and no boot outlives this actor.
 */
final class LocalMachines extends AbstractMatchingBehavior<LocalMachines.Command> {
  sealed interface Command {}

  /** A call of the API; its caller is told once. */
  record Call(ApiCall call, ActorRef<Told> replyTo) implements Command {}

  /**
   * Asks where a machine's basher is found; any started machine will do if none is named.
   *
   * @param run whether a run will be passed there
   */
  record Locate(Optional<String> machine, boolean run, ActorRef<Located> replyTo) implements Command {}

  /** Tells that a basher began to answer a run. */
  record RunAnswered(Place place, int status) implements Command {}

  /** Tells that a basher was reached, but did not begin to answer a run. */
  record RunLost(Place place) implements Command {}

  /** Asks what the admin port was asked. */
  record Admin(Wish wish, ActorRef<AdminAnswer> replyTo) implements Command {}

  /** Has every machine stopped; the actor ends when their bashers are gone. */
  record StopAll() implements Command {}

  /** @param place empty if the machine is not started */
  record Located(Optional<Place> place) {}

  /** Where a machine's basher is found in one of its boots. */
  record Place(String machine, long boot, URI address) {}

  private record Arrived(long call) implements Command {}

  private record WaitOver(long call) implements Command {}

  private record Tell(long call, Told told) implements Command {}

  private record Launched(String machine, long boot) implements Command {}

  private record Up(Host.Up up) implements Command {}

  private record Ended(String machine, long boot) implements Command {}

  private record Settled(String machine, long boot) implements Command {}

  private record Running(long number, Host.Booted boot, Optional<URI> address) {}

  // A moment less than the longest wait. Our own server keeps a connection however long its answer takes; Fly's may not.
  private static final Duration CONNECTION = Duration.ofSeconds(59);

  private final TimerScheduler<Command> timers;
  private final Host host;
  private final InstantSource clock;
  private final FaultyFly fly;
  private final ActorRef<Host.Up> up;
  private final Map<Long, ActorRef<Told>> callers = new HashMap<>();
  private final Map<String, Running> running = new HashMap<>();
  private final List<Locate> locating = new ArrayList<>();
  private long calls;

  static Behavior<Command> create(LocalFlySettings settings, Host host, InstantSource clock) {
    return Behaviors.setup(context -> Behaviors.withTimers(timers -> new LocalMachines(context, timers, settings, host, clock)));
  }

  private LocalMachines(ActorContext<Command> context, TimerScheduler<Command> timers, LocalFlySettings settings,
      Host host, InstantSource clock) {
    super(context);
    context.setLoggerName(LocalMachines.class); // if a timer came first, it would be named by Pekko
    this.timers = timers;
    this.host = host;
    this.clock = clock;
    var manner = settings.manner();
    this.fly = new FaultyFly(manner.delays(), manner.open(), new SecureRandom(),
        new FaultyFly.Surroundings(manner.rateLimits(), CONNECTION, manner.logEntries()));
    fly.faults().addAll(manner.faults(), clock.instant());
    this.up = context.messageAdapter(Host.Up.class, Up::new);
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case Call(var call, var replyTo)           -> call(call, replyTo);
      case Arrived(var call)                     -> carryOut(fly.arrived(call, now()));
      case WaitOver(var call)                    -> carryOut(fly.waitOver(call, now()));
      case Tell(var call, var told)              -> callers.remove(call).tell(told);
      case Locate locate                         -> locating.add(locate);
      case RunAnswered(var place, var status)    -> fly.runAnswered(place.machine(), place.boot(), status, now());
      case RunLost(var place)                    -> fly.runLost(place.machine(), place.boot(), now());
      case Admin(var wish, var replyTo)          -> replyTo.tell(granted(wish));
      case Launched(var machine, var boot)       -> carryOut(fly.launched(machine, boot, now()));
      case Up(var told)                          -> up(told);
      case Ended(var machine, var boot)          -> ended(machine, boot);
      case Settled(var machine, var boot)        -> carryOut(fly.settled(machine, boot, now()));
      case StopAll()                             -> carryOut(fly.close(now()));
    }
    locating.removeIf(this::isLocated);
    return fly.isClosed() && running.isEmpty() ? Behaviors.stopped() : this;
  }

  private void call(ApiCall call, ActorRef<Told> replyTo) {
    callers.put(++calls, replyTo);
    carryOut(fly.sent(calls, call, now()));
  }

  private void carryOut(List<FaultyFly.Step> steps) {
    steps.forEach(this::carryOut);
  }

  private void carryOut(FaultyFly.Step step) {
    switch (step) {
      case Step.Arrive(var call, var after)           -> timers.startSingleTimer(new Arrived(call), new Arrived(call), after);
      case Step.Await(var call, var after)            -> timers.startSingleTimer(new WaitOver(call), new WaitOver(call), after);
      case Step.StopWaiting(var call)                 -> timers.cancel(new WaitOver(call));
      case Step.Tell(var call, var after, var told)   -> tell(new Tell(call, told), after);
      case Step.Do(var effect)                        -> carryOut(effect);
    }
  }

  private void tell(Tell tell, Duration after) {
    if (after.isZero()) callers.remove(tell.call()).tell(tell.told());
    else timers.startSingleTimer(tell, tell, after);
  }

  private void carryOut(Effect effect) {
    switch (effect) {
      case Effect.Changed changed                                          -> changed(changed);
      case Effect.Leased leased                                            -> getContext().getLog().debug("{}", leased);
      case Effect.Released released                                        -> getContext().getLog().debug("{}", released);
      case Effect.Launch(var machine, var boot, var delay)                 -> later(new Launched(machine, boot), delay);
      case Effect.Boot(var machine, var boot, var environment)             -> boot(new Host.Order(machine, boot, environment));
      case Effect.Shutdown(var machine, var boot, var killAfter)           -> shutdown(machine, boot, killAfter);
      case Effect.Settle(var machine, var boot, var delay)                 -> later(new Settled(machine, boot), delay);
      case Effect.Freeze(var machine, var boot)                            -> running.get(machine).boot().freeze().run();
      case Effect.Thaw(var machine, var boot)                              -> running.get(machine).boot().thaw().run();
    }
  }

  private void changed(Effect.Changed changed) {
    MDC.put("machine", changed.machine());
    try {
      getContext().getLog().info("transition from={} to={} cause={}", changed.from(), changed.to(), changed.cause());
    } finally {
      MDC.remove("machine");
    }
  }

  /** The message is its own timer's key. */
  private void later(Command message, Duration delay) {
    if (delay.isZero()) getContext().getSelf().tell(message);
    else timers.startSingleTimer(message, message, delay);
  }

  private void boot(Host.Order order) {
    var boot = host.boot(getContext(), order, up);
    getContext().watchWith(boot.actor(), new Ended(order.machine(), order.boot()));
    running.put(order.machine(), new Running(order.boot(), boot, Optional.empty()));
  }

  private void up(Host.Up told) {
    running.computeIfPresent(told.machine(), (machine, booted) -> booted.number() == told.boot()
        ? new Running(booted.number(), booted.boot(), Optional.of(told.address())) : booted);
    carryOut(fly.booted(told.machine(), told.boot(), now()));
  }

  private void shutdown(String machine, long boot, Duration killAfter) {
    if (runs(machine, boot)) running.get(machine).boot().stop().accept(killAfter);
    else ended(machine, boot);
  }

  private void ended(String machine, long boot) {
    if (runs(machine, boot)) running.remove(machine);
    carryOut(fly.ended(machine, boot, now()));
  }

  private boolean runs(String machine, long boot) {
    return running.containsKey(machine) && running.get(machine).number() == boot;
  }

  /** A machine that starts is waited for, as Fly's proxy makes several attempts. */
  private boolean isLocated(Locate asked) {
    if (asked.machine().filter(fly::isStarting).isPresent()) return false;
    asked.replyTo().tell(located(asked));
    return true;
  }

  private Located located(Locate asked) {
    var place = asked.machine().map(Stream::of).orElseGet(() -> running.keySet().stream().filter(id -> !fly.isCordoned(id)))
        .filter(fly::isStarted).flatMap(machine -> place(machine).stream()).findFirst();
    if (asked.run()) place.ifPresent(found -> fly.runPassed(found.machine(), found.boot(), now()));
    return new Located(place);
  }

  private Optional<Place> place(String machine) {
    var booted = running.get(machine);
    return booted.address().map(address -> new Place(machine, booted.number(), address));
  }

  private AdminAnswer granted(Wish wish) {
    var faults = fly.faults();
    return switch (wish) {
      case Wish.ListFaults()                         -> new AdminAnswer.Told(LogJson.of(faults.going(now())));
      case Wish.AddFault(var fault)                  -> new AdminAnswer.Told(LogJson.number(faults.add(fault, now())));
      case Wish.RemoveFault(var number)              -> found(faults.remove(number), "fault " + number);
      case Wish.RemoveFaults()                       -> done(faults::clear);
      case Wish.Befall(var machine, var misfortune)  ->
          toMachine(machine, () -> carryOut(fly.befalls(machine, misfortune, now())));
      case Wish.SetHostStatus(var machine, var told) -> toMachine(machine, () -> fly.hostStatus(machine, told, now()));
      case Wish.LagReads(var lag)                    -> done(() -> fly.readLag(lag, now()));
      case Wish.ListMachines()                       ->
          new AdminAnswer.Told(LogJson.of(fly.machines(now()), fly.log().judge()));
      case Wish.ReadLog(var last)                    -> new AdminAnswer.Told(LogJson.of(fly.log(), last));
      case Wish.ReadVerdict()                        -> new AdminAnswer.Told(LogJson.of(fly.log().judge()));
    };
  }

  private AdminAnswer toMachine(String machine, Runnable task) {
    return fly.knows(machine) ? done(task) : found(false, "machine " + machine);
  }

  private static AdminAnswer done(Runnable task) {
    task.run();
    return new AdminAnswer.Done();
  }

  private static AdminAnswer found(boolean is, String what) {
    return is ? new AdminAnswer.Done() : new AdminAnswer.NotFound(what);
  }

  private Instant now() {
    return clock.instant();
  }
}
