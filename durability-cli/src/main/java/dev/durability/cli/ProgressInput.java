package dev.durability.cli;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Counts what is read from a stream. */
final class ProgressInput extends FilterInputStream {
  private final Progress progress;

  ProgressInput(InputStream in, Progress progress) {
    super(in);
    this.progress = progress;
  }

  @Override
  public int read() throws IOException {
    int b = super.read();
    progress.add(b < 0 ? 0 : 1);
    return b;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int count = super.read(target, offset, length);
    progress.add(Math.max(0, count));
    return count;
  }
}
