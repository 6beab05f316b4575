package coordbfaas.cli;

/**
 * What {@code bfaas run} exits with when it is not the script's own code that it passes on: those of {@code sysexits.h}, and what
 * a shell says of a deadline and of signals. {@code bfaas run --help} tells them to people.
 */
final class ExitCode {
  /** Wrong use of the command line. */
  static final int USAGE = 64;

  /** The request is larger than it may be, or the server refuses it as it is: trying again is of no use. */
  static final int REFUSED = 65;

  /** Stdin or a file cannot be read. */
  static final int NO_INPUT = 66;

  /** The server cannot be reached, or has no worker that can be. */
  static final int UNAVAILABLE = 69;

  /** The output cannot be written. */
  static final int NO_OUTPUT = 74;

  /** The server refuses for now: it is full, going down, or the client is over its rate. */
  static final int LATER = 75;

  /** The answer broke off, or is none of this API: how the run ended is not known. */
  static final int UNKNOWN_END = 76;

  /** The deadline came, before the run began or in the midst of it. */
  static final int DEADLINE = 124;

  /** Whoever read the output has left: what a shell says of a process that SIGPIPE ended. */
  static final int BROKEN_PIPE = 141;

  private ExitCode() {}
}
