package coordbfaas.machines;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.pekko.util.ByteString;

/** A wire on which attempts fare as a story tells, in the words of {@code faults.txt}. */
final class FaultyWire implements MachinesWire {
  static final String MACHINE = """
      {"id":"m1","name":"worker-c1-0","state":"created","instance_id":"01H","nonce":"n1",
       "config":{"image":"i"},"host_status":"ok"}""";
  static final String LEASE = """
      {"status":"success","data":{"nonce":"n1","expires_at":1767269400,"description":"d"}}""";

  /** @param fate what became of it */
  record Attempt(Call<?> call, String fate, Instant at) {}

  private static final Pattern REFUSAL =
      Pattern.compile("(?<status>\\d{3})(?: retry-after (?<after>date \\d+|\\S+))?(?: (?<text>.*))?");

  private final InstantSource clock;
  private final ObjectMapper json;
  private final List<String> fates = new ArrayList<>();
  private final List<Attempt> attempts = new ArrayList<>();
  private Consumer<String> answerLast;
  private boolean forEver;
  private int carriedOut;

  FaultyWire(InstantSource clock, ObjectMapper json) {
    this.clock = clock;
    this.json = json;
  }

  /** What becomes of the next attempts; after them, all goes well. */
  void tells(List<String> story, boolean forEver) {
    fates.clear();
    fates.addAll(story);
    this.forEver = forEver;
  }

  void tells(String... story) {
    tells(List.of(story), false);
  }

  /** From now on all attempts fare like this. */
  void tellsForEver(String fate) {
    tells(List.of(fate), true);
  }

  List<Attempt> attempts() {
    return attempts;
  }

  /** The calls of all attempts. */
  List<? extends Call<?>> sent() {
    return attempts.stream().map(Attempt::call).toList();
  }

  int carriedOut() {
    return carriedOut;
  }

  @Override
  public <T> CompletableFuture<WireAnswer<T>> send(Call<T> call, Duration time) {
    var fate = fates.isEmpty() ? "ok" : forEver && fates.size() == 1 ? fates.getFirst() : fates.removeFirst();
    attempts.add(new Attempt(call, fate, clock.instant()));
    if (fate.equals("a bug")) throw new IllegalStateException("a bug, which quotes n1");
    if (fate.startsWith("done, ") || fate.matches("ok|truncated|malformed|html")) carriedOut++;
    var answer = new CompletableFuture<WireAnswer<T>>();
    answerLast = late -> answer(call, late).ifPresent(answer::complete);
    answerLast.accept(fate.replaceFirst("^done, ", ""));
    return answer;
  }

  /** The last attempt, which had no answer, is answered now. */
  void answersTheLast(String fate) {
    answerLast.accept(fate);
  }

  /** Empty if none ever comes. */
  private <T> Optional<WireAnswer<T>> answer(Call<T> call, String fate) {
    return switch (fate) {
      case "ok"          -> Optional.of(read(call, body(call)));
      case "truncated"   -> Optional.of(read(call, body(call).isEmpty() ? "{\"ok\"" : half(body(call))));
      case "malformed"   -> Optional.of(read(call, "{\"unexpected\":1}"));
      case "html"        -> Optional.of(read(call, "<html><body>Welcome!</body></html>"));
      case "unconnected" -> Optional.of(new WireAnswer.NotSent<>("no connection, ConnectException"));
      case "cut"         -> Optional.of(new WireAnswer.Lost<>("StreamTcpException"));
      case "silence"     -> Optional.empty();
      default            -> Optional.of(refused(call, fate));
    };
  }

  private static <T> WireAnswer<T> read(Call<T> call, String body) {
    var reader = call.reader().get();
    try {
      reader.read(ByteString.fromString(body));
      return new WireAnswer.Accepted<>(reader.end());
    } catch (UnreadableAnswer unreadable) {
      return WireAnswer.unreadable(200, unreadable, Optional.of("01H-test"));
    }
  }

  private <T> WireAnswer<T> refused(Call<T> call, String fate) {
    var refusal = REFUSAL.matcher(fate);
    if (!refusal.matches()) throw new AssertionError("no fate of an attempt: " + fate);
    var text = Optional.ofNullable(refusal.group("text")).orElse("");
    var body = text.equals("html") ? "<html>" : json.createObjectNode().put("error", text).toString();
    return new WireAnswer.Refused<>(Integer.parseInt(refusal.group("status")),
        Refusal.of(ByteString.fromString(body), json, List.of()),
        Optional.ofNullable(refusal.group("after")).map(this::retryAfter), Optional.of("01H-test"));
  }

  private String retryAfter(String text) {
    if (!text.startsWith("date ")) return text;
    var date = clock.instant().plusSeconds(Long.parseLong(text.substring("date ".length())));
    return DateTimeFormatter.RFC_1123_DATE_TIME.format(date.atOffset(ZoneOffset.UTC));
  }

  private static String body(Call<?> call) {
    return switch (call.action()) {
      case LIST -> "[" + MACHINE + "," + MACHINE + "]";
      case CREATE, GET -> MACHINE;
      case START -> "{\"previous_state\":\"stopped\",\"migrated\":false,\"new_host\":\"\"}";
      case STOP, SUSPEND, WAIT, DESTROY, RELEASE_LEASE -> "{\"ok\":true}";
      case READ_LEASE, ACQUIRE_LEASE, REFRESH_LEASE -> LEASE;
    };
  }

  private static String half(String text) {
    return text.substring(0, text.length() / 2);
  }
}
