package coordbfaas.basher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/**
 * Two network namespaces and a wire between them: scripts run in one, with the firewall, and everybody else is in the other. No
 * packet leaves this computer. Needs root, iproute2 and nft.
 */
final class TestNetwork implements AutoCloseable {
  /** An address of the side where scripts run. */
  static final String OWN = "8.8.4.4";

  /** A listener of the server's, where scripts run. */
  static final int OWN_PORT = 8001;

  /** A name, and the address that the resolver at 1.1.1.1 knows for it. */
  static final String NAME = "name.example";
  static final String NAMED = "93.184.216.34";

  private static final String LISTENER = """
      use Socket;
      socket(S, 10, 1, 0); setsockopt(S, 41, 26, 0);
      bind(S, pack('S n N a16 N', 10, $ARGV[0], 0, "\\0" x 16, 0)) && listen(S, 100) or die "$!";
      syswrite(STDOUT, "up\\n");
      while (accept(C, S)) { close(C) }
      """;

  /** Listens at 1.1.1.1, and answers every question for an IPv4 address with one, all others with nothing. */
  private static final String RESOLVER = """
      use Socket;
      socket(S, 2, 2, 0); bind(S, sockaddr_in(53, inet_aton(q(1.1.1.1)))) or die "$!";
      syswrite(STDOUT, "up\\n");
      while (my $from = recv(S, my $question, 512, 0)) {
        my $asked = substr($question, 12);
        $asked =~ /^((?:[^\\0].*?)?\\0)(..)../s or next;
        my $short = length($1) + 4;
        my $known = unpack('n', $2) == 1;
        my $answer = $known ? pack('n n n N n a4', 0xC00C, 1, 1, 60, 4, inet_aton($ARGV[0])) : '';
        send(S, substr($question, 0, 2) . pack('n5', 0x8180, 1, $known, 0, 0) . substr($asked, 0, $short) . $answer, 0, $from);
      }
      """;

  private final List<Process> processes = new ArrayList<>();
  private final Process scripts;
  private final Process others;

  private TestNetwork(List<String> othersAddresses) throws Exception {
    scripts = namespace();
    others = namespace();
    run("ip", "link", "add", "v0", "netns", pid(scripts), "type", "veth", "peer", "name", "v1", "netns", pid(others));
    set(scripts, "v0", List.of(OWN, "2001:4860:4860::1"));
    set(others, "v1", othersAddresses);
    serve(scripts, LISTENER, Integer.toString(OWN_PORT));
    serve(others, LISTENER, "80");
    serve(others, RESOLVER, NAMED);
  }

  /** A network in which everybody else has these addresses, and listens at port 80 of each. */
  static TestNetwork of(List<String> othersAddresses) throws Exception {
    return new TestNetwork(othersAddresses);
  }

  private Process namespace() throws IOException {
    var process = start(List.of("unshare", "--net", "cat"));
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
    if (process.getInputStream().read() != '\n') throw new IOException("no network namespace: is this root?");
    return process;
  }

  private void set(Process namespace, String link, List<String> addresses) throws Exception {
    var batch = new StringBuilder("link set lo up\nlink set " + link + " up\n");
    for (var address : addresses)
      batch.append("addr add ").append(address).append(address.contains(":") ? "/128 nodad" : "/32")
          .append(" dev ").append(link).append('\n');
    batch.append("route add default dev ").append(link).append("\nroute add ::/0 dev ").append(link).append('\n');
    var file = Files.createTempFile("bfaas-test-", ".ip");
    try {
      Files.writeString(file, batch);
      run(inside(namespace, "ip", "-batch", file.toString()));
    } finally {
      Files.delete(file);
    }
  }

  private void serve(Process namespace, String perl, String argument) throws IOException {
    var server = start(inside(namespace, "perl", "-e", perl, argument));
    if (server.getInputStream().read() != 'u')
      throw new IOException("does not serve: " + new String(server.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
  }

  /** Raises the firewall there, as workers do. */
  void guard(int firstUid, int lastUid) throws IOException {
    var nft = start(inside(scripts, "nft", "-i"));
    var rules = Firewall.table("coordbfaas_test", firstUid, lastUid) + "\nlist tables\n";
    nft.getOutputStream().write(rules.getBytes(StandardCharsets.UTF_8));
    nft.getOutputStream().flush();
    if (nft.getInputStream().read() != 't')
      throw new IOException("no firewall: " + new String(nft.getErrorStream().readNBytes(200), StandardCharsets.UTF_8));
  }

  /** What a contained script writes to stdout and stderr there. */
  String outputOf(String script, Sandbox sandbox) throws Exception {
    var uid = sandbox.takeUid();
    try (var server = new ForkServer(inside(scripts))) {
      return Contained.ran(server, sandbox.walls(uid), script).output();
    } finally {
      uid.ifPresent(ScriptUids.SHARED::give);
    }
  }

  private static List<String> inside(Process namespace, String... command) {
    var whole = new ArrayList<>(List.of("nsenter", "--net=/proc/" + pid(namespace) + "/ns/net"));
    whole.addAll(List.of(command));
    return whole;
  }

  private static String pid(Process process) {
    return Long.toString(process.pid());
  }

  private Process start(List<String> command) throws IOException {
    var process = new ProcessBuilder(command).start();
    processes.add(process);
    return process;
  }

  private void run(String... command) throws Exception {
    run(List.of(command));
  }

  private void run(List<String> command) throws Exception {
    var process = start(command);
    var complaint = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) throw new IOException(String.join(" ", command) + ": " + complaint);
  }

  /** Ends all that is in it; the namespaces and the wire go with the last process. */
  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
    processes.forEach(process -> process.onExit().join());
  }
}
