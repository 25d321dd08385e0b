package dev.durability.cli;

import java.io.FileInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** A file that is read, or the standard input. */
final class Input {
  private static final String STANDARD = "-";
  private static final Path STANDARD_AS_FILE = Path.of("/dev/stdin");

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
      return new Input("standard input", in, sizeOf(STANDARD_AS_FILE));
    }
    Path file = Path.of(operand);
    if (!Files.exists(file)) {
      throw new NoSuchFileException(operand);
    }
    if (Files.isDirectory(file)) {
      throw new FileSystemException(operand, null, "is a directory");
    }
    if (!Files.isReadable(file)) {
      throw new AccessDeniedException(operand);
    }
    return new Input(operand, null, sizeOf(file));
  }

  /** How many bytes it holds, -1 if nobody knows. */
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
        // It is the process's, and not ours to close.
      }
    };
  }

  private static long sizeOf(Path file) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return attributes.isRegularFile() ? attributes.size() : -1;
    } catch (IOException e) {
      return -1; // only the progress bar asks; reading will tell what is wrong
    }
  }
}
