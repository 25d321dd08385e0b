package dev.durability.archive;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** SHA-256, as 64 hexadecimal digits. */
final class Sha256 {
  static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");
  private static final int BUFFER_BYTES = 1 << 18;

  private Sha256() {}

  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("each JDK has SHA-256", e);
    }
  }

  /** The hash of what went into a digest so far, which can take more. */
  static String soFar(MessageDigest digest) {
    try {
      return hex(((MessageDigest) digest.clone()).digest());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the JDK's SHA-256 can be cloned", e);
    }
  }

  static String of(byte[] bytes) {
    return hex(digest().digest(bytes));
  }

  static String of(ObjectContent content) throws IOException {
    MessageDigest digest = digest();
    try (InputStream in = content.open()) {
      update(digest, in);
    }
    return hex(digest.digest());
  }

  /** Adds all that is left in a stream. */
  static void update(MessageDigest digest, InputStream in) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      digest.update(buffer, 0, count);
    }
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
