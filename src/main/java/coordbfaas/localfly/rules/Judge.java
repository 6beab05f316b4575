package coordbfaas.localfly.rules;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Sees everything that happens on a Fly, and says what broke the rules that its users live by:
 *
 * <ul>
 *   <li>between two boots a machine accepts at most one run, those counted that it never answered;
 *   <li>a run is passed only to a machine that is started, in its latest boot;
 *   <li>no two machines of an app bear the same name;
 *   <li>a machine has at most one lease at a time;
 *   <li>while it has one, nothing changes it but calls that bear that lease's nonce, and come from the caller that got it;
 *       one that does not say who it is is believed to be that.
 * </ul>
 *
 * <p>It keeps of the past what it needs, for the machines that are left.
 */
public final class Judge {
  /** Something that must not happen. */
  public record Violation(Instant at, String machine, String what) {}

  private static final int VIOLATIONS_MAX = 1000;
  private static final int BOOTS_KEPT = 8;

  /** The causes of leases that no call makes. */
  private static final Set<String> WITHOUT_CALL = Set.of("steal");

  /** What is known of one machine. */
  private static final class Known {
    private final String app;
    private final String name;
    private final TreeMap<Long, Integer> runs = new TreeMap<>();
    private MachineStatus status = MachineStatus.CREATED;
    private long boot;
    private Optional<Effect.Leased> lease = Optional.empty();
    private String owner = "";

    Known(String app, String name) {
      this.app = app;
      this.name = name;
    }

    Optional<Effect.Leased> lease(Instant now) {
      return lease.filter(held -> now.isBefore(held.until()));
    }

    void boots(long number) {
      boot = number;
      runs.headMap(number - BOOTS_KEPT).clear();
    }
  }

  private final Map<String, Known> machines = new HashMap<>();
  private final Map<Long, String> callers = new HashMap<>();
  private final List<Violation> violations = new ArrayList<>();
  private String latestCaller = "";
  private long entries;
  private long found;

  /** Judges what happened next. */
  public void see(CallLog.Entry entry) {
    entries++;
    switch (entry) {
      case CallLog.Created created      -> created(created);
      case CallLog.Happened happened    -> happened(happened.effect(), happened.at());
      case CallLog.RunPassed passed     -> passed(passed);
      case CallLog.RunAnswered answered -> answered(answered);
      case CallLog.RunLost lost         -> took(lost.machine(), lost.boot(), "may have taken", lost.at());
      case CallLog.Sent sent            -> sent(sent);
      case CallLog.Arrived arrived      -> arrived(arrived);
      case CallLog.Answered answered    -> { }
    }
  }

  private void created(CallLog.Created created) {
    machines.forEach((id, known) -> {
      if (known.app.equals(created.app()) && known.name.equals(created.name()))
        violated(created.at(), created.machine(), "has the name of machine " + id);
    });
    machines.put(created.machine(), new Known(created.app(), created.name()));
  }

  private void happened(Effect effect, Instant now) {
    switch (effect) {
      case Effect.Changed(var machine, var from, var to, var cause) -> changed(machine, to);
      case Effect.Boot(var machine, var boot, var environment)      -> known(machine).ifPresent(known -> known.boots(boot));
      case Effect.Leased leased                                     -> leased(leased, now);
      case Effect.Released(var machine, var lease, var cause)       -> released(machine, lease);
      case Effect.Freeze freeze                                     -> { }
      case Effect.Thaw thaw                                         -> { }
      case Effect.Launch launch                                     -> { }
      case Effect.Shutdown shutdown                                 -> { }
      case Effect.Settle settle                                     -> { }
    }
  }

  private void changed(String machine, MachineStatus to) {
    if (to == MachineStatus.DESTROYED) machines.remove(machine);
    else known(machine).ifPresent(known -> known.status = to);
  }

