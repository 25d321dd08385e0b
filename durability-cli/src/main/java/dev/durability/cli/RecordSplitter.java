package dev.durability.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Splits a stream of bytes into records at a separator, in memory for one chunk and one record. It
 * ignores character sets and carriage returns. A last record without a separator counts, unless it
 * is empty. For one thread.
 */
final class RecordSplitter {
  private static final int CHUNK_BYTES = 256 << 10;

  private final InputStream in;
  private final byte separator;
  private final int recordBytesMax;
  private final byte[] chunk = new byte[CHUNK_BYTES];
  private int position;
  private int limit;
  private byte[] partial = new byte[0];
  private int partialBytes;
  private long records;

  /**
   * Starts at the stream's position.
   *
   * @param in the stream; it stays open
   * @param separator what ends a record
   * @param recordBytesMax the largest record
   */
  RecordSplitter(InputStream in, byte separator, int recordBytesMax) {
    this.in = in;
    this.separator = separator;
    this.recordBytesMax = recordBytesMax;
  }

  /**
   * Reads on until a record is complete.
   *
   * @return the record without its separator, or null at the end of the stream
   * @throws RecordTooLongException if it is larger than the largest
   * @throws IOException if reading fails
   */
  byte @Nullable [] next() throws IOException {
    while (true) {
      if (position == limit) {
        position = 0;
        limit = Math.max(0, in.read(chunk, 0, chunk.length));
        if (limit == 0) {
          return partialBytes == 0 ? null : take(0, 0);
        }
      }
      int start = position;
      int at = start;
      while (at < limit && chunk[at] != separator) {
        at++;
      }
      refuseLongerThanMax(partialBytes + (at - start));
      if (at < limit) {
        position = at + 1;
        return take(start, at - start);
      }
      position = at;
      keep(start, at - start);
    }
  }

  private void refuseLongerThanMax(int bytes) throws RecordTooLongException {
    if (bytes > recordBytesMax) {
      String what = separator == '\n' ? "line " : "record ";
      throw new RecordTooLongException(what + (records + 1), recordBytesMax);
    }
  }

  private byte[] take(int start, int length) {
    byte[] record = Arrays.copyOf(partial, partialBytes + length);
    System.arraycopy(chunk, start, record, partialBytes, length);
    partialBytes = 0;
    records++;
    return record;
  }

  private void keep(int start, int length) {
    int needed = partialBytes + length;
    if (needed > partial.length) {
      partial = Arrays.copyOf(partial, Math.max(needed, Math.min(2 * needed, recordBytesMax)));
    }
    System.arraycopy(chunk, start, partial, partialBytes, length);
    partialBytes = needed;
  }
}
