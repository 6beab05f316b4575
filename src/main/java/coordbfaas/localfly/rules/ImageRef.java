package coordbfaas.localfly.rules;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** An image's name in parts. The digest is that of the name: there is no image here that could have one. */
record ImageRef(String registry, String repository, String tag, String digest) {
  private static final String REGISTRY = "docker.io";

  static ImageRef of(String image) {
    var slash = image.indexOf('/');
    var named = slash > 0 && List.of(".", ":").stream().anyMatch(image.substring(0, slash)::contains);
    var path = named ? image.substring(slash + 1) : image;
    var colon = path.lastIndexOf(':');
    return new ImageRef(named ? image.substring(0, slash) : REGISTRY, colon < 0 ? path : path.substring(0, colon),
        colon < 0 ? "latest" : path.substring(colon + 1), "sha256:" + sha256(image));
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  ObjectNode json() {
    return JsonNodeFactory.instance.objectNode()
        .put("registry", registry).put("repository", repository).put("tag", tag).put("digest", digest);
  }
}
