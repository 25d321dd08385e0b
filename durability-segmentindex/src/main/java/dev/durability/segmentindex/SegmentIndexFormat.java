package dev.durability.segmentindex;

import dev.durability.errors.CodecException;
import dev.durability.errors.FormatException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a {@link SegmentIndexState}. All numbers are varints, seven bits per byte, lowest
 * first: ids, which are unsigned, of at most 64 bits, others of at most 63.
 *
 * <ol>
 *   <li>version, 1
 *   <li>count of segments; for each, by ascending id: id, document count, count of deleted
 *       documents, and for each of these, ascending, how many documents are between it and the one
 *       before. A document count that is not known is 2^32, one more than a segment can have
 *   <li>count of open merges; for each, by ascending transaction id: transaction id, count of
 *       segments, their ids
 * </ol>
 */
final class SegmentIndexFormat {

  private static final int VERSION = 1;
  private static final long UNKNOWN_COUNT = Segment.DOC_COUNT_MAX + 1;

  private SegmentIndexFormat() {}

  /** Writes through a small buffer, so that {@code out} need not have one. */
  public static final class Writer {
    private static final int NUMBER_BYTES_MAX = 10;

    private final OutputStream out;
    private final byte[] buffer = new byte[8192];
    private int size;

    Writer(OutputStream out) throws IOException {
      this.out = out;
      number(VERSION);
    }

    void count(int count) throws IOException {
      number(count);
    }

    void segment(long id, Segment segment) throws IOException {
      number(id);
      number(segment.docCount == Segment.UNKNOWN ? UNKNOWN_COUNT : segment.docCount);
      number(segment.deleted.size());
      long next = 0;
      for (long left = segment.deleted.size(); left > 0; left--) {
        long document = segment.deleted.nextFrom(next);
        number(document - next);
        next = document + 1;
      }
    }

    void merge(long id, List<Long> segmentIds) throws IOException {
      number(id);
      number(segmentIds.size());
      for (Long segmentId : segmentIds) {
        number(segmentId);
      }
    }

    private void number(long number) throws IOException {
      if (buffer.length - size < NUMBER_BYTES_MAX) {
        finish();
      }
      long rest = number;
      while (Long.compareUnsigned(rest, 0x80) >= 0) {
        buffer[size++] = (byte) (rest | 0x80);
        rest >>>= 7;
      }
      buffer[size++] = (byte) rest;
    }

    /** Hands over what is in the buffer. */
    void finish() throws IOException {
      out.write(buffer, 0, size);
      size = 0;
    }
  }

  /** Reads, and trusts nothing: it takes memory only for what it has read. */
  public static final class Reader {
    private final InputStream in;
    private long offset;

    Reader(InputStream in) throws IOException {
      this.in = in;
      long version = number();
      if (version != VERSION) {
        throw new FormatException(
            "reading a segment index: its version is "
                + version
                + ", but the newest known version is "
                + VERSION
                + "; read it with a newer version of the library");
      }
    }

    /** Reads an id that must be above the one before, if there is one. */
    long idAfter(@Nullable Long previous) throws IOException {
      long id = id();
      if (previous != null && Long.compareUnsigned(id, previous) <= 0) {
        throw failure(
            "the id " + Unsigned.text(id) + " follows the id " + Unsigned.text(previous), null);
      }
      return id;
    }

    Segment segment(Object owner) throws IOException {
      long bound = number();
      if (bound > UNKNOWN_COUNT) {
        throw failure("a segment has " + bound + " documents", null);
      }
      DocumentSet deleted = new DocumentSet();
      long next = 0;
      for (long left = number(); left > 0; left--) {
        long gap = number();
        if (gap >= bound - next) {
          throw failure("a deleted document is beyond the " + bound + " of its segment", null);
        }
        deleted.add(next + gap);
        next += gap + 1;
      }
      return new Segment(owner, bound == UNKNOWN_COUNT ? Segment.UNKNOWN : bound, deleted);
    }

    List<Long> ids() throws IOException {
      List<Long> ids = new ArrayList<>();
      for (long left = number(); left > 0; left--) {
        ids.add(id());
      }
      return ids;
    }

    long number() throws IOException {
      long number = id();
      if (number < 0) {
        throw failure("a number takes more than 63 bits", null);
      }
      return number;
    }

    private long id() throws IOException {
      long id = 0;
      for (int shift = 0; shift < Long.SIZE; shift += 7) {
        int octet = in.read();
        if (octet < 0) {
          throw failure("the bytes end in the middle of the state", null);
        }
        offset++;
        id |= (octet & 0x7FL) << shift;
        if (octet < 0x80 && (shift < 63 || octet <= 1)) {
          return id;
        }
      }
      throw failure("an id takes more than 64 bits", null);
    }

    CodecException failure(String problem, @Nullable Throwable cause) {
      return new CodecException(
          "reading a segment index at byte "
              + offset
              + ": "
              + problem
              + "; the bytes are damaged, or are not those of a segment index: use another"
              + " checkpoint",
          cause);
    }
  }
}
