package coordbfaas.auth;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Base64;

/**
 * A coordinator's Ed25519 key pair. As text, base64url without padding: the public key is its 32 bytes of RFC 8032, the
 * private one 64, the seed and then the public key, so that the public half follows from the private.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8032#section-5.1.5">RFC 8032, 5.1.5</a>
 */
public final class KeyPair {
  /** What to tell whoever gave another text as a key. */
  public static final String EXPECTED = "a key as bfaas genkey prints it";

  private static final int KEY_BYTES = 32;
  private static final int ID_BYTES = 16;
  private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();

  private final PrivateKey privateKey;
  private final PublicKey publicKey;
  private final byte[] seed;

  private KeyPair(byte[] seed, byte[] publicBytes) {
    this.seed = seed.clone();
    this.privateKey = privateKey(seed);
    this.publicKey = publicKey(publicBytes);
    if (!belongTogether()) throw new IllegalArgumentException("halves that do not belong together (expected: " + EXPECTED + ")");
  }

  /** A new key pair. */
  public static KeyPair generate() {
    try {
      var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      var seed = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
      return new KeyPair(seed, publicBytes((EdECPublicKey) pair.getPublic()));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every JDK since 15 has Ed25519", impossible);
    }
  }

  /**
   * Reads {@code PRIVATE}.
   *
   * @throws IllegalArgumentException if it is none; the message does not quote it
   */
  public static KeyPair parse(String privateText) {
    var bytes = bytes(privateText, 2 * KEY_BYTES);
    return new KeyPair(Arrays.copyOf(bytes, KEY_BYTES), Arrays.copyOfRange(bytes, KEY_BYTES, 2 * KEY_BYTES));
  }

  /**
   * Reads {@code PUBLIC}.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static PublicKey parsePublic(String publicText) {
    return publicKey(bytes(publicText, KEY_BYTES));
  }

  public PublicKey publicKey() {
    return publicKey;
  }

  PrivateKey privateKey() {
    return privateKey;
  }

  /** The text of {@code PUBLIC}. */
  public String publicText() {
    return TEXT.encodeToString(publicBytes((EdECPublicKey) publicKey));
  }

  /** The text of {@code PRIVATE}, a secret. */
  public String privateText() {
    var bytes = Arrays.copyOf(seed, 2 * KEY_BYTES);
    System.arraycopy(publicBytes((EdECPublicKey) publicKey), 0, bytes, KEY_BYTES, KEY_BYTES);
    return TEXT.encodeToString(bytes);
  }

  /** A name for the public key: the first 16 bytes of its SHA-256, as text. */
  String id() {
    try {
      var hash = MessageDigest.getInstance("SHA-256").digest(publicBytes((EdECPublicKey) publicKey));
      return TEXT.encodeToString(Arrays.copyOf(hash, ID_BYTES));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }

  @Override
  public String toString() {
    return "KeyPair[public=" + publicText() + "]";
  }

  private boolean belongTogether() {
    var nothing = new byte[0];
    return Ed25519.verify(publicBytes((EdECPublicKey) publicKey), Ed25519.sign(seed, nothing), nothing);
  }

  private static byte[] bytes(String text, int length) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException("not base64url (expected: " + EXPECTED + ")");
    }
    if (bytes.length != length) throw new IllegalArgumentException(bytes.length + " bytes (expected: " + EXPECTED + ")");
    return bytes;
  }

  private static PrivateKey privateKey(byte[] seed) {
    try {
      return KeyFactory.getInstance("Ed25519").generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed));
    } catch (GeneralSecurityException malformed) {
      throw new IllegalArgumentException("not a private key (expected: " + EXPECTED + ")");
    }
  }

  /** RFC 8032, 5.1.2: y in little-endian order, the lowest bit of x in the highest bit of the last byte. */
  private static PublicKey publicKey(byte[] bytes) {
    var y = reversed(bytes);
    var xOdd = (y[0] & 0x80) != 0;
    y[0] &= 0x7F;
    try {
      return KeyFactory.getInstance("Ed25519")
          .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, new EdECPoint(xOdd, new BigInteger(1, y))));
    } catch (GeneralSecurityException malformed) {
      throw new IllegalArgumentException("not a public key (expected: " + EXPECTED + ")");
    }
  }

  static byte[] publicBytes(EdECPublicKey key) {
    var y = key.getPoint().getY().toByteArray();
    var bytes = new byte[KEY_BYTES];
    for (var i = 0; i < Math.min(y.length, KEY_BYTES); i++) bytes[i] = y[y.length - 1 - i];
    if (key.getPoint().isXOdd()) bytes[KEY_BYTES - 1] |= (byte) 0x80;
    return bytes;
  }

  private static byte[] reversed(byte[] bytes) {
    var reversed = new byte[bytes.length];
    for (var i = 0; i < bytes.length; i++) reversed[i] = bytes[bytes.length - 1 - i];
    return reversed;
  }
}
