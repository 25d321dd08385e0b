package dev.durability.systemcalls;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happened to one file, under whichever name. Frames are found as docs/format.md has them, in
 * what was written so far; one counts as written by the call that completed it.
 */
final class StoredFile {
  static final int ENTRY = 1;
  static final int PART = 2;
  static final int MARK = 3;
  static final int CHECKPOINT = 4;
  static final int END = 5;

  private static final int HEADER_BYTES = 64;
  private static final int OVERHEAD_BYTES = 16;

  /**
   * A frame.
   *
   * @param number what a MARK or END promises or a CHECKPOINT covers
   * @param path what a CHECKPOINT names
   */
  record Frame(int kind, long id, long number, String path, SystemCall writtenBy) {
    boolean isEntry() {
      return kind == ENTRY || kind == PART;
    }
  }

  private final List<SystemCall> writes = new ArrayList<>();
  private final List<SystemCall> syncs = new ArrayList<>();
  private final List<SystemCall> cuts = new ArrayList<>();
  private final List<Frame> frames = new ArrayList<>();
  private byte[] content = new byte[0];
  private int offset = HEADER_BYTES;
  private @Nullable SystemCall headerWrittenBy;
  private @Nullable SystemCall named;

  void write(SystemCall call) {
    writes.add(call);
    int from = (int) call.offset();
    ByteBuffer bytes = call.bytes().duplicate();
    int to = from + bytes.remaining();
    content = Arrays.copyOf(content, Math.max(content.length, to));
    bytes.get(content, from, bytes.remaining());
    if (from < HEADER_BYTES && to >= HEADER_BYTES) {
      headerWrittenBy = call;
    }
    // Written again is as good as new: whoever opens a log may not trust what is there.
    offset = Math.min(offset, Math.max(HEADER_BYTES, from));
    findFrames(call);
  }

  private void findFrames(SystemCall call) {
    ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.limit() - offset >= OVERHEAD_BYTES) {
      int kind = bytes.getInt(offset + 4) >>> 28;
      int length = bytes.getInt(offset + 4) & 0xfffffff;
      if (kind == 0 || bytes.limit() - offset - OVERHEAD_BYTES < length) {
        return;
      }
      int payload = offset + OVERHEAD_BYTES;
      boolean numbered = kind == MARK || kind == CHECKPOINT || kind == END;
      String path =
          kind == CHECKPOINT
              ? new String(content, payload + 8, length - 8, StandardCharsets.UTF_8)
              : "";
      frames.add(
          new Frame(
              kind, bytes.getLong(offset + 8), numbered ? bytes.getLong(payload) : 0, path, call));
      offset = payload + (length + 7 & -8);
    }
  }

  void sync(SystemCall call) {
    syncs.add(call);
  }

  void cut(SystemCall call) {
    cuts.add(call);
    int size = (int) call.offset();
    content = Arrays.copyOf(content, size);
    offset = Math.min(offset, Math.max(HEADER_BYTES, size));
  }

  void rename(SystemCall call) {
    named = call;
  }

  /** The rename that gave it the name that it has. */
  @Nullable SystemCall named() {
    return named;
  }

  @Nullable SystemCall headerWrittenBy() {
    return headerWrittenBy;
  }

  List<Frame> frames() {
    return frames;
  }

  List<SystemCall> writes() {
    return writes;
  }

  List<SystemCall> cuts() {
    return cuts;
  }

  /** When what was done to it had been synced: a sync covers what had returned when it began. */
  int syncedAt(SystemCall done) {
    return firstReturn(syncs, done);
  }

  static int firstReturn(List<SystemCall> syncs, SystemCall done) {
    return syncs.stream()
        .filter(sync -> sync.follows(done))
        .mapToInt(SystemCall::returned)
        .min()
        .orElse(SystemCall.NEVER);
  }
}
