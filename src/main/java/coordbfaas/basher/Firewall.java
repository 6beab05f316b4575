package coordbfaas.basher;

import java.util.List;

/**
 * The rules that keep scripts from all that is not public, in the words of {@code nft}. Pure.
 *
 * <p>They go by the uid of whoever owns a socket, and so need no network namespace and no address of their own: the script uses
 * the computer's network, and no packet of it leaves for an address that is not public.
 *
 * @see <a href="https://www.iana.org/assignments/iana-ipv4-special-registry">IANA: special IPv4 addresses</a>
 * @see <a href="https://www.iana.org/assignments/iana-ipv6-special-registry">IANA: special IPv6 addresses</a>
 */
final class Firewall {
  /** What every table of ours begins with. */
  static final String TABLE_PREFIX = "coordbfaas_";

  /** This network, private, CGNAT, loopback, link-local with the metadata address, protocols, examples, relays, benchmarks,
   * multicast, reserved and broadcast. */
  private static final List<String> NOT_PUBLIC_4 = List.of("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8",
      "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
      "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3");

  /** All that is assigned and global so far; the rest (loopback, ULA, link-local, multicast, mapped addresses) lies outside. */
  private static final String PUBLIC_6 = "2000::/3";

  /** Of those: protocols and Teredo, examples, 6to4, which leads to IPv4 addresses, and examples again. */
  private static final List<String> NOT_PUBLIC_6 = List.of("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

  private Firewall() {}

  /**
   * A table that goes when the process ends that made it, and that nobody else can change or flush, in one line.
   *
   * @param first the first uid that it holds for
   * @param last the last one
   */
  static String table(String name, int first, int last) {
    return ("add table inet %s { flags owner; "
        // A reset ends a connect at once; what ICMP tells of it is tried again after a second.
        + "chain refused { meta l4proto tcp reject with tcp reset; reject with icmpx type admin-prohibited; }; "
        + "chain scripts { "
        + "ip daddr { %s } goto refused; "
        + "ip6 daddr != %s goto refused; "
        + "ip6 daddr { %s } goto refused; "
        + "fib daddr type { local, broadcast, anycast, multicast } goto refused; "
        + "tcp flags & (syn | ack) == (syn | ack) drop; " // nobody is served; SYN cookies are no uid's: see SystemCallFilter
        + "}; "
        + "chain output { type filter hook output priority 0; policy accept; meta skuid %d-%d jump scripts; }; }")
        .formatted(name, String.join(", ", NOT_PUBLIC_4), PUBLIC_6, String.join(", ", NOT_PUBLIC_6), first, last);
  }
}
