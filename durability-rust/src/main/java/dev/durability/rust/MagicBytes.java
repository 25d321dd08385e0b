package dev.durability.rust;

import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The first four bytes of a file, which tell what it is. */
final class MagicBytes {
  private MagicBytes() {}

  /** The number that they are; 0 if there are fewer. */
  static int of(ReadFile file) throws IOException {
    ByteBuffer bytes = CrateFormat.allocate(Integer.BYTES);
    while (bytes.hasRemaining()) {
      if (file.read(bytes, bytes.position()) < 0) {
        return 0;
      }
    }
    return bytes.getInt(0);
  }

  static int of(Directory directory, String path) throws IOException {
    try (ReadFile file = directory.open(path)) {
      return of(file);
    }
  }
}
