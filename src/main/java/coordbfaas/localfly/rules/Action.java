package coordbfaas.localfly.rules;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a call of the Machines API wants: its method and the shape of its path below {@code /v1/apps/{app}/machines}, where a
 * {@code *} is a name of the caller's.
 */
public enum Action {
  LIST("GET", ""),
  CREATE("POST", ""),
  GET("GET", "/*"),
  UPDATE("POST", "/*"),
  DESTROY("DELETE", "/*"),
  START("POST", "/*/start"),
  STOP("POST", "/*/stop"),
  SUSPEND("POST", "/*/suspend"),
  RESTART("POST", "/*/restart"),
  SIGNAL("POST", "/*/signal"),
  CORDON("POST", "/*/cordon"),
  UNCORDON("POST", "/*/uncordon"),
  EVENTS("GET", "/*/events"),
  VERSIONS("GET", "/*/versions"),
  WAIT("GET", "/*/wait"),
  LEASE_READ("GET", "/*/lease"),
  LEASE_ACQUIRE("POST", "/*/lease"),
  LEASE_RELEASE("DELETE", "/*/lease"),
  METADATA_READ("GET", "/*/metadata"),
  METADATA_PATCH("PATCH", "/*/metadata"),
  METADATA_PUT("PUT", "/*/metadata"),
  METADATA_READ_KEY("GET", "/*/metadata/*"),
  METADATA_SET_KEY("POST", "/*/metadata/*"),
  METADATA_REMOVE_KEY("DELETE", "/*/metadata/*");

  private final String method;
  private final String shape;

  Action(String method, String shape) {
    this.method = method;
    this.shape = shape;
  }

  /** The actions of a path, whatever the method; none if Fly has no such path or we do not serve it. */
  public static List<Action> at(List<String> segments) {
    var shape = shape(segments);
    return Stream.of(values()).filter(action -> action.shape.equals(shape)).toList();
  }

  /** The one of some actions that a method stands for. */
  public static Optional<Action> of(List<Action> actions, String method) {
    return actions.stream().filter(action -> action.method.equals(method)).findFirst();
  }

  /** Whether it changes nothing. */
  boolean isRead() {
    return method.equals("GET");
  }

  private static String shape(List<String> segments) {
    var shape = new StringBuilder();
    for (var i = 0; i < segments.size(); i++) shape.append('/').append(i % 2 == 0 ? "*" : segments.get(i));
    return shape.toString();
  }
}
