package coordbfaas.machines;

import org.apache.pekko.util.ByteString;

/** Reads the body of one successful answer. Both methods throw {@link UnreadableAnswer}. */
interface AnswerReader<T> {
  /** Takes the next bytes. */
  void read(ByteString bytes);

  /** What the answer says, now that it is whole. */
  T end();
}
