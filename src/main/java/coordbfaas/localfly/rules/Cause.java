package coordbfaas.localfly.rules;

import java.util.Locale;
import java.util.Optional;

/** Why a machine's state changed, and the event that tells of it. */
enum Cause {
  CREATE("launch", "flyd"), LAUNCH_FAILED("launch", "flyd"), BOOTED("start", "flyd"), START("start", "user"),
  SUSPEND("suspend", "user"), SUSPENDED("suspend", "flyd"), RESUMED("start", "flyd"), STOP("stop", "user"),
  RESTART("restart", "user"), RESTARTED("restart", "flyd"), UPDATE("update", "user"), UPDATED("update", "flyd"),
  DESTROY("destroy", "user"), AUTO_DESTROY("destroy", "flyd"), DESTROYED("destroy", "flyd"), CLOSE("stop", "flyd"),
  /** The main process ended by itself: the event {@code exit} tells of it, with more than a state. */
  EXITED("", ""),
  /** The main process ended because it was told to. */
  ENDED("", "");

  private final String eventType;
  private final String source;

  Cause(String eventType, String source) {
    this.eventType = eventType;
    this.source = source;
  }

  /** As it stands in logs. */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Fly's word for the event; empty if the change is part of another event. */
  Optional<String> eventType() {
    return Optional.of(eventType).filter(type -> !type.isEmpty());
  }

  /** Who caused it: the caller of the API, or Fly's own daemon. */
  String source() {
    return source;
  }
}
