package coordbfaas.localfly;

import coordbfaas.localfly.rules.ApiCall;
import coordbfaas.localfly.rules.Effect;
import coordbfaas.localfly.rules.FlyRules;
import coordbfaas.localfly.rules.Outcome;
import coordbfaas.localfly.rules.Reply;
import coordbfaas.localfly.rules.Reply.Answer;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.slf4j.MDC;

/**
 * The machines of all apps: puts calls to the {@link FlyRules} and carries out their effects.
 *
 * <p>Invariant: a machine has at most one boot under way, and no boot outlives this actor.
 */
final class LocalMachines extends AbstractMatchingBehavior<LocalMachines.Command> {
  sealed interface Command {}

  /** A call of the API; answered once, a wait after up to its timeout. */
  record Call(ApiCall call, ActorRef<Answer> replyTo) implements Command {}

  /** Asks where a machine's basher is found; any started machine will do if none is named. */
  record Locate(Optional<String> machine, ActorRef<Located> replyTo) implements Command {}

  /** Has every machine stopped; the actor ends when their bashers are gone. */
  record StopAll() implements Command {}

  /** @param address empty if the machine is not started */
  record Located(Optional<URI> address) {}

  private record Launched(String machine, long boot) implements Command {}

  private record Up(Host.Up up) implements Command {}

  private record Ended(String machine, long boot) implements Command {}

  private record Settled(String machine, long boot) implements Command {}

  private record WaitTimeout(long number) implements Command {}

  private record Running(Host.Booted boot, Optional<URI> address) {}

  // The server cuts a connection that is silent for 60 s, which is also the longest wait.
  private static final Duration SILENCE_MAX = Duration.ofSeconds(59);

  private final TimerScheduler<Command> timers;
  private final Host host;
  private final InstantSource clock;
  private final FlyRules rules;
  private final ActorRef<Host.Up> up;
  private final HeldWaits waits = new HeldWaits();
  private final Map<String, Running> running = new HashMap<>();

  static Behavior<Command> create(LocalFlySettings settings, Host host, InstantSource clock) {
    return Behaviors.setup(context -> Behaviors.withTimers(timers -> new LocalMachines(context, timers, settings, host, clock)));
  }

  private LocalMachines(ActorContext<Command> context, TimerScheduler<Command> timers, LocalFlySettings settings,
      Host host, InstantSource clock) {
    super(context);
    this.timers = timers;
    this.host = host;
    this.clock = clock;
    this.rules = new FlyRules(settings.delays(), settings.open(), new SecureRandom());
    this.up = context.messageAdapter(Host.Up.class, Up::new);
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case Call(var call, var replyTo)        -> carryOut(rules.answer(call, now()), replyTo);
      case Locate(var machine, var replyTo)   -> replyTo.tell(new Located(address(machine)));
      case Launched(var machine, var boot)    -> carryOut(rules.launched(machine, boot, now()));
      case Up(var told)                       -> up(told);
      case Ended(var machine, var boot)       -> ended(machine, boot);
      case Settled(var machine, var boot)     -> carryOut(rules.settled(machine, boot, now()));
      case WaitTimeout(var number)            -> waitTimeout(number);
      case StopAll()                          -> carryOut(rules.close(now()));
    }
    return rules.isClosed() && running.isEmpty() ? Behaviors.stopped() : this;
  }

  private void carryOut(Outcome outcome, ActorRef<Answer> replyTo) {
    switch (outcome.reply()) {
      case Answer answer   -> replyTo.tell(answer);
      case Reply.Wait wait -> hold(wait, replyTo);
    }
    carryOut(outcome.effects());
  }

  private void carryOut(List<Effect> effects) {
    effects.forEach(this::carryOut);
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
    waits.tell(changed.machine(), changed.to()).forEach(timers::cancel);
  }

  private void hold(Reply.Wait wait, ActorRef<Answer> replyTo) {
    var number = waits.hold(wait, replyTo);
    var timeout = wait.timeout().compareTo(SILENCE_MAX) < 0 ? wait.timeout() : SILENCE_MAX;
    timers.startSingleTimer(number, new WaitTimeout(number), timeout);
  }

  private void waitTimeout(long number) {
    waits.end(number).ifPresent(held -> held.replyTo().tell(rules.tooLate(held.until())));
  }

  /** The message is its own timer's key. */
  private void later(Command message, Duration delay) {
    if (delay.isZero()) getContext().getSelf().tell(message);
    else timers.startSingleTimer(message, message, delay);
  }

  private void boot(Host.Order order) {
    var boot = host.boot(getContext(), order, up);
    getContext().watchWith(boot.actor(), new Ended(order.machine(), order.boot()));
    running.put(order.machine(), new Running(boot, Optional.empty()));
  }

  private void up(Host.Up told) {
    running.computeIfPresent(told.machine(), (machine, booted) -> new Running(booted.boot(), Optional.of(told.address())));
    carryOut(rules.booted(told.machine(), told.boot(), now()));
  }

  private void shutdown(String machine, long boot, Duration killAfter) {
    if (running.containsKey(machine)) running.get(machine).boot().stop().accept(killAfter);
    else ended(machine, boot);
  }

  private void ended(String machine, long boot) {
    running.remove(machine);
    carryOut(rules.ended(machine, boot, now()));
  }

  private Optional<URI> address(Optional<String> machine) {
    return machine.map(List::of).orElseGet(() -> List.copyOf(running.keySet())).stream()
        .filter(rules::isStarted).flatMap(id -> running.get(id).address().stream()).findFirst();
  }

  private Instant now() {
    return clock.instant();
  }
}
