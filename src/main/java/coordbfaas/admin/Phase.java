package coordbfaas.admin;

import java.util.Locale;

/** A stretch of time in the life of a request or a machine, whose lengths are counted. */
enum Phase {
  /** A request: from its acceptance to the grant, or to its end without one. */
  QUEUE,
  /** A machine: from its create, start or resume to its being healthy. */
  BOOT,
  /** A request: from the grant to the worker's answer. */
  FIRST_BYTE,
  /** A request: from the worker's answer to the run's end. */
  RUN,
  /** A machine: from the end of its grant to its being stopped. */
  RESET;

  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
