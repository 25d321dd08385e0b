package dev.durability.frame;

import dev.durability.storage.AtomicFile;
import dev.durability.storage.Directory;
import dev.durability.storage.QuarantinedFile;
import dev.durability.storage.ReadFile;
import java.io.EOFException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keeps bytes that recovery is about to cut off a file, as evidence: lists them, and removes the
 * oldest beyond a limit. Holds no state.
 */
public final class Quarantine {
  private static final Pattern NAME = Pattern.compile("(.+)@([0-9]{1,19})-([0-9]{1,9})");

  private static final String TEMPORARY = ".tmp";
  private static final int PIECE_BYTES = 1 << 16;

  /** How many bytes are kept by default: 256 MiB. */
  public static final long BYTES_MAX = 256L << 20;

  private Quarantine() {}

  /**
   * Copies a part of a file to {@code <quarantine>/<file name>@<from>-<n>}, without the zeros at
   * its end. What an earlier attempt copied already, byte for byte, is not copied again. When this
   * returns the copy is durable, its name included, so the bytes may be cut.
   *
   * @param directory where both are
   * @param quarantine the directory for the copy, created if it is missing
   * @param file the file
   * @param from the offset of the first byte
   * @param toExclusive the offset after the last byte, at most the file's size
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
      String prefix = nameOf(file) + "@" + from + "-";
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
      return Optional.of(path);
    }
  }

  /**
   * Removes incomplete copies that a crash left. Durable with the next sync of the quarantine,
   * which {@link #copy} does; until then they may come back.
   *
   * @param directory where they are
   * @param quarantine the directory of the copies, which may be missing
   * @param isOwn as for {@link #list}
   * @throws IOException if that fails
   */
  public static void removeTemporaries(
      Directory directory, String quarantine, Predicate<String> isOwn) throws IOException {
    if (!directory.exists(quarantine)) {
      return;
    }
    for (String name : directory.list(quarantine)) {
      if (!name.endsWith(TEMPORARY)) {
        continue;
      }
      Matcher copy = NAME.matcher(name.substring(0, name.length() - TEMPORARY.length()));
      if (copy.matches() && isOwn.test(copy.group(1))) {
        directory.delete(quarantine + "/" + name);
      }
    }
  }

  /**
   * Lists what is kept, the oldest first: in the order of file, offset and number, which is also
   * the order in time, since a log only grows. A file that is removed meanwhile is left out.
   *
   * @param directory where it is
   * @param quarantine the directory of the copies, which may be missing
   * @param isOwn tells by the name of a file whether what was cut off it belongs to the log
   * @return the copies
   * @throws IOException if one cannot be looked at
   */
  public static List<QuarantinedFile> list(
      Directory directory, String quarantine, Predicate<String> isOwn) throws IOException {
    List<QuarantinedFile> kept = new ArrayList<>();
    for (String name : names(directory, quarantine, isOwn)) {
      String path = quarantine + "/" + name;
      try (ReadFile file = directory.open(path)) {
        kept.add(new QuarantinedFile(path, file.size()));
      } catch (NoSuchFileException removedMeanwhile) {
        // By an operator, or by an opening that keeps the bound.
      }
    }
    return Collections.unmodifiableList(kept);
  }

  private static List<String> names(Directory directory, String quarantine, Predicate<String> isOwn)
      throws IOException {
    List<String> listed;
    try {
      listed = directory.list(quarantine);
    } catch (NoSuchFileException none) {
      return List.of();
    }
    return listed.stream()
        .map(NAME::matcher)
        .filter(matcher -> matcher.matches() && isOwn.test(matcher.group(1)))
        .sorted(
            Comparator.comparing((Matcher name) -> name.group(1))
                .thenComparing(name -> new BigInteger(name.group(2)))
                .thenComparing(name -> new BigInteger(name.group(3))))
        .map(Matcher::group)
        .toList();
  }

  /**
   * Removes the oldest copies until the others have at most so many bytes. Durable when this
   * returns, if it removed any.
   *
   * @param directory where they are
   * @param quarantine the directory of the copies, which may be missing
   * @param isOwn as for {@link #list}
   * @param bytesMax how many bytes may stay
   * @param justKept the path of a copy that stays in any case
   * @throws IOException if that fails; some may have been removed
   */
  public static void bound(
      Directory directory,
      String quarantine,
      Predicate<String> isOwn,
      long bytesMax,
      String justKept)
      throws IOException {
    List<QuarantinedFile> kept = list(directory, quarantine, isOwn);
    BigInteger bytes = BigInteger.ZERO;
    for (QuarantinedFile file : kept) {
      bytes = bytes.add(BigInteger.valueOf(file.bytes()));
    }
    List<QuarantinedFile> oldest = new ArrayList<>();
    for (QuarantinedFile file : kept) {
      if (bytes.compareTo(BigInteger.valueOf(bytesMax)) <= 0) {
        break;
      }
      if (!file.path().equals(justKept)) {
        oldest.add(file);
        bytes = bytes.subtract(BigInteger.valueOf(file.bytes()));
      }
    }
    remove(directory, quarantine, isOwn, oldest);
  }

  /**
   * Removes copies. What is gone already counts as removed. Durable when this returns.
   *
   * @param directory where they are
   * @param quarantine the directory of the copies
   * @param isOwn as for {@link #list}
   * @param files the copies
   * @throws IllegalArgumentException if one is not a copy that the log keeps; nothing was removed
   * @throws IOException if that fails; some may have been removed
   */
  public static void remove(
      Directory directory, String quarantine, Predicate<String> isOwn, List<QuarantinedFile> files)
      throws IOException {
    for (QuarantinedFile file : files) {
      Matcher name = NAME.matcher(nameOf(file.path()));
      if (!name.matches()
          || !isOwn.test(name.group(1))
          || !file.path().equals(quarantine + "/" + name.group())) {
        throw new IllegalArgumentException(
            file.path() + " is not a file that this log keeps in quarantine; nothing was removed");
      }
    }
    if (files.isEmpty()) {
      return;
    }
    for (QuarantinedFile file : files) {
      try {
        directory.delete(file.path());
      } catch (NoSuchFileException removedMeanwhile) {
        // By an operator, or by an opening that keeps the bound.
      }
    }
    directory.sync(quarantine);
  }

  /** Under a temporary name until it is durable: a final name never stands for half a copy. */
  private static void write(
      Directory directory, String path, ReadFile source, long from, long toExclusive)
      throws IOException {
    AtomicFile copy = AtomicFile.create(directory, path);
    try (copy) {
      ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
      for (long at = from; at < toExclusive; at += piece.limit()) {
        read(source, at, toExclusive, piece);
        copy.write(piece);
      }
      copy.sync();
    }
    copy.commit();
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

  /** The name of a file without its directory, with which the names of its copies start. */
  public static String nameOf(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
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