  private void leased(Effect.Leased lease, Instant now) {
    known(lease.machine()).ifPresent(known -> {
      known.lease(now).filter(held -> held.leaseNumber() != lease.leaseNumber()).ifPresent(held -> violated(now,
          lease.machine(), "got lease " + lease.leaseNumber() + " while lease " + held.leaseNumber() + " goes on"));
      var refreshed = known.lease.filter(held -> held.leaseNumber() == lease.leaseNumber()).isPresent();
      if (!refreshed) known.owner = WITHOUT_CALL.contains(lease.cause()) ? "" : latestCaller;
      known.lease = Optional.of(lease);
    });
  }

  private void released(String machine, long lease) {
    known(machine).ifPresent(known -> known.lease = known.lease.filter(held -> held.leaseNumber() != lease));
  }

  private void sent(CallLog.Sent call) {
    if (call.arrives().isPresent() && !call.caller().isEmpty()) callers.put(call.call(), call.caller());
  }

  private void arrived(CallLog.Arrived call) {
    latestCaller = Optional.ofNullable(callers.remove(call.call())).orElse("");
    if (!call.carriedOut() || call.status().orElse(0) / 100 != 2 || !isFenced(call.action())) return;
    known(call.machine()).ifPresent(known -> known.lease(call.at()).ifPresent(lease -> changed(call, known, lease)));
  }

  private void changed(CallLog.Arrived call, Known known, Effect.Leased lease) {
    if (!bears(call, lease))
      violated(call.at(), call.machine(), call.action() + " without the nonce of lease " + lease.leaseNumber());
    else if (!latestCaller.isEmpty() && !known.owner.isEmpty() && !latestCaller.equals(known.owner))
      violated(call.at(), call.machine(), call.action() + " by " + latestCaller + " under lease " + lease.leaseNumber()
          + ", which " + known.owner + " got");
  }

  /** A thief's nonce is not told when it steals. */
  private static boolean bears(CallLog.Arrived call, Effect.Leased lease) {
    var number = call.lease().orElse(-1);
    return number == lease.leaseNumber() || number == LeaseNumbers.UNKNOWN && lease.cause().equals("steal");
  }

  private static boolean isFenced(Action action) {
    return switch (action) {
      case UPDATE, DESTROY, START, STOP, SUSPEND, RESTART, CORDON, UNCORDON, LEASE_ACQUIRE, LEASE_RELEASE -> true;
      case LIST, CREATE, GET, EVENTS, VERSIONS, WAIT, LEASE_READ, SIGNAL, METADATA_READ, METADATA_PATCH, METADATA_PUT,
          METADATA_READ_KEY, METADATA_SET_KEY, METADATA_REMOVE_KEY -> false;
    };
  }

  private void passed(CallLog.RunPassed run) {
    var known = machines.get(run.machine());
    if (known == null) violated(run.at(), run.machine(), "got a run, but does not exist");
    else if (known.status != MachineStatus.STARTED) violated(run.at(), run.machine(), "got a run while " + known.status.word());
    else if (known.boot != run.boot())
      violated(run.at(), run.machine(), "got a run in boot " + run.boot() + ", but is in boot " + known.boot);
  }

  /** The answer may come when the machine is on its way down, or in its next boot already. */
  private void answered(CallLog.RunAnswered run) {
    if (run.status() / 100 == 2) took(run.machine(), run.boot(), "accepted", run.at());
  }

  private void took(String machine, long boot, String word, Instant now) {
    known(machine).filter(known -> known.runs.merge(boot, 1, Integer::sum) > 1)
        .ifPresent(known -> violated(now, machine, word + " another run in boot " + boot));
  }

  private Optional<Known> known(String machine) {
    return Optional.ofNullable(machines.get(machine));
  }

  private void violated(Instant at, String machine, String what) {
    found++;
    if (violations.size() < VIOLATIONS_MAX) violations.add(new Violation(at, machine, what));
  }

  /** How many runs a machine took in a boot, or may have taken; of its latest boots only. */
  public int runs(String machine, long boot) {
    return known(machine).map(known -> known.runs.getOrDefault(boot, 0)).orElse(0);
  }

  /** The first thousand of what was found. */
  public List<Violation> violations() {
    return List.copyOf(violations);
  }

  /** How many were found. */
  public long found() {
    return found;
  }

  /** How many entries were seen. */
  public long entries() {
    return entries;
  }
}
