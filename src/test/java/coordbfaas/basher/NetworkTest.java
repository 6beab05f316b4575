package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.settings.Containment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With real sockets, in a network of namespaces; see {@link TestNetwork} for what it needs. */
@DisplayName("The network of a script")
@Timeout(120)
class NetworkTest {
  private static final List<String> PUBLIC = List.of(
      TestNetwork.NAMED, "1.1.1.1", "172.15.255.254", "11.0.0.1", "2606:4700:4700::1111");

  private static final List<String> NOT_PUBLIC = List.of("10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.1", "100.64.0.1",
      "169.254.169.254", "192.0.2.1", "198.18.0.1", "fdaa::1", "fdaa::3", "fc00::1", "fe80::1", "2002:a00:1::1",
      "64:ff9b::a00:1");

  private static TestNetwork network;

  @BeforeAll
  static void build() throws Exception {
    var all = new ArrayList<>(PUBLIC);
    all.addAll(NOT_PUBLIC);
    network = TestNetwork.of(all);
    var first = Contained.containment(Map.of()).uidBase();
    network.guard(first, first + Containment.UIDS / 2 - 1);
  }

  @AfterAll
  static void tearDown() {
    if (network != null) network.close();
  }

  @Test
  void isAllThatIsPublicAndNothingElse() throws Exception {
    var reached = reached("internet");
    PUBLIC.forEach(address -> assertThat(reached).containsEntry(address, true));
    NOT_PUBLIC.forEach(address -> assertThat(reached).containsEntry(address, false));
  }

  @Test
  void isNotThisComputersOwnAddresses() throws Exception {
    for (var own : List.of("127.0.0.1", "127.9.9.9", "::1", TestNetwork.OWN, "2001:4860:4860::1", "0.0.0.0",
        "::ffff:127.0.0.1")) {
      assertThat(output(reach(own, TestNetwork.OWN_PORT), "internet")).as(own).isEqualTo("refused\n");
      assertThat(output(reach(own, TestNetwork.OWN_PORT), "all")).as(own).isEqualTo("reached\n");
    }
  }

  @Test
  void knowsNamesByPublicResolvers() throws Exception {
    assertThat(output("getent ahostsv4 " + TestNetwork.NAME + " | head -1", "internet")).startsWith(TestNetwork.NAMED + " ");
  }

  @Test
  void isAllThatTheWorkerReachesIfThatIsAskedFor() throws Exception {
    assertThat(reached("all").values()).doesNotContain(false);
  }

  @Test
  void isNothingButAnEmptyLoopbackIfThatIsAskedFor() throws Exception {
    assertThat(reached("none").values()).doesNotContain(true);
    assertThat(output("grep -c : /proc/net/dev; (exec 3<>/dev/tcp/127.0.0.1/" + TestNetwork.OWN_PORT + ")", "none"))
        .startsWith("1\n").contains("Connection refused");
  }

  /** UDP has no handshake that could fail: a sendto is refused at once. */
  @Test
  void sendsNoDatagramToWhatIsNotPublic() throws Exception {
    var send = "perl -e 'use Socket; socket(S, 2, 2, 0);"
        + " print send(S, q(x), 0, sockaddr_in(53, inet_aton($ARGV[0]))) ? q(sent) : qq($!)' ";
    assertThat(output(send + "10.0.0.1", "internet")).isEqualTo("Operation not permitted");
    assertThat(output(send + "1.1.1.1", "internet")).isEqualTo("sent");
  }

  private static Map<String, Boolean> reached(String kind) throws Exception {
    var script = new StringBuilder(
        "try() { timeout 5 bash -c \"exec 3<>/dev/tcp/$1/80\" 2>/dev/null && echo $1 yes || echo $1 no; }\n");
    for (var list : List.of(PUBLIC, NOT_PUBLIC)) for (var address : list)
      script.append("try ").append(address).append(address.startsWith("fe80") ? "%v0" : "").append(" &\n");
    script.append("wait");
    var reached = new LinkedHashMap<String, Boolean>();
    for (var line : output(script.toString(), kind).lines().toList())
      reached.put(line.split(" ")[0].replace("%v0", ""), line.endsWith("yes"));
    assertThat(reached).hasSize(PUBLIC.size() + NOT_PUBLIC.size());
    return reached;
  }

  private static String reach(String address, int port) {
    return "timeout 5 bash -c 'exec 3<>/dev/tcp/" + address + "/" + port + "' 2>/dev/null && echo reached || echo refused";
  }

  private static String output(String script, String kind) throws Exception {
    return network.outputOf(script, Contained.sandbox(Map.of("NETWORK", kind)));
  }
}
