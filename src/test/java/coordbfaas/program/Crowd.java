package coordbfaas.program;

import coordbfaas.outside.Eventually;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Clients that run one script after another, each on a coordinator of its own until that fails it or it has served it for a
 * while, then on the next; and keep count of what they were told. Each script looks for what another one left behind, and
 * says a word that nobody else says.
 */
final class Crowd implements AutoCloseable {
  /** What came of a script. */
  enum Answer {
    /** It ran, and its output and exit are its own. */
    SERVED,
    /** It was refused: 502, 503 or 504. */
    REFUSED,
    /** Its answer ends in an exit, but not its own: the worker was lost, or the deadline came. */
    BROKEN_OFF,
    /** Nobody listened, or the connection was cut. */
    CUT,
    /** There was no answer in time, or no end of it. */
    SILENCE,
    /** What must never be. */
    WRONG
  }

  private static final Duration PATIENCE = Duration.ofSeconds(14);
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final int STAYS = 10;
  private static final Pattern EXIT = Pattern.compile("event: exit\ndata: \\{\"code\":(\\d+),\"reason\":\"([a-z-]+)\"");
  private static final Pattern STDOUT = Pattern.compile("event: stdout\ndata: \"([^\"]*)\"");

  private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final List<Member> members;
  private final List<Thread> clients;
  private final Map<Answer, Integer> counts = new ConcurrentSkipListMap<>();
  private final Map<String, Integer> servedBy = new ConcurrentHashMap<>();
  private final List<String> notServed = new CopyOnWriteArrayList<>();
  private volatile boolean over;

  Crowd(int clients, List<Member> members) {
    this.members = members;
    this.clients = IntStream.range(0, clients)
        .mapToObj(number -> Thread.ofPlatform().daemon().start(() -> runScripts(number))).toList();
  }

  private void runScripts(int client) {
    var first = client;
    for (var round = 0; !over; round++) {
      var member = members.get(first % members.size());
      var answer = runScript(member, "c" + client + "r" + round + "x" + ThreadLocalRandom.current().nextInt(1 << 30));
      if (answer != Answer.SERVED && answer != Answer.REFUSED || round % STAYS == STAYS - 1) first++;
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private Answer runScript(Member member, String word) {
    var code = ThreadLocalRandom.current().nextInt(100);
    var script = "ls -A . /tmp | grep trace; touch trace /tmp/trace; sleep 0.1; echo " + word + "; exit " + code;
    var answer = send(member, word, script, code);
    counts.merge(answer, 1, Integer::sum);
    if (answer == Answer.SERVED) servedBy.merge(member.pool(), 1, Integer::sum);
    return answer;
  }

  private Answer send(Member member, String word, String script, int code) {
    try {
      var base = "http://127.0.0.1:" + member.address().getPort();
      var request = HttpRequest.newBuilder(URI.create(base + "/run")).POST(HttpRequest.BodyPublishers.ofString(script)).build();
      var answer = http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
      try {
        return noted(member, word, judged(answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS), word, code));
      } catch (TimeoutException silent) {
        answer.cancel(true);
        return noted(member, word, Answer.SILENCE);
      }
    } catch (ExecutionException failure) {
      var cause = failure.getCause();
      return noted(member, word + " " + cause, cause instanceof IOException ? Answer.CUT : Answer.WRONG);
    } catch (AssertionError notServing) { // it has ended, or does not serve yet
      return Answer.CUT;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return Answer.WRONG;
    }
  }

  private Answer judged(HttpResponse<String> answer, String word, int code) {
    return switch (answer.statusCode()) {
      case 200 -> judged(answer.body(), word, code);
      case 502, 503, 504 -> Answer.REFUSED;
      default -> wrong(word, "status " + answer.statusCode());
    };
  }

  private Answer judged(String events, String word, int code) {
    var exits = EXIT.matcher(events).results().toList();
    if (exits.size() != 1) return wrong(word, "not one exit: " + events);
    var out = STDOUT.matcher(events).results().map(match -> match.group(1)).reduce("", String::concat);
    if (!exits.getFirst().group(2).equals("exited"))
      return out.isEmpty() || out.equals(word + "\\n") ? Answer.BROKEN_OFF : wrong(word, "others' output: " + events);
    var own = out.equals(word + "\\n") && exits.getFirst().group(1).equals(Integer.toString(code)) && !events.contains("stderr");
    return own ? Answer.SERVED : wrong(word, "not its own output: " + events);
  }

  private Answer wrong(String word, String why) {
    notServed.add(word + " " + why);
    return Answer.WRONG;
  }

  private Answer noted(Member member, String what, Answer answer) {
    if (answer != Answer.SERVED) notServed.add(member.pool() + " " + what + " " + answer);
    return answer;
  }

  /** Waits until that many more scripts were served than now. */
  void isServed(int more) {
    var goal = count(Answer.SERVED) + more;
    Eventually.within(Duration.ofSeconds(60), "served " + more + " more", () -> count(Answer.SERVED) >= goal);
  }

  /** Waits until a coordinator has served that many more scripts than now. */
  void isServedBy(Member member, int more) {
    var goal = servedBy.getOrDefault(member.pool(), 0) + more;
    Eventually.within(Duration.ofSeconds(60), "served " + more + " more by " + member.pool(), () ->
        servedBy.getOrDefault(member.pool(), 0) >= goal);
  }

  /** Goes on for a time; not at all if it is negative. */
  void goesOn(Duration time) {
    var start = System.nanoTime();
    Eventually.within(time.plusSeconds(60), "the time is over", () -> System.nanoTime() - start >= time.toNanos());
  }

  int count(Answer answer) {
    return counts.getOrDefault(answer, 0);
  }

  /** What was told, and how often. */
  Map<Answer, Integer> counts() {
    return Map.copyOf(counts);
  }

  /** What was not served, and how it went. */
  List<String> notServed() {
    return notServed;
  }

  /** Ends when the scripts that are under way have. */
  @Override
  public void close() {
    over = true;
    for (var client : clients) Eventually.ended(client, PATIENCE.plusSeconds(5));
    http.shutdownNow();
  }
}
