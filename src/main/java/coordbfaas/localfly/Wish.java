package coordbfaas.localfly;

import coordbfaas.localfly.rules.Fault;

/** What the admin port may want of the machines and of what goes wrong with them. */
sealed interface Wish {
  record ListFaults() implements Wish {}

  record AddFault(Fault fault) implements Wish {}

  record RemoveFault(long number) implements Wish {}

  record RemoveFaults() implements Wish {}

  /** The machine's main process ends by itself. */
  record Kill(String machine) implements Wish {}

  /** @param last how many of the newest entries */
  record ReadLog(int last) implements Wish {}

  record ReadVerdict() implements Wish {}
}
