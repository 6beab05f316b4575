package coordbfaas.localfly;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test class during which a Machines API gave an answer that Fly would not give. JUnit finds it by itself. */
public final class AnswersAreFlys implements AfterAllCallback {
  @Override
  public void afterAll(ExtensionContext context) {
    assertThat(WatchedAnswers.problems()).as("answers that Fly would not give").isEmpty();
  }
}
