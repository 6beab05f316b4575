package coordbfaas.facts;

import java.util.List;

/** The words for calls of the Machines API and what becomes of them: few, so that each can be counted apart. */
public final class ApiCalls {
  /** What is asked of the API. */
  public static final List<String> ACTIONS = List.of("list", "create", "get", "start", "stop", "suspend", "wait", "destroy",
      "read lease", "acquire lease", "refresh lease", "release lease");

  /** What an attempt comes to: an answer's status or its class, or why there was none that can be read. */
  public static final List<String> STATUSES = List.of("2xx", "401", "403", "404", "408", "409", "412", "422", "429", "4xx", "5xx",
      "malformed", "not-sent", "lost");

  private ApiCalls() {}

  /** The word for a status of 300 or more. */
  public static String refused(int status) {
    var exact = Integer.toString(status);
    if (STATUSES.contains(exact)) return exact;
    return status >= 500 ? "5xx" : "4xx";
  }
}
