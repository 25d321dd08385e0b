package dev.durability.systemcalls;

import java.nio.ByteBuffer;

/**
 * What a process asked of the system and got. Moments are the lines of a trace: between the two of
 * a call, those of other threads may lie.
 *
 * @param kind what it did
 * @param begun when it began
 * @param returned when it returned, or the process died in it
 * @param path what it did that to
 * @param target the new name, of a rename alone
 * @param offset where it wrote, or to what size it cut
 * @param bytes what it wrote
 */
record SystemCall(
    Kind kind, int begun, int returned, String path, String target, long offset, ByteBuffer bytes) {
  /** The moment of what did not happen. */
  static final int NEVER = Integer.MAX_VALUE;

  enum Kind {
    CREATE,
    WRITE,
    CUT,
    SYNC,
    RENAME,
    DELETE,
    MAKE_DIRECTORY,
    PRINT
  }

  SystemCall {
    if (begun > returned) {
      throw new IllegalArgumentException("returned at " + returned + ", begun at " + begun);
    }
  }

  /** Whether the other had returned when this one began. */
  boolean follows(SystemCall other) {
    return other.returned < begun;
  }

  @Override
  public String toString() {
    String lines = begun == returned ? "line " + begun : "line " + begun + " to " + returned;
    return lines + ": " + kind + " " + path + (target.isEmpty() ? "" : " to " + target);
  }
}
