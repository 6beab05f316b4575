package coordbfaas.localfly.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Map;

/**
 * A machine's configuration, as far as it means something here.
 *
 * @param metadata what it begins with
 * @param json as the API tells it, without the metadata; not to be changed
 */
record MachineConfig(
    String image,
    Map<String, String> environment,
    Map<String, String> metadata,
    Duration stopTimeout,
    RestartPolicy restart,
    boolean autoDestroy,
    ObjectNode json) {

  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

  /**
   * Reads {@code config} of a create or an update.
   *
   * @throws Refused if it is not what Fly takes
   */
  static MachineConfig of(ObjectNode body) {
    var config = GoJson.object(body, "config").orElseThrow(() -> new Refused(400, "invalid_argument: config is required"));
    return new MachineConfig(image(config), GoJson.texts(config, "env"), GoJson.texts(config, "metadata"), stopTimeout(config),
        RestartPolicy.of(config), GoJson.flag(config, "auto_destroy"), told(config));
  }

  private static String image(ObjectNode config) {
    return GoJson.text(config, "image").filter(image -> !image.isBlank())
        .orElseThrow(() -> new Refused(400, "invalid_argument: config.image is required"));
  }

  private static Duration stopTimeout(ObjectNode config) {
    return GoJson.object(config, "stop_config").flatMap(stop -> GoJson.duration(stop, "timeout")).orElse(STOP_TIMEOUT);
  }

  /** Fly tells the sizes that it chose, an {@code init} whether there was one or not, and {@code autostop} in its own way. */
  private static ObjectNode told(ObjectNode config) {
    var told = config.deepCopy();
    told.remove("metadata");
    if (GoJson.object(told, "init").isEmpty()) told.putObject("init");
    told.set("guest", Guest.complete(told));
    GoJson.objects(told, "services").forEach(MachineConfig::tellAutostop);
    return told;
  }

  /** An older form of the API had booleans, and answers still do. */
  private static void tellAutostop(ObjectNode service) {
    var autostop = service.path("autostop");
    if (autostop.isMissingNode() || autostop.isNull() || autostop.isBoolean()) return;
    switch (word(autostop)) {
      case "off" -> service.put("autostop", false);
      case "stop" -> service.put("autostop", true);
      case "suspend" -> { }
      default -> throw new Refused(400, "invalid_argument: invalid autostop, must be off, stop or suspend");
    }
  }

  private static String word(JsonNode autostop) {
    return autostop.isTextual() ? autostop.textValue() : "";
  }

  @Override
  public String toString() {
    return "MachineConfig[" + image + "]";
  }
}
