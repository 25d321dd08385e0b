package dev.durability.cli;

import java.io.FileInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** A file that is read, or the standard input. */
final class Input {
  private static final String STANDARD = "-";

  private final String name;
  private final @Nullable InputStream standard;
  private final long bytes;

  private Input(String name, @Nullable InputStream standard, long bytes) {
    this.name = name;
    this.standard = standard;
    this.bytes = bytes;
  }

  /**
   * Looks at an operand without reading from it.
   *
   * @param operand the file, or {@code -}
   * @param in the standard input
   * @return the input
   * @throws IOException if it cannot be read; the message names it
   */
  static Input of(String operand, InputStream in) throws IOException {
    if (operand.equals(STANDARD)) {
      return new Input("standard input", in, standardBytes());
    }
    Path file = Path.of(operand);
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    if (attributes.isDirectory()) {
      throw new FileSystemException(operand, null, "is a directory");
    }
    if (!Files.isReadable(file)) {
      throw new AccessDeniedException(operand);
    }
    return new Input(operand, null, attributes.isRegularFile() ? attributes.size() : -1);
  }

  /** How many bytes it holds, -1 if that is unknown. */
  long bytes() {
    return bytes;
  }

  /** Its name, for messages. */
  String name() {
    return name;
  }

  /** Opens it. Closing the stream leaves the standard input open. */
  InputStream open() throws IOException {
    if (standard == null) {
      return new FileInputStream(name);
    }
    return new FilterInputStream(standard) {
      @Override
      public void close() {
        // It belongs to the process: do not close it.
      }
    };
  }

  private static long standardBytes() {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(Path.of("/dev/stdin"), BasicFileAttributes.class);
      return attributes.isRegularFile() ? attributes.size() : -1;
    } catch (IOException e) {
      return -1; // Only the progress bar asks; reading will report what is wrong.
    }
  }
}
