package dev.durability;

import java.io.OutputStream;
import java.util.Arrays;
import java.util.Objects;

/** The bytes of one entry, in an array that grows up to a limit. */
final class EntryBytes extends OutputStream {
  private final int sizeMax;
  private byte[] bytes;
  private int size;

  EntryBytes(int usual, int sizeMax) {
    this.sizeMax = sizeMax;
    this.bytes = new byte[Math.min(usual, sizeMax)];
  }

  byte[] bytes() {
    return bytes;
  }

  int size() {
    return size;
  }

  @Override
  public void write(int b) {
    reserve(1);
    bytes[size++] = (byte) b;
  }

  @Override
  public void write(byte[] source, int from, int length) {
    Objects.checkFromIndexSize(from, length, source.length);
    reserve(length);
    System.arraycopy(source, from, bytes, size, length);
    size += length;
  }

  private void reserve(int more) {
    if (more > sizeMax - size) {
      throw new IllegalArgumentException(
          "the encoded entry has more than "
              + sizeMax
              + " bytes, the limit of this log (WalOptions.entryBytesMax). Nothing was"
              + " appended: split the entry, or open the log with a larger limit");
    }
    if (more > bytes.length - size) {
      bytes = Arrays.copyOf(bytes, Math.min(sizeMax, Math.max(size + more, 2 * size)));
    }
  }
}
