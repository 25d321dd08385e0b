package dev.durability.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the killed process reports on its standard output, one line per report. A line is one system
 * call, short enough for a pipe to take it whole or not at all. Safe for many threads.
 */
final class TortureReports {
  /** A phase begins; its name follows. */
  static final String BEGIN = "begin";

  /** A phase has ended; its name follows. */
  static final String END = "end";

  /**
   * Something is durable: its writer, its number, the id of its last entry, and how many it has.
   */
  static final String ACKNOWLEDGED = "ack";

  private final OutputStream out;
  private final ReentrantLock writing = new ReentrantLock();

  TortureReports(OutputStream out) {
    this.out = out;
  }

  void begin(TorturePhase phase) throws IOException {
    line(BEGIN + " " + phase);
  }

  void end(TorturePhase phase) throws IOException {
    line(END + " " + phase);
  }

  void acknowledged(int writer, long n, long lastId, int entries) throws IOException {
    line(ACKNOWLEDGED + " " + writer + " " + n + " " + lastId + " " + entries);
  }

  /** As {@link #begin}, for callers that may not throw checked exceptions. */
  void beginUnchecked(TorturePhase phase) {
    try {
      begin(phase);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As {@link #end}, for callers that may not throw checked exceptions. */
  void endUnchecked(TorturePhase phase) {
    try {
      end(phase);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void line(String text) throws IOException {
    byte[] bytes = (text + "\n").getBytes(StandardCharsets.US_ASCII);
    writing.lock();
    try {
      out.write(bytes);
    } finally {
      writing.unlock();
    }
  }
}
