package dev.durability.recordlog;

import java.io.OutputStream;
import java.util.Arrays;

/** The bytes of one record while they are encoded, up to a limit. */
final class RecordBytes extends OutputStream {
  private final String path;
  private final int bytesMax;
  private byte[] array;
  private int size;

  RecordBytes(String path, int bytesMax) {
    this.path = path;
    this.bytesMax = bytesMax;
    this.array = new byte[Math.min(512, bytesMax)];
  }

  @Override
  public void write(int b) {
    grow(1);
    array[size++] = (byte) b;
  }

  @Override
  public void write(byte[] b, int off, int len) {
    grow(len);
    System.arraycopy(b, off, array, size, len);
    size += len;
  }

  private void grow(int more) {
    if (more > bytesMax - size) {
      throw new IllegalArgumentException(
          "a record for "
              + path
              + " takes more than the limit of "
              + bytesMax
              + " bytes. Nothing was appended: split it, or open the log with a larger limit");
    }
    if (size + more > array.length) {
      array = Arrays.copyOf(array, Math.min(bytesMax, Math.max(size + more, array.length * 2)));
    }
  }

  byte[] array() {
    return array;
  }

  int size() {
    return size;
  }
}
