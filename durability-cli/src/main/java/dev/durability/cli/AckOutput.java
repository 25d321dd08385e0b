package dev.durability.cli;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Prints entry ids, one per line, several per system call: call {@link #flush} before any wait. For
 * one thread.
 */
final class AckOutput {
  private static final int LONGEST_LINE = 20;

  private final OutputStream out;
  private final byte[] buffer = new byte[8192];
  private int length;

  /**
   * Prints to a stream.
   *
   * @param out the stream, unbuffered
   */
  AckOutput(OutputStream out) {
    this.out = out;
  }

  void add(long id) throws IOException {
    if (length > buffer.length - LONGEST_LINE) {
      flush();
    }
    int digits = 1;
    for (long rest = id / 10; rest > 0; rest /= 10) {
      digits++;
    }
    long rest = id;
    for (int at = length + digits - 1; at >= length; at--) {
      buffer[at] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += digits;
    buffer[length++] = '\n';
  }

  void flush() throws IOException {
    if (length > 0) {
      int bytes = length;
      length = 0; // What could not be written is not retried.
      out.write(buffer, 0, bytes);
      out.flush();
    }
  }
}
