package coordbfaas.localfly.rules;

import com.fasterxml.jackson.databind.node.ObjectNode;
import coordbfaas.machines.HostStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is known of one machine: its state, its boots, its lease, its metadata, its versions and its events. */
final class LocalMachine {
  /** What a machine is created with and keeps. */
  record Origin(String id, String name, String app, String region, String privateIp, Instant createdAt) {}

  /** A configuration that it has or had, under its instance id. */
  record Version(String id, MachineConfig config) {}

  // An update makes a version; those that can still be told apart and read are so many.
  private static final int VERSIONS_MAX = 50;

  private final Origin origin;
  private final Ids ids;

  private List<Version> versions;
  private Map<String, String> metadata;
  private EventLog events = EventLog.EMPTY;
  private MachineStatus status = MachineStatus.CREATED;
  private Instant statusSince;
  private Instant updatedAt;
  private MachineStatus afterUpdate = MachineStatus.CREATED;
  private LocalBoot boot = LocalBoot.NONE;
  private long restarts;
  private Optional<LocalLease> lease = Optional.empty();
  private HostStatus hostStatus = HostStatus.OK;
  private boolean cordoned;
  private boolean launchFails;

  LocalMachine(Origin origin, MachineConfig config, Ids ids) {
    this.origin = origin;
    this.ids = ids;
    this.versions = List.of(new Version(ids.ulid(origin.createdAt), config));
    this.metadata = config.metadata();
    this.statusSince = origin.createdAt;
    this.updatedAt = origin.createdAt;
    tell("launch", status.word(), "user", Optional.empty(), origin.createdAt);
  }

  private LocalMachine(LocalMachine other) {
    origin = other.origin;
    ids = other.ids;
    versions = other.versions;
    metadata = other.metadata;
    events = other.events;
    status = other.status;
    statusSince = other.statusSince;
    updatedAt = other.updatedAt;
    afterUpdate = other.afterUpdate;
    boot = other.boot;
    restarts = other.restarts;
    lease = other.lease;
    hostStatus = other.hostStatus;
    cordoned = other.cordoned;
    launchFails = other.launchFails;
  }

  /** The machine as it is now, which will not change with this one. */
  LocalMachine copy() {
    return new LocalMachine(this);
  }

  MachineNow now(Instant now) {
    return new MachineNow(origin.app, origin.id, origin.name, status, boot(), lease(now).map(held ->
        new MachineNow.Lease(held.number(), Duration.between(now, held.expiresAt()), held.description().orElse(""))));
  }

  Origin origin() {
    return origin;
  }

  String id() {
    return origin.id;
  }

  // ---- its state and its events ----

  MachineStatus status() {
    return status;
  }

  /** When it came to its state. */
  Instant statusSince() {
    return statusSince;
  }

  Instant updatedAt() {
    return updatedAt;
  }

  Effect.Changed to(MachineStatus next, Cause cause, Instant now) {
    var change = new Effect.Changed(id(), status, next, cause.word());
    status = next;
    statusSince = now;
    updatedAt = now;
    cause.eventType().ifPresent(type -> tell(type, status.word(), cause.source(), Optional.empty(), now));
    return change;
  }

  EventLog events() {
    return events;
  }

  /** Has its events tell that its main process ended. To Fly that is {@code stopped}, whatever the machine is to become. */
  void exited(ObjectNode request, Instant now) {
    tell("exit", MachineStatus.STOPPED.word(), "flyd", Optional.of(request), now);
  }

  private void tell(String type, String state, String source, Optional<ObjectNode> request, Instant now) {
    events = events.with(new EventLog.Event(ids.ulid(now), type, state, source, now, request));
  }

  // ---- its boots ----

  /** The number of the latest boot that was asked for; 0 if there was none. */
  long boot() {
    return boot.number();
  }

  LocalBoot.Phase phase() {
    return boot.phase();
  }

  /** Counts a boot that has no memory of those before it. */
  long nextBoot() {
    boot = boot.next();
    return boot.number();
  }

  void phase(LocalBoot.Phase next) {
    boot = boot.to(next);
  }

  boolean isFrozen() {
    return phase() == LocalBoot.Phase.FROZEN;
  }

  boolean isSnapshotLost() {
    return boot.snapshotLost();
  }

  void loseSnapshot() {
    boot = boot.withoutSnapshot();
  }

  boolean isKilled() {
    return boot.killed();
  }

  void kill() {
    boot = boot.beingKilled();
  }

  /** How often it was restarted since somebody last had it boot. */
  long restarts() {
    return restarts;
  }

  void restarts(long count) {
    restarts = count;
  }

  /** Whether its next launch fails; asked once, for that launch. */
  boolean launchFails() {
    var fails = launchFails;
    launchFails = false;
    return fails;
  }

  void failLaunch() {
    launchFails = true;
  }

  // ---- its configuration ----

  /** The instance id. */
  String version() {
    return versions.getFirst().id();
  }

  MachineConfig config() {
    return versions.getFirst().config();
  }

  /** Newest first. */
  List<Version> versions() {
    return versions;
  }

  /** Takes another configuration, its metadata included. */
  void update(MachineConfig next, MachineStatus after, Instant now) {
    var all = new ArrayList<>(List.of(new Version(ids.ulid(now), next)));
    all.addAll(versions);
    versions = List.copyOf(all.subList(0, Math.min(all.size(), VERSIONS_MAX)));
    metadata = next.metadata();
    afterUpdate = after;
    updatedAt = now;
  }

  /** The state that the latest update is to end in. */
  MachineStatus afterUpdate() {
    return afterUpdate;
  }

  Map<String, String> metadata() {
    return metadata;
  }

  /** Sets keys of the metadata and leaves the others; an empty value removes one. */
  void metadata(Map<String, String> patch, Instant now) {
    var patched = new LinkedHashMap<>(metadata);
    patched.putAll(patch);
    patched.values().removeIf(String::isEmpty);
    metadata = Collections.unmodifiableMap(patched);
    updatedAt = now;
  }

  // ---- its lease, its host ----

  Optional<LocalLease> lease(Instant now) {
    return lease.filter(held -> !held.isOver(now));
  }

  void hold(LocalLease next) {
    lease = Optional.of(next);
  }

  void release() {
    lease = Optional.empty();
  }

  HostStatus hostStatus() {
    return hostStatus;
  }

  void hostStatus(HostStatus next) {
    hostStatus = next;
  }

  boolean isCordoned() {
    return cordoned;
  }

  void cordon(boolean on) {
    cordoned = on;
  }
}
