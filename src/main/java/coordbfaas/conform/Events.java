package coordbfaas.conform;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A run's event stream, read strictly as it comes. */
final class Events {
  private static final Pattern EVENT = Pattern.compile("event: (stdout|stderr|exit)\ndata: ([^\n]*)");

  private static final String FRAMING = "\"event: NAME\\ndata: JSON\\n\\n\"";
  private static final int EVENT_LINES = 2;

  // What an event takes beside its text, or a little less.
  private static final int EVENT_BYTES = 100;

  private final Answer answer;
  private final List<Long> comments = new ArrayList<>();
  private final List<String> lines = new ArrayList<>(); // of the event that is not complete
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private byte[] part = new byte[0];
  private int at;
  private boolean afterComment;

  Events(Answer answer) {
    Expect.equal("status", 200, answer.status());
    Expect.equal("content type", "text/event-stream", answer.mediaType());
    this.answer = answer;
  }

  Answer answer() {
    return answer;
  }

  /** When each of the comments that were met came. */
  List<Long> comments() {
    return comments;
  }

  /** The next event; empty at the stream's proper end. Any other end, and an event that is not framed exactly, is a mismatch. */
  Optional<Event> next() throws IOException {
    for (var next = line(); next.isPresent(); next = line()) {
      var event = take(next.get());
      if (event.isPresent()) return event;
    }
    Expect.equal("the stream's end:", Body.Ending.COMPLETE, answer.end().ending());
    Expect.holds(lines.isEmpty() && line.size() == 0, "whole events", "a part of one at the end");
    return Optional.empty();
  }

  /** The next line, its LF taken off; empty if the body ended before that. */
  private Optional<String> line() throws IOException {
    while (true) {
      var from = at;
      while (at < part.length && part[at] != '\n') at++;
      line.write(part, from, at - from);
      Answer.allowKept(line.size());
      if (at < part.length) {
        at++;
        var text = Json.utf8("events", line.toByteArray());
        line.reset();
        return Optional.of(text);
      }
      var next = answer.next();
      if (next.isEmpty()) return Optional.empty();
      part = next.get();
      at = 0;
    }
  }

  /** The event that the line completes. A comment may have an empty line of its own. */
  private Optional<Event> take(String next) {
    var comment = lines.isEmpty() && next.startsWith(":");
    if (comment) comments.add(answer.connection().arrivedNanos());
    else if (!next.isEmpty()) hold(next);
    else if (!lines.isEmpty()) return Optional.of(event());
    else Expect.holds(afterComment, "an event", "an empty line");
    afterComment = comment;
    return Optional.empty();
  }

  private void hold(String next) {
    lines.add(next);
    Expect.holds(lines.size() <= EVENT_LINES, FRAMING, Excerpt.of(String.join("\n", lines)));
  }

  private Event event() {
    var text = String.join("\n", lines);
    lines.clear();
    var event = EVENT.matcher(text);
    Expect.holds(event.matches(), FRAMING, Excerpt.of(text));
    return new Event(event.group(1), event.group(2),
        Json.parse("JSON as data", event.group(2)), answer.connection().arrivedNanos());
  }

  /** The next event; empty if a comment comes before it. */
  Optional<Event> nextUnlessComment() throws IOException {
    var before = comments.size();
    for (var next = line(); next.isPresent(); next = line()) {
      var event = take(next.get());
      if (event.isPresent() || comments.size() > before) return event;
    }
    throw new Mismatch("an event", "the stream's end");
  }

  /** The next event, which is there. */
  Event expect(String what) throws IOException {
    return next().orElseThrow(() -> new Mismatch(what, "the stream's end"));
  }

  /** All that is left, up to the one exit, after which there is nothing; a mismatch if it is more than can be kept. */
  Outcome rest() throws IOException {
    var stdout = new ByteArrayOutputStream();
    var stderr = new ByteArrayOutputStream();
    var events = new ArrayList<Event>();
    var kept = 0L;
    for (var event = next(); event.isPresent(); event = next()) {
      Expect.holds(events.isEmpty() || !events.getLast().isExit(), "nothing after exit", "event: " + event.get().name());
      events.add(event.get());
      kept += EVENT_BYTES + event.get().text().length();
      Answer.allowKept(kept);
      if (!event.get().isExit()) output(event.get(), event.get().name().equals("stdout") ? stdout : stderr);
    }
    Expect.holds(!events.isEmpty() && events.getLast().isExit(), "an exit at the end", "the stream's end without one");
    return new Outcome(stdout.toByteArray(), stderr.toByteArray(), events);
  }

  private static void output(Event event, ByteArrayOutputStream to) {
    var bytes = Json.output(event.data());
    Expect.holds(bytes.length > 0, "events of output that have some", "an empty one");
    to.writeBytes(bytes);
  }
}
