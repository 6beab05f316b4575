package coordbfaas.localfly;

import coordbfaas.localfly.rules.Fault;
import coordbfaas.localfly.rules.Misfortune;
import coordbfaas.machines.HostStatus;
import java.time.Duration;

/** What the admin port may want of the machines and of what goes wrong with them. */
sealed interface Wish {
  record ListFaults() implements Wish {}

  record AddFault(Fault fault) implements Wish {}

  record RemoveFault(long number) implements Wish {}

  record RemoveFaults() implements Wish {}

  record Befall(String machine, Misfortune misfortune) implements Wish {}

  record SetHostStatus(String machine, HostStatus status) implements Wish {}

  /** Get and list tell the machines as they were so long ago. */
  record LagReads(Duration lag) implements Wish {}

  record ListMachines() implements Wish {}

  /** @param last how many of the newest entries */
  record ReadLog(int last) implements Wish {}

  record ReadVerdict() implements Wish {}
}
