package dev.durability.cli;

import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads parts of a file of a log. */
final class FileBytes {

  private FileBytes() {}

  /**
   * Reads bytes from an offset on, little-endian; fewer at the end of the file.
   *
   * @param count how many, at most
   */
  static ByteBuffer read(ReadFile file, long offset, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining() && file.read(bytes, offset + bytes.position()) > 0) {
      // Reads may be short.
    }
    return bytes.flip();
  }

  /** The same of a file that is opened for it. */
  static ByteBuffer read(Directory directory, String path, long offset, int count)
      throws IOException {
    try (ReadFile file = directory.open(path)) {
      return read(file, offset, count);
    }
  }
}
