package dev.durability.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The text in a lock's file that tells one holder from another. */
final class LockToken {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int TOKEN_BYTES = 16;
  private static final int TOKEN_CHARS = 2 * TOKEN_BYTES;

  /** How many sizes the file may have. Each holder takes the next one: no clock decides. */
  private static final int SIZES = 16;

  private LockToken() {}

  /** {@return a token that no other holder has} */
  static String random() {
    byte[] random = new byte[TOKEN_BYTES];
    RANDOM.nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  /**
   * Writes the token and gives the file another size than before; returns the file's attributes
   * after that.
   */
  static BasicFileAttributes write(Path path, UninterruptibleFile file, String token)
      throws IOException {
    long before = file.size();
    int lineEnds = before < TOKEN_CHARS ? 1 : 1 + (int) ((before - TOKEN_CHARS) % SIZES);
    byte[] content = (token + "\n".repeat(lineEnds)).getBytes(US_ASCII);
    file.write(ByteBuffer.wrap(content), 0);
    file.truncate(content.length);
    @Nullable BasicFileAttributes written = FsLock.attributes(path);
    if (written == null || !token.equals(read(file))) {
      throw FsLock.held(path, "it was taken away again at once", null);
    }
    return written;
  }

  /** What the lock's file contains: the token of the last holder, or a part of it. */
  static String read(UninterruptibleFile file) throws IOException {
    ByteBuffer there = ByteBuffer.allocate(TOKEN_CHARS);
    int read = 0;
    while (read >= 0 && there.hasRemaining()) {
      read = file.read(there, there.position());
    }
    return new String(there.array(), 0, there.position(), US_ASCII);
  }
}
