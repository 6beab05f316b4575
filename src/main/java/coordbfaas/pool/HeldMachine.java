package coordbfaas.pool;

import coordbfaas.machines.Machine;
import java.util.Optional;

/**
 * What is known of a machine whose lease we hold. Immutable.
 *
 * @param machine as its create or a read told it
 * @param boot the last boot that was seen; empty before the first
 * @param boots how often it was started; tells answers of its worker from those of an earlier boot
 * @param grants how many requests it was granted to
 * @param usedAt the number of the change at which it was granted; 0 if nobody used it since it booted from a clean disk
 * @param doubted whether a start, stop or suspend may yet arrive under the present nonce
 * @param doom why it must be destroyed as soon as nobody holds it; empty if it need not
 * @param sleepless whether its suspend was refused
 * @param outdated whether it boots another image than new machines
 * @param meetsItsMaker until when it is not destroyed, so that the instance that made it beside us learns that it is ours;
 *     empty if there is none
 */
record HeldMachine(
    Machine machine, String boot, long boots, long grants, long usedAt, boolean doubted, Optional<String> doom,
    boolean sleepless, boolean outdated, Optional<Moment> meetsItsMaker) {

  /** One that we made: nobody used it before. */
  static HeldMachine made(Machine machine) {
    return new HeldMachine(machine, "", 0, 0, 0, false, Optional.empty(), false, false, Optional.empty());
  }

  /** One whose past nobody knows: as good as used, and maybe touched by calls that are still on their way. */
  static HeldMachine found(Machine machine, long change, boolean outdated) {
    return new HeldMachine(machine, "", 0, 0, change, false, Optional.empty(), false, outdated, Optional.empty());
  }

  HeldMachine meetingItsMaker(Moment until) {
    return new HeldMachine(machine, boot, boots, grants, usedAt, doubted, doom, sleepless, outdated, Optional.of(until));
  }

  String id() {
    return machine.id();
  }

  boolean isUsed() {
    return usedAt > 0;
  }

  /** Whether it was this machine that answered, in the boot that was seen last. */
  boolean isTheOneOf(WorkerHealth.Healthy answer) {
    return answer.machine().equals(id()) && answer.boot().equals(boot);
  }

  /** It is started; what runs afterwards is a boot that nobody used if {@code fresh}, and else what was before. */
  HeldMachine starting(boolean fresh) {
    var used = fresh ? 0 : usedAt;
    return new HeldMachine(machine, boot, boots + 1, grants, used, doubted, doom, sleepless, outdated, meetsItsMaker);
  }

  HeldMachine booted(String newBoot) {
    return new HeldMachine(machine, newBoot, boots, grants, usedAt, doubted, doom, sleepless, outdated, meetsItsMaker);
  }

  HeldMachine granted(long change) {
    return new HeldMachine(machine, boot, boots, grants + 1, change, doubted, doom, sleepless, outdated, meetsItsMaker);
  }

  HeldMachine withDoubt(boolean doubt) {
    return new HeldMachine(machine, boot, boots, grants, usedAt, doubt, doom, sleepless, outdated, meetsItsMaker);
  }

  HeldMachine whoseSuspendWasRefused() {
    return new HeldMachine(machine, boot, boots, grants, usedAt, doubted, doom, true, outdated, meetsItsMaker);
  }

  /** The first reason stands. */
  HeldMachine doomed(String cause) {
    var first = doom.or(() -> Optional.of(cause));
    return new HeldMachine(machine, boot, boots, grants, usedAt, doubted, first, sleepless, outdated, meetsItsMaker);
  }

  /** What its metadata say outweighs any reason before. */
  HeldMachine condemned(String cause) {
    return new HeldMachine(machine, boot, boots, grants, usedAt, doubted, Optional.of(cause), sleepless, outdated, meetsItsMaker);
  }
}
