package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import coordbfaas.outside.RawClient;
import coordbfaas.program.RunProcesses;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Holds a coordinator's answers against {@code docs/openapi.yaml}. */
@DisplayName("The public API's description")
@Timeout(120)
class PublicApiTest {
  private static final Pattern EVENT = Pattern.compile("event: (stdout|stderr|exit)\ndata: (.*)\n");
  private static final ObjectMapper JSON = new ObjectMapper();

  private static PublicApiFile file;
  private static ACoordinator coordinator;

  @BeforeAll
  static void start() throws IOException {
    file = PublicApiFile.read();
    coordinator = ACoordinator.with(Map.of("POOLSIZE", "1", "READTIMEOUT", "500ms", "QUEUETIME", "60s", "MAXREQTIME", "60s",
        "MAXQUEUE", "1", "MAXBODY", "1000"));
  }

  @AfterAll
  static void end() {
    coordinator.close();
  }

  @Test
  void isTrueOfARun() throws IOException {
    for (var script : new String[] {"echo out; echo err >&2; exit 3", "printf '\\xff'; kill -9 $$", "sleep 0"}) {
      var answer = knows(200, post(script));
      var events = EVENT.matcher(answer.body()).results().toList();
      for (var event : events)
        file.allows(event.group(1).equals("exit") ? "Exit" : "Output", JSON.readTree(event.group(2)));
      assertThat(events.getLast().group(1)).isEqualTo("exit");
    }
  }

  /** 502 is for another story, as it needs a worker that fails. */
  @Test
  void isTrueOfEveryRefusal() throws IOException {
    var seen = new HashSet<>(Set.of("200", "502"));
    knows(seen, 400, post(""));
    knows(seen, 400, "POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n");
    knows(seen, 403, "POST /run HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 4\r\n\r\necho");
    knows(seen, 404, "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n");
    knows(seen, 405, "GET /run HTTP/1.1\r\nHost: localhost\r\n\r\n");
    knows(seen, 405, "FROB /run HTTP/1.1\r\nHost: localhost\r\n\r\n");
    knows(seen, 408, "POST /run HTTP/1.1\r\n");
    knows(seen, 408, "POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n");
    knows(seen, 413, post("x".repeat(1_001)));
    knows(seen, 414, "POST /" + "x".repeat(20_000));
    knows(seen, 431, "POST /run HTTP/1.1\r\nX: " + "x".repeat(20_000));
    knows(seen, 505, "PRI * HTTP/2.0\r\n\r\n");
    whileTheMachineIsTaken(seen);
    try (var limited = ACoordinator.with(Map.of("POOLSIZE", "1", "RATELIMIT", "1/h"))) {
      SeenAnswer answer;
      do {
        answer = answer(limited, post("true"));
        file.knows(answer);
      } while (answer.status() != 429);
      seen.add("429");
    }
    assertThat(seen).containsExactlyInAnyOrderElementsOf(file.statuses());
  }

  private void whileTheMachineIsTaken(Set<String> seen) throws IOException {
    var taken = RunProcesses.ofARun();
    var first = coordinator.client().runLater(taken.sleep());
    taken.areAlive();
    knows(seen, 504, post("echo", "/run?timeout=50ms"));
    try (var waits = RawClient.connect(coordinator.address()).post("echo waits")) {
      waits.hasNoAnswerYet();
      knows(seen, 503, post("echo"));
    }
    taken.wakeUp();
    first.join().outcome();
  }

  @Test
  void tellsRequestsFromOthers() throws IOException {
    assertThat(file.isAllowed("RunRequest", "{\"script\":\"x\",\"stdin\":{\"base64\":\"AA==\"},\"args\":[\"a\"],"
        + "\"timeout\":\"1.5s\",\"env\":{\"K\":\"v\"},\"files\":{\"a\":\"b\",\"c\":{\"base64\":\"AA==\"}}}")).isTrue();
    for (var other : new String[] {"{}", "[]", "{\"script\":\"\"}", "{\"script\":1}", "{\"script\":\"x\",\"user\":\"root\"}",
        "{\"script\":\"x\",\"timeout\":\"5\"}", "{\"script\":\"x\",\"stdin\":1}"})
      assertThat(file.isAllowed("RunRequest", other)).as(other).isFalse();
  }

  private static void knows(Set<String> seen, int status, String request) throws IOException {
    knows(status, request);
    seen.add(Integer.toString(status));
  }

  private static SeenAnswer knows(int status, String request) throws IOException {
    var answer = answer(coordinator, request);
    assertThat(answer.status()).as(request.lines().findFirst().orElse("")).isEqualTo(status);
    file.knows(answer);
    return answer;
  }

  private static SeenAnswer answer(ACoordinator coordinator, String request) throws IOException {
    try (var client = RawClient.connect(coordinator.address()).send(request)) {
      return SeenAnswer.of(client);
    }
  }

  private static String post(String script) {
    return post(script, "/run");
  }

  private static String post(String script, String target) {
    return "POST " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + script.length() + "\r\n\r\n" + script;
  }
}
