package dev.durability.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The standard output, unbuffered. It distinguishes a reader that has gone ({@link
 * OutputClosedException}) from a failure (an {@link IOException} whose message names the standard
 * output).
 */
final class StandardOutput extends OutputStream {
  private static final int FILE_TYPE = 0170000;
  private static final int FILE = 0100000;
  private static final int PIPE = 0010000;
  private static final int SOCKET = 0140000;

  private final OutputStream out;
  private final boolean ofProcess;

  /** The output of this process. */
  StandardOutput() {
    this.out = new FileOutputStream(FileDescriptor.out);
    this.ofProcess = true;
  }

  /**
   * Another output in its place.
   *
   * @param out where the bytes go
   */
  StandardOutput(OutputStream out) {
    this.out = out;
    this.ofProcess = false;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  @Override
  public void flush() throws IOException {
    try {
      out.flush();
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private IOException failure(IOException e) {
    if (String.valueOf(e.getMessage()).contains("Broken pipe") || (ofProcess && isPipe())) {
      return new OutputClosedException(e);
    }
    return new IOException("cannot write to the standard output: " + e.getMessage(), e);
  }

  /** Whether it is a file, as far as the system tells. */
  boolean isFile() {
    return ofProcess ? type() == FILE : out instanceof FileOutputStream;
  }

  /** The text of a system error is in the user's language, so the text alone does not tell. */
  private static boolean isPipe() {
    int type = type();
    return type == PIPE || type == SOCKET;
  }

  private static int type() {
    try {
      return (int) Files.getAttribute(Path.of("/dev/stdout"), "unix:mode") & FILE_TYPE;
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return 0; // No /dev/stdout or no "unix" view, as on Windows: only the text is left.
    }
  }
}
