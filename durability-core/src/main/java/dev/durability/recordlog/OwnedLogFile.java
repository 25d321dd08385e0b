package dev.durability.recordlog;

import dev.durability.codec.Codec;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.frame.AfterFailure;
import dev.durability.frame.FrameFile;
import dev.durability.frame.OwnedDirectory;
import dev.durability.frame.WallClock;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.ReadFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * The file of a record log and the lock of its only writer. Before it writes, and before anything
 * synced is acknowledged, it checks that no other writer is at work. After the first failure, other
 * than a write that was rolled back, it refuses further work. One thread at a time uses it.
 */
final class OwnedLogFile implements Closeable {
  private final DirectoryLock lock;
  private final RecordLogOpening opening;
  private final FrameFile file;

  /** The same file as readers see it. It shows whether another writer changed it. */
  private final ReadFile seen;

  private @Nullable Throwable firstFailure;

  private OwnedLogFile(DirectoryLock lock, RecordLogOpening opening, ReadFile seen) {
    this.lock = lock;
    this.opening = opening;
    this.file = opening.file();
    this.seen = seen;
  }

  /**
   * Takes the lock {@code <path>.lock}, and creates the file or makes it ready to go on.
   *
   * @throws IOException as {@link RecordLogWriter#open}; nothing stays open or locked
   */
  static OwnedLogFile open(
      Directory directory, String path, Codec<?> codec, Clock clock, long quarantineBytesMax)
      throws IOException {
    RecordLogOpening.refuseForeign(directory, path);
    directory.createDirectories(Directory.parentOf(path));
    AfterFailure.prepare();
    DirectoryLock lock = directory.lock(path + ".lock");
    try {
      return open(directory, path, codec, clock, quarantineBytesMax, lock);
    } catch (Throwable e) { // Also if it comes while another failure is dealt with.
      AfterFailure.close(e, lock);
      throw e;
    }
  }

  private static OwnedLogFile open(
      Directory directory,
      String path,
      Codec<?> codec,
      Clock clock,
      long quarantineBytesMax,
      DirectoryLock lock)
      throws IOException {
    @Nullable RecordLogOpening opening = null;
    @Nullable ReadFile seen = null;
    try {
      if (directory.exists(path)) {
        lock.guard(path); // Before any change, because the file may be open under another name.
      }
      opening =
          RecordLogOpening.open(
              new OwnedDirectory(directory, lock),
              path,
              codec,
              WallClock.micros(clock.instant()),
              quarantineBytesMax);
      lock.guard(path); // The file may be new.
      seen = directory.open(path);
      return new OwnedLogFile(lock, opening, seen);
    } catch (DurabilityException e) {
      closeFiles(e, seen, opening);
      throw OwnedDirectory.lostOr(lock, e);
    } catch (IOException | RuntimeException | Error e) {
      closeFiles(e, seen, opening);
      throw e;
    }
  }

  private static void closeFiles(
      Throwable failure, @Nullable ReadFile seen, @Nullable RecordLogOpening opening) {
    try (opening;
        seen) {
      return;
    } catch (IOException second) {
      failure.addSuppressed(second);
    }
  }

  /** What opening found in the file. */
  RecordLogOpening opening() {
    return opening;
  }

  String path() {
    return file.path();
  }

  /** As {@link OwnedDirectory#lostOr}. */
  DurabilityException lostOr(DurabilityException failure) {
    return OwnedDirectory.lostOr(lock, failure);
  }

  /** Writes whole frames, from the buffer's position to its limit. */
  void write(ByteBuffer frames) throws IOException {
    guarded(() -> writeOwned(frames));
  }

  private void writeOwned(ByteBuffer frames) throws IOException {
    requireOnlyWriter();
    file.write(frames);
  }

  /** Shows what was written to all readers. */
  void flush() throws IOException {
    guarded(file::flush);
  }

  /** Makes durable what was written. When this returns, it may be acknowledged. */
  void sync() throws IOException {
    guarded(file::sync);
    // After the sync: a writer that opened the log before this read less than is acknowledged now.
    guarded(this::requireOnlyWriter);
  }

  /**
   * Called before anything is written, because a write would damage what another writer has
   * acknowledged, and before anything is acknowledged. A writer in another process may have the
   * file open under another name, with another lock: only the size of the file reveals it.
   */
  private void requireOnlyWriter() throws IOException {
    try {
      lock.requireHeld();
    } catch (IOException e) {
      throw new WriterPoisonedException(
          "the writer of " + file.path() + " refuses to go on: " + e.getMessage(), e);
    }
    long size = seen.size();
    if (size != file.position()) {
      throw new WriterPoisonedException(
          file.path()
              + " has "
              + size
              + " bytes, but this writer left it with "
              + file.position()
              + ": another writer is at work, perhaps under another name of the file. Make sure"
              + " that only one runs; then open the log again");
    }
  }

  /**
   * Runs a step on the file. Any failure but a write that was rolled back ends the writer. Noting
   * that takes no call and no memory.
   */
  private void guarded(Step step) throws IOException {
    try {
      step.run();
    } catch (OutcomeOpenException e) {
      throw e;
    } catch (IOException | RuntimeException | Error e) {
      firstFailure = e;
      throw e;
    }
  }

  /**
   * Refuses further work after a failure.
   *
   * @throws WriterPoisonedException if a step failed before, with the first failure as its cause
   */
  void requireUsable() throws WriterPoisonedException {
    Throwable first = firstFailure;
    if (first != null) {
      boolean isWrapped = first instanceof WriterPoisonedException && first.getCause() != null;
      throw new WriterPoisonedException(
          "the writer of "
              + file.path()
              + " failed before and refuses to go on; close it and open the log again",
          isWrapped ? first.getCause() : first);
    }
  }

  /** Closes the file and gives up the lock. Closing again does no harm. */
  @Override
  public void close() throws IOException {
    try (lock;
        file;
        seen) {
      return;
    }
  }

  private interface Step {
    void run() throws IOException;
  }
}
