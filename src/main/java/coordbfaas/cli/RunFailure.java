package coordbfaas.cli;

/** Why there is no exit code of the script to pass on: one line for people, and the code that stands for it. */
final class RunFailure extends Exception {
  private final int exitCode;

  RunFailure(int exitCode, String message) {
    super(message, null, false, false);
    this.exitCode = exitCode;
  }

  int exitCode() {
    return exitCode;
  }
}
