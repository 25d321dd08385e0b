package dev.durability.archive;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The content of an object that is stored. It can be read several times, each time the same. */
public interface ObjectContent {

  /** {@return the size in bytes} */
  long bytes();

  /**
   * Opens the content for reading from its start.
   *
   * @return the bytes, exactly as many as {@link #bytes} says; the caller closes it
   * @throws IOException if it cannot be read
   */
  InputStream open() throws IOException;

  /**
   * Wraps bytes in memory.
   *
   * @param bytes the bytes, which must not be changed any more
   * @return the content
   */
  static ObjectContent of(byte[] bytes) {
    return new ObjectContent() {
      @Override
      public long bytes() {
        return bytes.length;
      }

      @Override
      public InputStream open() {
        return new ByteArrayInputStream(bytes);
      }
    };
  }
}
