package dev.durability.rust;

import java.io.OutputStream;

/** Counts what is written, and drops it. */
final class CountedOutput extends OutputStream {
  private long bytes;

  @Override
  public void write(int b) {
    bytes++;
  }

  @Override
  public void write(byte[] source, int offset, int length) {
    bytes += length;
  }

  long bytes() {
    return bytes;
  }
}
