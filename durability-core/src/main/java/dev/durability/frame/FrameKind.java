package dev.durability.frame;

import org.jspecify.annotations.Nullable;

/** The kinds of frames, and what the format says of each. */
public enum FrameKind {
  /** An entry; the last of its batch, if a batch is open. */
  ENTRY(FrameKind.ENTRY_CODE),

  /** An entry that more entries of the same atomic batch follow. */
  PART(2),

  /** A promise: all entries up to one are durable. */
  MARK(3),

  /** Up to where a checkpoint covers the log. */
  CHECKPOINT(4),

  /** A promise, and the end of the file. */
  END(5),

  /** How the payloads of the entries after it are encoded. */
  SCHEMA(6);

  static final int ENTRY_CODE = 1;

  private static final @Nullable FrameKind[] BY_CODE = byCode();

  private final int code;

  FrameKind(int code) {
    this.code = code;
  }

  private static @Nullable FrameKind[] byCode() {
    @Nullable FrameKind[] kinds = new @Nullable FrameKind[1 << 4];
    for (FrameKind kind : values()) {
      kinds[kind.code] = kind;
    }
    return kinds;
  }

  /** {@return the four bits that stand for it} */
  public int code() {
    return code;
  }

  /** Returns the kind that four bits stand for, or null if they stand for none. */
  static @Nullable FrameKind of(int code) {
    return BY_CODE[code];
  }

  /** Whether it is an entry of the log: its id is its own, and no other frame has it. */
  boolean takesId() {
    return switch (this) {
      case ENTRY, PART -> true;
      case MARK, CHECKPOINT, END, SCHEMA -> false; // They carry the id of the next entry.
    };
  }

  /** Whether its payload starts with the id of an earlier entry: one that it promises or covers. */
  boolean pointsBack() {
    return switch (this) {
      case ENTRY, PART, SCHEMA -> false;
      case MARK, CHECKPOINT, END -> true;
    };
  }

  /** Whether a file of this type may contain it. */
  boolean isAllowedIn(FileType type) {
    return switch (this) {
      case ENTRY, END, SCHEMA -> true;
      case MARK -> type != FileType.CHECKPOINT;
      case PART, CHECKPOINT -> type == FileType.SEGMENT;
    };
  }

  /** Whether its payload may have this size, in bytes. */
  boolean canHavePayloadOf(int bytes) {
    return switch (this) {
      case ENTRY, PART -> true;
      case MARK, END -> bytes == FrameFormat.PROMISE_PAYLOAD_BYTES;
      case CHECKPOINT ->
          bytes >= FrameFormat.COVERED_BYTES && bytes <= FrameFormat.PAYLOAD_BYTES_MAX_PAST_BREAK;
      case SCHEMA -> bytes >= FrameFormat.SCHEMA_BYTES_MIN && bytes <= FrameFormat.SCHEMA_BYTES_MAX;
    };
  }

  /** Whether a frame of this kind may carry this id. */
  boolean canHaveId(long id) {
    return id > 0 && (id <= FrameFormat.ENTRY_ID_MAX || !takesId());
  }
}
