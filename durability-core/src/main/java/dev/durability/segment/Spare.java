package dev.durability.segment;

import dev.durability.errors.LockLostException;
import dev.durability.frame.AfterFailure;
import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.threads.StackSafeLock;
import dev.durability.threads.Thrown;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The file of the next segment, filled with zeros ahead of need in the background. It only saves
 * time: if there is none, or making it fails, a segment starts with a new file.
 */
public final class Spare implements Closeable {
  private static final String PATH = LogFiles.SEGMENTS + "/" + LogFiles.SPARE;

  private final Directory directory;
  private final Executor background;
  private final StackSafeLock lock = new StackSafeLock();
  private volatile @Nullable AppendFile ready;
  private boolean wanted;
  private boolean closed;
  private long filledBytes;

  public Spare(Directory directory, Executor background) {
    this.directory = directory;
    this.background = background;
  }

  /**
   * Starts to make one, if there is none.
   *
   * @param bytes how much to fill
   * @param writtenBytes how much was written to the log since it was opened: no more than that is
   *     filled
   */
  public void prepare(long bytes, long writtenBytes) {
    lock.lock();
    try {
      long fill = Math.min(bytes, writtenBytes - filledBytes);
      if (closed || wanted || ready != null || fill <= 0) {
        return;
      }
      background.execute(() -> fill(fill));
      wanted = true;
      filledBytes += fill;
    } catch (OutOfMemoryError noThread) {
      Thrown.report(noThread); // The next write tries again.
    } finally {
      lock.unlock();
    }
  }

  private void fill(long bytes) {
    AppendFile made = null;
    try {
      made = create(bytes);
    } catch (IOException noRoom) {
      // Writing will meet the same failure, and can report it.
      made = null;
    } catch (Throwable e) {
      Thrown.report(e);
    }
    try {
      if (!keep(made) && made != null) {
        remove(made);
      }
    } catch (Throwable e) {
      AfterFailure.close(e, made);
      throw e;
    }
  }

  private boolean keep(@Nullable AppendFile made) {
    lock.lock();
    try {
      wanted = false;
      if (closed) {
        return false;
      }
      ready = made;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private AppendFile create(long bytes) throws IOException {
    try {
      return directory.create(PATH, bytes);
    } catch (IOException noRoom) {
      // A leftover would be in the way of the next spare and, on a full disk, of everything.
      if (directory.exists(PATH)) {
        directory.delete(PATH);
      }
      throw noRoom;
    }
  }

  /** Takes the spare, if there is one, under the path {@link #PATH}. */
  @Nullable AppendFile take() {
    lock.lock();
    try {
      AppendFile taken = ready;
      ready = null;
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** Whether one can be taken. */
  public boolean isReady() {
    return ready != null;
  }

  String path() {
    return PATH;
  }

  /** Removes a spare that was not needed. If that fails, the next opening removes it. */
  public void discard() {
    AppendFile unused = take();
    try {
      if (unused != null) {
        remove(unused);
      }
    } catch (Throwable e) {
      AfterFailure.close(e, unused);
      throw e;
    }
  }

  private void remove(AppendFile unused) {
    try (unused) {
      directory.delete(PATH);
    } catch (LockLostException otherWriters) {
      return; // The file is another writer's, or the next opening removes it.
    } catch (IOException leftBehind) {
      Thrown.report(leftBehind);
    }
  }

  /** Makes no more spares, and removes the one that exists or is being made. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    discard();
  }
}
