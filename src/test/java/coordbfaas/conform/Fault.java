package coordbfaas.conform;

import java.util.List;

/** What a {@link ModelServer} does wrong, and the checks that exist to see it. */
enum Fault {
  // the event stream
  PLAIN_TYPE("stream.content-type"),
  MAY_BE_BUFFERED("stream.headers", "raw.head"),
  SAME_RUN_ID("stream.run-ids"),
  NO_SPACE_AFTER_COLON("stream.framing"),
  STDERR_AS_STDOUT("stream.two-outputs"),
  SWAPS_OUTPUTS("stream.order"),
  LATE_HEAD("stream.head-at-once"),
  HOLDS_BACK("stream.as-written"),
  TWO_EXITS("stream.one-exit"),
  NO_LAST_CHUNK("stream.proper-end"),
  REASON_FIRST("stream.exit-data"),
  NO_DURATION("stream.duration"),
  EMPTY_OUTPUT("stream.no-output"),
  SILENT("stream.ping", "document.white-space"),

  // ends of runs
  ALWAYS_ZERO("exit.codes"),
  GUESSES_SIGNALS("exit.137"),
  SIGNAL_AS_EXIT("exit.sigkill"),
  BARE_SIGNAL_NUMBER("exit.sigterm"),
  SIGNAL_WITHOUT_SIG("exit.sigsegv"),
  STOPS_AT_FALSE("exit.last-command"),
  NO_MESSAGE("exit.syntax-error"),
  WAITS_FOR_THE_LAST("exit.background", "exit.daemon"),
  SILENCE_IS_AN_END("exit.closed-outputs"),

  // output
  WHOLE_LINES_ALONE("output.one-byte"),
  LOSES_THE_LAST("output.then-exit"),
  SKIPS_ONE("output.5-megabytes"),
  STDERR_CAPPED("output.large-stderr"),
  KEEPS_ONE_OUTPUT("output.both-large"),
  STDOUT_CAPPED("output.of-children", "document.large"),
  KILL_LOSES_THE_LAST("output.then-kill"),
  LIMIT_AS_SUCCESS("output.limit"),

  // characters
  REPLACES_AT_EDGES("characters.split"),
  BASE64_AT_EDGES("characters.large"),
  REPLACES("characters.not-utf8", "document.characters"),
  DROPS_HALF_CHARACTERS("characters.half-at-end"),
  SURROGATES_AS_TEXT("characters.surrogates"),
  SEVEN_BITS("characters.all-bytes"),
  DROPS_NUL("characters.nul"),
  LF_FOR_CR_LF("characters.line-ends"),
  DATA_AS_IT_IS("characters.forged-events"),

  // deadlines
  NO_EXIT_AT_DEADLINE("deadline.answers"),
  EARLY("deadline.not-early", "raw.deadline-resets"),
  LATE("deadline.not-late", "raw.deadline-resets"),
  FLOOD_IS_SUCCESS("deadline.flood"),
  ASKS_POLITELY("deadline.stubborn"),
  NO_TIMEOUT_IN_JSON("deadline.in-json"),
  LONGER_WINS("deadline.shorter"),
  REFUSES_LONGER("deadline.longer"),
  SECONDS_ALONE("deadline.durations"),
  BARE_NUMBERS("deadline.malformed"),

  // requests
  DECODES_FORMS("script.any-type"),
  SCRIPT_AS_TEXT("script.bytes"),
  ONE_ARGUMENT("script.large"),
  STDIN_OPEN("script.stdin", "json.no-stdin"),
  RUNS_SH("script.is-bash"),
  TAKES_OPTIONS("script.dash"),
  NUL_IS_ONE("script.nul", "refused.nul"),
  JSON_IN_LATIN_1("json.script"),
  NO_STDIN("json.stdin"),
  STDIN_CAPPED("json.large-stdin"),
  STDIN_MUST_BE_READ("json.unread-stdin"),
  SPLITS_ARGS("json.args"),
  NO_ENV("json.env"),
  FLAT_FILES("json.files"),
  BASE64_AS_TEXT("json.base64"),
  ARGS_CAPPED("json.long-argument"),
  EXACT_TYPE("json.charset"),
  RUNS_NOTHING("refused.empty-script"),
  MALFORMED_IS_SCRIPT("refused.malformed"),
  UNKNOWN_FIELDS("refused.unknown-field"),
  ANY_TYPES("refused.types"),
  ANY_PATHS("refused.paths"),
  ANY_BASE64("refused.base64"),
  LONG_ARGUMENT_IS_ONE("refused.long-argument"),
  NUL_CUT_OUT("refused.nul"),

  // the raw form and the document
  RAW_IS_TEXT("raw.head"),
  RAW_ADDS_A_LINE("raw.bytes"),
  RAW_WITHOUT_STDERR("raw.both-outputs"),
  RAW_NEVER_EMPTY("raw.no-output"),
  NO_TRAILERS("raw.trailers"),
  RAW_ALWAYS_EXITED("raw.signal"),
  ACCEPT_WINS("raw.wins"),
  RAW_HELD_BACK("raw.as-written"),
  RAW_DEADLINE_ENDS_WELL("raw.deadline-resets"),
  RAW_DEADLINE_ALWAYS_RESETS("raw.deadline-trailers"),
  NO_TRUNCATED("document.fields"),
  DOCUMENT_ALWAYS_EXITED("document.signal"),
  DOCUMENT_DEADLINE_504("document.deadline"),

  // statuses
  ANY_PATH_RUNS("status.404"),
  ANY_METHOD_RUNS("status.405"),
  NO_ALLOW("status.allow"),
  BODY_AFTER_HEAD("status.head"),
  WAITS_FOR_ANY_BODY("status.413"),
  PLAIN_PROBLEMS("status.problem"),
  LEAVES_BODIES("status.connection"),

  // HTTP
  CLOSES_SILENTLY("http.keep-alive"),
  FORGETS_PIPELINED("http.pipelined"),
  NO_CONTINUE("http.expect-continue"),
  NO_CHUNK_EXTENSIONS("http.chunked-request"),
  HEAD_IN_ONE_READ("http.slow-request"),
  CASE_SENSITIVE("http.lower-case"),
  CHUNKS_FOR_1_0("http.1.0"),
  LENGTH_BESIDE_CHUNKS("http.length-and-chunks"),
  FIRST_LENGTH("http.two-lengths"),
  BROKEN_CHUNK_IS_THE_LAST("http.broken-chunk"),
  MALFORMED_LINE_IS_500("http.malformed-line"),
  MALFORMED_LINE_GOES_ON("http.malformed-line"),
  BARE_LF_IS_500("http.bare-lf"),
  FOLD_IS_A_FIELD("http.folded-field"),
  HUGE_FIELD_IS_500("http.huge-field"),
  RUNS_HALF_A_BODY("http.half-request"),

  // clients and other runs
  RUNS_ON_FOR_NOBODY("client.leaves", "client.half-closes"),
  RUNS_ON_BEHIND_A_CLOSE("client.half-closes"),
  WAITS_FOR_READERS("client.does-not-read"),
  TELLS_HEADERS("isolation.headers"),
  TELLS_ITS_ENVIRONMENT("isolation.environment"),
  SHARES_FILES("isolation.files"),
  LEAVES_PROCESSES("isolation.processes");

  private final List<String> checks;

  Fault(String... checks) {
    this.checks = List.of(checks);
  }

  List<String> checks() {
    return checks;
  }
}
