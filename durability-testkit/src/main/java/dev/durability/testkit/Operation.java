package dev.durability.testkit;

import org.jspecify.annotations.Nullable;

/**
 * One change of a disk, as recorded in the trace.
 *
 * @param kind what is done
 * @param path the file or directory, by the name that the caller used
 * @param target the new name of a rename
 * @param inode the file, for what is done to an open one
 * @param offset where a write starts, the size that is cut to, or how much is reserved
 * @param bytes what is written
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares operations.
record Operation(
    Kind kind, String path, @Nullable String target, int inode, long offset, byte[] bytes) {
  private static final byte[] NONE = new byte[0];

  /** What an operation does. */
  enum Kind {
    CREATE("create"),
    RENAME("rename"),
    DELETE("delete"),
    CREATE_DIRECTORIES("create directories"),
    SYNC_DIRECTORY("sync directory"),
    SYNC_DIRECTORY_IN_VAIN("failed sync of directory"),
    WRITE("write"),
    TRUNCATE("cut"),
    SYNC("sync"),
    SYNC_IN_VAIN("failed sync of");

    private final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  static Operation of(Kind kind, String path) {
    return new Operation(kind, path, null, 0, 0, NONE);
  }

  static Operation create(String path, long reserved) {
    return new Operation(Kind.CREATE, path, null, 0, reserved, NONE);
  }

  static Operation rename(String from, String to) {
    return new Operation(Kind.RENAME, from, to, 0, 0, NONE);
  }

  static Operation write(String path, int inode, long offset, byte[] bytes) {
    return new Operation(Kind.WRITE, path, null, inode, offset, bytes);
  }

  static Operation truncate(String path, int inode, long size) {
    return new Operation(Kind.TRUNCATE, path, null, inode, size, NONE);
  }

  static Operation sync(Kind kind, String path, int inode) {
    return new Operation(kind, path, null, inode, 0, NONE);
  }

  @Override
  public String toString() {
    String text = kind.words + " " + (path.isEmpty() ? "the root" : path);
    return switch (kind) {
      case CREATE -> offset == 0 ? text : text + ", " + offset + " bytes reserved";
      case RENAME -> text + " to " + target;
      case WRITE -> text + " at " + offset + ", " + bytes.length + " bytes";
      case TRUNCATE -> text + " to " + offset + " bytes";
      default -> text;
    };
  }
}
