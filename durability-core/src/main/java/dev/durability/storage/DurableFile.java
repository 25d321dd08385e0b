package dev.durability.storage;

import dev.durability.errors.DurabilityException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Writes, reads and deletes a small file as a whole, one call each, such as settings or the name of
 * a member. {@link AtomicFile} does the writing.
 *
 * <p><b>Durability.</b> When {@link #write} or {@link #delete} returns, its effect is durable. A
 * crash in the middle leaves the old file or the new one, whole.
 *
 * <p><b>Temporary files.</b> Until a file is whole its name is {@code <path>.<16 hex digits>.tmp}.
 * A write that fails deletes it. If a crash leaves one, the next write or deletion of the same path
 * deletes it; both list the directory of the file for that.
 *
 * <p><b>Threads and processes.</b> All methods may be called by many threads. If threads of one
 * process write the same path at the same time, each writes a whole file, and the last one stays.
 * If processes do, one of them may fail with an {@link IOException}, and the other one's file is
 * there, whole. Interrupts have no effect.
 *
 * <p><b>Not promised.</b> There is no checksum: damage by the storage is read as it is. A
 * checkpoint without a log has checksums.
 */
public final class DurableFile {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Pattern TEMPORARY = Pattern.compile("\\.[0-9a-f]{16}\\.tmp");

  /** The temporary files that this process is writing now: no leftovers. */
  private static final Set<String> IN_THE_MAKING = ConcurrentHashMap.newKeySet();

  private DurableFile() {}

  /**
   * Writes a file, and replaces one that is there.
   *
   * @param directory where the file is
   * @param path its name; missing directories are created. Not one of the files of a log
   * @param content all of its bytes
   * @throws IllegalArgumentException if {@link Directory} refuses the path; nothing was written
   * @throws IOException if a step fails. Until the content is durable, a file that was there stays
   *     as it was; after that, there is either the old file or the new one, whole, and after a loss
   *     of power it may be the other one. Writing can be retried
   */
  public static void write(Directory directory, String path, byte[] content) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(content);
    List<String> unused = PathRules.names(path); // "" would get a temporary name that is no path.
    directory.createDirectories(Directory.parentOf(path));
    deleteLeftovers(directory, path);
    String temporary = String.format(Locale.ROOT, "%s.%016x.tmp", path, RANDOM.nextLong());
    boolean unusedToo = IN_THE_MAKING.add(temporary);
    try {
      write(directory, path, temporary, bytes);
    } finally {
      IN_THE_MAKING.remove(temporary);
    }
  }

  private static void write(Directory directory, String path, String temporary, ByteBuffer bytes)
      throws IOException {
    try (AtomicFile file = AtomicFile.create(directory, path, temporary)) {
      file.write(bytes);
      file.commit();
    } catch (Throwable e) {
      try {
        if (directory.exists(temporary)) {
          directory.delete(temporary); // It may take up the room that was lacking.
        }
      } catch (IOException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  /**
   * Reads a whole file.
   *
   * @param directory where the file is
   * @param path its name
   * @param bytesMax the most bytes that it may have. They are read into memory
   * @return all of its bytes
   * @throws IllegalArgumentException if {@link Directory} refuses the path, or the limit is
   *     negative
   * @throws NoSuchFileException if it is missing
   * @throws DurabilityException if it has more bytes than allowed, or is cut while it is read
   * @throws IOException if the storage fails
   */
  public static byte[] read(Directory directory, String path, int bytesMax) throws IOException {
    if (bytesMax < 0) {
      throw new IllegalArgumentException("bytesMax is " + bytesMax + ": it must be at least 0");
    }
    try (ReadFile file = directory.open(path)) {
      long size = file.size();
      if (size > bytesMax) {
        throw new DurabilityException(
            "reading "
                + path
                + ": it has "
                + size
                + " bytes, more than the "
                + bytesMax
                + " that are allowed. Allow more, or read it in pieces");
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) size);
      while (bytes.hasRemaining()) {
        if (file.read(bytes, bytes.position()) < 0) {
          throw new DurabilityException(
              "reading "
                  + path
                  + ": it had "
                  + size
                  + " bytes, and ended at offset "
                  + bytes.position()
                  + ". Something cut it meanwhile: read it again");
        }
      }
      return bytes.array();
    }
  }

  /**
   * Deletes a file, if there is one, and what a crash left of writing it.
   *
   * @param directory where the file is
   * @param path its name
   * @return whether there was a file
   * @throws IllegalArgumentException if {@link Directory} refuses the path; nothing was deleted
   * @throws IOException if the storage fails: the file may be there or not, and after a loss of
   *     power it may be there again
   */
  public static boolean delete(Directory directory, String path) throws IOException {
    List<String> unused = PathRules.names(path);
    String parent = Directory.parentOf(path);
    if (!parent.isEmpty() && !directory.exists(parent)) {
      return false;
    }
    deleteLeftovers(directory, path);
    boolean deleted = deleteIfThere(directory, path);
    // Also if there was none: a crash must not bring back what an earlier call deleted.
    directory.sync(parent);
    return deleted;
  }

  private static void deleteLeftovers(Directory directory, String path) throws IOException {
    String parent = Directory.parentOf(path);
    String prefix = parent.isEmpty() ? "" : parent + "/";
    for (String name : directory.list(parent)) {
      String found = prefix + name;
      if (isTemporaryOf(path, found) && !IN_THE_MAKING.contains(found)) {
        boolean unused = deleteIfThere(directory, found);
      }
    }
  }

  private static boolean isTemporaryOf(String path, String name) {
    return name.startsWith(path) && TEMPORARY.matcher(name.substring(path.length())).matches();
  }

  /** Others may delete it at the same time. */
  private static boolean deleteIfThere(Directory directory, String path) throws IOException {
    try {
      directory.delete(path);
      return true;
    } catch (NoSuchFileException gone) {
      return false;
    }
  }
}
