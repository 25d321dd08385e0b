package dev.durability.frame;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Keeps bytes that recovery is about to cut off a file, as evidence. Holds no state. */
public final class Quarantine {
  private static final int PIECE_BYTES = 1 << 16;

  private Quarantine() {}

  /**
   * Copies a part of a file to {@code <quarantine>/<file name>@<from>-<n>}, without the zeros at
   * its end. What an earlier attempt copied already, byte for byte, is not copied again. When this
   * returns the copy is durable, its name included, so the bytes may be cut.
   *
   * @param directory where both are
   * @param quarantine the directory for the copy, created where it is missing
   * @param file the file
   * @param from the offset of the first byte
   * @param toExclusive the offset behind the last byte, at most the file's size
   * @return the path of the copy, or empty if there is nothing but zeros
   * @throws IOException if anything fails; the file is as it was, a temporary file may be left
   */
  public static Optional<String> copy(
      Directory directory, String quarantine, String file, long from, long toExclusive)
      throws IOException {
    try (ReadFile source = directory.open(file)) {
      long end = nonZeroEnd(source, from, toExclusive);
      if (end == from) {
        return Optional.empty();
      }
      directory.createDirectories(quarantine);
      List<String> names = directory.list(quarantine);
      String prefix = file.substring(file.lastIndexOf('/') + 1) + "@" + from + "-";
      int n = 1;
      for (; names.contains(prefix + n); n++) {
        String kept = quarantine + "/" + prefix + n;
        if (isCopy(directory, kept, source, from, end)) {
          // The attempt that made it may have died between the rename and this sync.
          directory.sync(quarantine);
          return Optional.of(kept);
        }
      }
      String path = quarantine + "/" + prefix + n;
      write(directory, path, source, from, end);
      directory.sync(quarantine);
      return Optional.of(path);
    }
  }

  /**
   * Removes half copies of a file that a crash left. Durable with the next sync of the quarantine,
   * which {@link #copy} does; until then they may come back.
   *
   * @param directory where both are
   * @param quarantine the directory of the copies, which may be missing
   * @param file the file that they are of
   * @throws IOException if that fails
   */
  public static void removeTemporaries(Directory directory, String quarantine, String file)
      throws IOException {
    if (!directory.exists(quarantine)) {
      return;
    }
    String prefix = file.substring(file.lastIndexOf('/') + 1) + "@";
    for (String name : directory.list(quarantine)) {
      if (name.startsWith(prefix) && name.endsWith(".tmp")) {
        directory.delete(quarantine + "/" + name);
      }
    }
  }

  /** Under a temporary name until it is durable: a final name never stands for half a copy. */
  private static void write(
      Directory directory, String path, ReadFile source, long from, long toExclusive)
      throws IOException {
    String temporary = path + ".tmp";
    if (directory.exists(temporary)) {
      directory.delete(temporary);
    }
    try (AppendFile target = directory.create(temporary, 0)) {
      ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
      for (long at = from; at < toExclusive; at += piece.limit()) {
        read(source, at, toExclusive, piece);
        target.write(piece);
      }
      target.sync();
    }
    directory.rename(temporary, path);
  }

  private static boolean isCopy(
      Directory directory, String path, ReadFile source, long from, long toExclusive)
      throws IOException {
    try (ReadFile kept = directory.open(path)) {
      if (kept.size() != toExclusive - from) {
        return false;
      }
      ByteBuffer expected = ByteBuffer.allocate(PIECE_BYTES);
      ByteBuffer actual = ByteBuffer.allocate(PIECE_BYTES);
      for (long at = from; at < toExclusive; at += expected.limit()) {
        read(source, at, toExclusive, expected);
        read(kept, at - from, toExclusive - from, actual);
        if (!expected.equals(actual)) {
          return false;
        }
      }
      return true;
    }
  }

  private static long nonZeroEnd(ReadFile source, long from, long toExclusive) throws IOException {
    ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
    long end = toExclusive;
    while (end > from) {
      long start = Math.max(from, end - PIECE_BYTES);
      read(source, start, end, piece);
      for (int i = piece.limit(); i > 0; i--) {
        if (piece.get(i - 1) != 0) {
          return start + i;
        }
      }
      end = start;
    }
    return from;
  }

  /** Fills the piece from the file, up to an offset. */
  static void read(ReadFile source, long at, long toExclusive, ByteBuffer piece)
      throws IOException {
    piece.clear().limit((int) Math.min(piece.capacity(), toExclusive - at));
    while (piece.hasRemaining()) {
      if (source.read(piece, at + piece.position()) < 0) {
        throw new EOFException(
            "the file ended at offset " + (at + piece.position()) + " while it was copied");
      }
    }
    piece.flip();
  }
}
