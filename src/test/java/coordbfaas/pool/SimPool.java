package coordbfaas.pool;

import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/** One run of a coordinator, as far as its pool is concerned: the pool's actor, and what befalls the process around it. */
final class SimPool {
  private final int number;
  private final int lane;
  private final PoolSettings settings;
  private ActorRef<PoolSupervisor.Command> actor;
  private Optional<Instance> instance = Optional.empty();
  private SimWeather weather = SimWeather.CLEAR;
  private Duration wallIsAhead;
  private Duration steadyIsBehind = Duration.ZERO;
  private Duration pausedSince = Duration.ZERO;
  private boolean paused;
  private boolean freezes;
  private boolean cutOff;
  private boolean gone;
  private boolean closing;

  /**
   * Its process starts.
   *
   * @param number tells it from all others of the story
   * @param wallIsAhead how far its wall clock is ahead of Fly's
   * @param freezes whether a pause stops its steady clock, as that of a computer which sleeps; else its wall clock may be set
   */
  SimPool(int number, int lane, PoolSettings settings, Duration wallIsAhead, boolean freezes) {
    this.number = number;
    this.lane = lane;
    this.settings = settings;
    this.wallIsAhead = wallIsAhead;
    this.freezes = freezes;
  }

  void begins(ActorRef<PoolSupervisor.Command> actor) {
    this.actor = actor;
  }

  ActorRef<PoolSupervisor.Command> actor() {
    return actor;
  }

  /** Later ones have higher numbers. */
  int number() {
    return number;
  }

  String name() {
    return settings.name();
  }

  int lane() {
    return lane;
  }

  PoolSettings settings() {
    return settings;
  }

  // ---- who it is ----

  /** It said so, in a claim or the description of a lease. */
  void is(Instance instance) {
    this.instance = Optional.of(instance);
  }

  Optional<Instance> instance() {
    return instance;
  }

  boolean isOfThePoolOf(SimPool other) {
    return name().equals(other.name());
  }

  // ---- what befalls it ----

  SimWeather weather() {
    return weather;
  }

  void weatherIs(SimWeather next) {
    weather = next;
  }

  boolean isCutOff() {
    return cutOff;
  }

  void isCutOff(boolean cut) {
    cutOff = cut;
  }

  boolean isPaused() {
    return paused;
  }

  void pauses(Duration now) {
    paused = true;
    pausedSince = now;
  }

  void goesOn(Duration now) {
    if (paused && freezes) steadyIsBehind = steadyIsBehind.plus(now.minus(pausedSince));
    paused = false;
  }

  /** Its wall clock is set forth or back; not if the other one cannot be relied on either. */
  void wallIsSet(Duration ahead) {
    if (!freezes) wallIsAhead = wallIsAhead.plus(ahead);
  }

  Duration wallIsAhead() {
    return wallIsAhead;
  }

  Duration steadyIsBehind() {
    return steadyIsBehind;
  }

  boolean isClosing() {
    return closing;
  }

  void closes() {
    closing = true;
  }

  /** Whether it crashed, or ended. */
  boolean isGone() {
    return gone;
  }

  void isNoMore() {
    gone = true;
    paused = false;
  }

  /** Whether what it was sent is handled. */
  boolean isRunning() {
    return !gone && !paused;
  }

  @Override
  public String toString() {
    return name() + "#" + number;
  }
}
