package dev.durability.cli;

import dev.durability.storage.FsDirectory;
import dev.durability.storage.LockHolding;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Who has a log open to write. The holder of the lock noted itself in a file. Whoever copies the
 * directory copies that note, so a process that runs counts only if the lock is not free.
 */
final class LockLook {
  /** The file of the lock. */
  static final String LOCK = "wal/.lock";

  private static final String NOTE = LOCK + ".holder";

  private LockLook() {}

  /**
   * Looks who noted that it has the lock.
   *
   * @param log the directory of the log
   * @return null if nobody did, or if that process runs and does not have this lock
   */
  static @Nullable LockHolding holder(Path log) throws IOException {
    LockHolding noted = FsDirectory.openForReading(log).holderOf(LOCK).orElse(null);
    if (noted == null || noted.state() != LockHolding.State.RUNNING) {
      return noted;
    }
    // To open the file and close it again would free a lock of this very process.
    boolean isThisProcess = noted.process() == ProcessHandle.current().pid();
    return !isThisProcess && isFree(log.resolve(LOCK)) ? null : noted;
  }

  /**
   * Whether a lock is there, and no note of who took it. Closing the log removes that note; a kill
   * leaves it.
   */
  static boolean isReleased(Path log) {
    return Files.exists(log.resolve(LOCK), LinkOption.NOFOLLOW_LINKS)
        && !Files.exists(log.resolve(NOTE), LinkOption.NOFOLLOW_LINKS);
  }

  /** Takes the lock for a moment, shared, and only if nobody has it. Writes nothing. */
  private static boolean isFree(Path lock) {
    if (!Files.isRegularFile(lock, LinkOption.NOFOLLOW_LINKS)) {
      return !Files.exists(lock, LinkOption.NOFOLLOW_LINKS);
    }
    try (FileChannel file = FileChannel.open(lock, StandardOpenOption.READ);
        FileLock shared = file.tryLock(0, Long.MAX_VALUE, true)) {
      return shared != null;
    } catch (IOException | OverlappingFileLockException unknown) {
      return false; // Not readable, or on a file system without locks: then the note counts.
    }
  }
}
