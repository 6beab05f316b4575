package coordbfaas.localfly.rules;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of one machine: its state, its lease, its metadata, and what it was created with.
 *
 * <p>Each boot has a number, counted from 1, so that news of an earlier one is told apart.
 */
final class LocalMachine {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

  /** What a machine is created with and keeps. {@code config} is as sent, without its metadata. */
  record Origin(
      String id, String name, String app, String region, String version, String privateIp, ObjectNode config, Instant createdAt) {
    @Override
    public String toString() {
      return "Origin[" + id + ", " + name + "]";
    }
  }

  private final Origin origin;
  private final Map<String, String> environment;
  private final Duration stopTimeout;
  private final Map<String, String> metadata;

  private MachineStatus status = MachineStatus.CREATED;
  private Instant statusSince;
  private Instant updatedAt;
  private Optional<LocalLease> lease = Optional.empty();
  private long boot;
  private boolean frozen;
  private boolean snapshotLost;

  /** @throws Refused if the configuration is not what Fly takes */
  LocalMachine(Origin origin) {
    this.origin = origin;
    this.environment = GoJson.texts(origin.config, "env");
    this.metadata = new LinkedHashMap<>(GoJson.texts(origin.config, "metadata"));
    this.stopTimeout = GoJson.object(origin.config, "stop_config")
        .flatMap(stop -> GoJson.duration(stop, "timeout")).orElse(STOP_TIMEOUT);
    this.statusSince = origin.createdAt;
    this.updatedAt = origin.createdAt;
  }

  Origin origin() {
    return origin;
  }

  String id() {
    return origin.id;
  }

  MachineStatus status() {
    return status;
  }

  Map<String, String> environment() {
    return environment;
  }

  Duration stopTimeout() {
    return stopTimeout;
  }

  /** When it came to its state. */
  Instant statusSince() {
    return statusSince;
  }

  Effect.Changed to(MachineStatus next, String cause, Instant now) {
    var change = new Effect.Changed(id(), status, next, cause);
    status = next;
    statusSince = now;
    updatedAt = now;
    return change;
  }

  /** The number of the latest boot that was asked for; 0 if there was none. */
  long boot() {
    return boot;
  }

  /** Begins to count a boot that has no memory of those before it. */
  long nextBoot() {
    frozen = false;
    snapshotLost = false;
    return ++boot;
  }

  /** Whether its basher stands still, or did when it ended. */
  boolean isFrozen() {
    return frozen;
  }

  void freeze() {
    frozen = true;
  }

  void thaw() {
    frozen = false;
  }

  /** Whether a frozen basher will not be found again. */
  boolean isSnapshotLost() {
    return snapshotLost;
  }

  void loseSnapshot() {
    snapshotLost = true;
  }

  Optional<LocalLease> lease(Instant now) {
    return lease.filter(held -> !held.isOver(now));
  }

  LocalLease hold(LocalLease next) {
    lease = Optional.of(next);
    return next;
  }

  void release() {
    lease = Optional.empty();
  }

  Map<String, String> metadata() {
    return Map.copyOf(metadata);
  }

  /** Sets a key of the metadata; an empty value removes it. */
  void metadata(String key, String value, Instant now) {
    if (value.isEmpty()) metadata.remove(key);
    else metadata.put(key, value);
    updatedAt = now;
  }

  /** As get, list and create tell it. */
  ObjectNode json() {
    var json = summary();
    json.put("host_status", "ok").set("config", configWithMetadata());
    json.putArray("checks");
    json.putArray("events");
    return json;
  }

  /** As a list tells it that was asked for summaries. */
  ObjectNode summary() {
    var json = JsonNodeFactory.instance.objectNode()
        .put("id", origin.id).put("name", origin.name).put("state", status.word()).put("region", origin.region)
        .put("instance_id", origin.version).put("private_ip", origin.privateIp)
        .put("created_at", origin.createdAt.toString()).put("updated_at", updatedAt.toString());
    return json.set("image_ref", ImageRef.of(origin.config.path("image").asText()).json());
  }

  private ObjectNode configWithMetadata() {
    var config = origin.config.deepCopy();
    if (!metadata.isEmpty()) metadata.forEach(config.putObject("metadata")::put);
    return config;
  }

  /** An image's name in parts. */
  private record ImageRef(String registry, String repository, String tag) {
    private static final String REGISTRY = "docker.io";

    static ImageRef of(String image) {
      var slash = image.indexOf('/');
      var named = slash > 0 && List.of(".", ":").stream().anyMatch(image.substring(0, slash)::contains);
      var path = named ? image.substring(slash + 1) : image;
      var colon = path.lastIndexOf(':');
      return new ImageRef(named ? image.substring(0, slash) : REGISTRY,
          colon < 0 ? path : path.substring(0, colon), colon < 0 ? "latest" : path.substring(colon + 1));
    }

    ObjectNode json() {
      return JsonNodeFactory.instance.objectNode().put("registry", registry).put("repository", repository).put("tag", tag);
    }
  }
}
