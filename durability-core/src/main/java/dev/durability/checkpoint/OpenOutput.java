package dev.durability.checkpoint;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** A stream that stays open when its user closes it: only the caller knows whether to commit. */
final class OpenOutput extends FilterOutputStream {
  OpenOutput(OutputStream out) {
    super(out);
  }

  @Override
  public void write(byte[] b, int off, int len) throws IOException {
    // In one call; the superclass writes byte by byte.
    out.write(b, off, len);
  }

  @Override
  public void close() {}
}
