package coordbfaas.conform;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Strict JSON. */
final class Json {
  private static final JsonMapper MAPPER = JsonMapper.builder()
      .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
      .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
      .build();

  private Json() {}

  static JsonNode object(String what, byte[] bytes) {
    var node = parse(what, utf8(what, bytes));
    Expect.holds(node.isObject(), what, Excerpt.of(bytes));
    return node;
  }

  /** @param what is expected, for the message */
  static JsonNode parse(String what, String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException malformed) {
      throw new Mismatch(what, "malformed JSON: " + Excerpt.of(text));
    }
  }

  /** Bytes as events and documents tell them: a string, or an object with nothing but {@code base64}. */
  static byte[] output(JsonNode node) {
    if (node.isTextual()) {
      var characters = StandardCharsets.UTF_8.newEncoder();
      Expect.holds(characters.canEncode(node.textValue()), "whole characters", "half a surrogate pair");
      return node.textValue().getBytes(StandardCharsets.UTF_8);
    }
    Expect.holds(node.isObject() && node.size() == 1 && node.path("base64").isTextual(),
        "a string or {\"base64\":\"…\"}", Excerpt.of(node.toString()));
    try {
      return Base64.getDecoder().decode(node.path("base64").textValue());
    } catch (IllegalArgumentException malformed) {
      throw new Mismatch("base64", Excerpt.of(node.toString()));
    }
  }

  /** The text that the bytes are; a {@link Mismatch} if they are none. */
  static String utf8(String what, byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException notText) {
      throw new Mismatch(what + " in UTF-8", "other bytes: " + Excerpt.of(bytes));
    }
  }
}
