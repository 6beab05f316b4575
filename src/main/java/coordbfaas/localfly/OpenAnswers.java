package coordbfaas.localfly;

import coordbfaas.localfly.rules.OpenQuestions;
import coordbfaas.settings.GoDuration;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Answers to {@link OpenQuestions} as people write them: {@code refresh-revives=false}, {@code lease-ttl-default=1m}.
 *
 * <p>The questions are read off the record itself, so that a new one needs no line here.
 */
final class OpenAnswers {
  private static final List<RecordComponent> QUESTIONS = List.of(OpenQuestions.class.getRecordComponents());

  private OpenAnswers() {}

  /**
   * Reads an answer, to be given where the others are known.
   *
   * @throws IllegalArgumentException that names the question, the value and what was expected
   */
  static UnaryOperator<OpenQuestions> parse(String answer) {
    var equals = answer.indexOf('=');
    var name = equals < 0 ? answer : answer.substring(0, equals);
    var question = QUESTIONS.stream().filter(one -> kebab(one).equals(name)).findFirst()
        .orElseThrow(() -> malformed(name, "one of " + String.join(" ", QUESTIONS.stream().map(OpenAnswers::kebab).toList())));
    if (equals < 0) throw malformed(name, name + "=…");
    var value = parsed(question, answer.substring(equals + 1));
    return open -> with(open, question, value);
  }

  private static String kebab(RecordComponent question) {
    return question.getName().replaceAll("(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
  }

  private static Object parsed(RecordComponent question, String text) {
    return switch (question.getGenericType().getTypeName()) {
      case "boolean" -> parsed(question, text, "true or false", OpenAnswers::flag);
      case "int" -> parsed(question, text, "a whole number", Integer::valueOf);
      case "java.time.Duration" -> parsed(question, text, GoDuration.EXPECTED, OpenAnswers::time);
      case "java.util.Optional<java.time.Duration>" -> parsed(question, text, GoDuration.EXPECTED + ", or none",
          value -> value.equals("none") ? Optional.<Duration>empty() : Optional.of(time(value)));
      default -> throw new IllegalStateException(question.toString());
    };
  }

  private static Object parsed(RecordComponent question, String text, String expected, Function<String, Object> parse) {
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException malformed) {
      throw malformed(kebab(question) + "=" + text, expected);
    }
  }

  private static boolean flag(String text) {
    if (!text.equals("true") && !text.equals("false")) throw new IllegalArgumentException();
    return Boolean.parseBoolean(text);
  }

  private static Duration time(String text) {
    var time = GoDuration.parse(text);
    if (time.isNegative()) throw new IllegalArgumentException();
    return time;
  }

  private static OpenQuestions with(OpenQuestions open, RecordComponent question, Object value) {
    try {
      var values = new Object[QUESTIONS.size()];
      for (var i = 0; i < values.length; i++)
        values[i] = QUESTIONS.get(i).equals(question) ? value : QUESTIONS.get(i).getAccessor().invoke(open);
      var types = QUESTIONS.stream().map(RecordComponent::getType).toArray(Class<?>[]::new);
      return OpenQuestions.class.getConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static IllegalArgumentException malformed(String what, String expected) {
    return new IllegalArgumentException(what + " (expected: " + expected + ")");
  }
}
