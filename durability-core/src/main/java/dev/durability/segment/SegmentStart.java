package dev.durability.segment;

import dev.durability.errors.LockLostException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.frame.AfterFailure;
import dev.durability.frame.FrameFile;
import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.threads.Thrown;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes a segment: its beginning is written under a temporary name and synced, the file is renamed,
 * the directory is synced. Entries may follow the beginning before any of that is synced, and share
 * its sync. The format demands this order:
 *
 * <ul>
 *   <li>the header is durable before the rename, so that a final name always stands for a whole
 *       header;
 *   <li>all of the segment before is durable before the rename, because the header promises it; the
 *       caller ensures that;
 *   <li>the directory is synced before anything in the segment is acknowledged, because otherwise
 *       the segment could be gone after a crash;
 *   <li>the rename comes before anything in the segment is said to be flushed, because the next
 *       opening removes a file with a temporary name.
 * </ul>
 *
 * One thread at a time uses it. That thread takes all steps but the making of a new file, for which
 * there may be time before: handing a step to another thread takes about as long as the step.
 */
public final class SegmentStart {
  private final Directory directory;
  private final Background background;
  private final Spare spare;
  private final SegmentPlan plan;
  private final Pending<AppendFile> made;
  private @Nullable AppendFile making;
  private @Nullable FrameFile file;
  private String temporary;
  private boolean reserved;
  private boolean beginningIsDurable;

  /** Plans to make a segment with a header. Nothing happens before {@link #begin}. */
  public SegmentStart(
      Directory directory,
      Background background,
      Spare spare,
      SegmentPlan plan,
      ByteBuffer beginning) {
    this.directory = directory;
    this.background = background;
    this.spare = spare;
    this.plan = plan;
    this.temporary = plan.name().path() + LogFiles.TEMPORARY;
    this.made =
        new Pending<>() {
          @Override
          AppendFile work() throws IOException {
            try {
              return make(beginning);
            } catch (Throwable e) { // Also if it comes while another failure is dealt with.
              AfterFailure.close(e, making);
              throw e;
            }
          }
        };
  }

  /** Makes the file, with what it has before it gets its name. If it takes time, it is begun. */
  public void begin() {
    if (spare.isReady()) {
      made.run();
    } else {
      background.executeOrRun(made);
    }
  }

  public SegmentPlan plan() {
    return plan;
  }

  /** Whether zeros may follow what is written. Known once {@link #awaitFile} returned. */
  public boolean isReserved() {
    return reserved;
  }

  private AppendFile make(ByteBuffer beginning) throws IOException {
    AppendFile file = null;
    try {
      file = spare.take();
      making = file;
      reserved = file != null;
      temporary = reserved ? spare.path() : temporary;
      if (file == null) {
        file = create();
        making = file;
      }
      file.write(beginning);
      return file;
    } catch (LockLostException lost) {
      giveUp(file, lost);
      throw lost;
    } catch (IOException failure) {
      giveUp(file, failure);
      throw new OutcomeOpenException(
          "creating the segment "
              + plan.name().path()
              + " failed. Entries that have an id stay in memory and are written first: make"
              + " room, then sync again",
          failure);
    }
  }

  /** A failed attempt may have left the file behind. */
  private AppendFile create() throws IOException {
    if (directory.exists(temporary)) {
      directory.delete(temporary);
    }
    return directory.create(temporary, 0);
  }

  /**
   * Waits for the file, which has its header and its temporary name. If making it has not begun,
   * this thread does it.
   *
   * @throws OutcomeOpenException if the file could not be made; another start may succeed
   * @throws LockLostException if the lock was lost
   */
  public void awaitFile() throws IOException {
    made.run();
    file = new FrameFile(plan.name().path(), Objects.requireNonNull(made.await()));
  }

  /** The file, which was waited for. */
  public FrameFile file() {
    return Objects.requireNonNull(file);
  }

  /**
   * Makes what was written to the file durable.
   *
   * @throws WriterPoisonedException if that fails
   */
  public void sync() throws WriterPoisonedException {
    file().sync();
    beginningIsDurable = true;
  }

  /**
   * Gives the segment its name, durably. The segment before has to be durable when this is called.
   *
   * @throws LockLostException if the lock was lost; nothing got the name
   * @throws WriterPoisonedException if anything else fails
   */
  public void name() throws IOException {
    if (!beginningIsDurable) {
      sync();
    }
    try {
      directory.rename(temporary, plan.name().path());
    } catch (LockLostException lost) {
      throw lost; // Another writer's segment may have that name by now.
    } catch (IOException failure) {
      throw poison(failure);
    }
    try {
      directory.sync(LogFiles.SEGMENTS);
    } catch (IOException failure) {
      throw poison(failure);
    }
  }

  /** Removes what was made of a segment that did not get its name. */
  public void discard() {
    AppendFile file;
    try {
      made.run(); // If an Error kept it from being begun, nobody else does.
      file = Objects.requireNonNull(made.await());
    } catch (LockLostException otherWriters) {
      return; // Nothing was made, or it was given up.
    } catch (IOException | RuntimeException | Error failure) {
      Thrown.report(failure); // Nobody waits for this segment, so only this reports its failure.
      return;
    }
    try (file) {
      directory.delete(temporary);
    } catch (LockLostException otherWriters) {
      return; // The file is another writer's, or the next opening removes it.
    } catch (IOException leftBehind) {
      Thrown.report(leftBehind); // The next opening removes it.
    }
  }

  private WriterPoisonedException poison(IOException failure) {
    return new WriterPoisonedException(
        "making the segment "
            + plan.name().path()
            + " durable failed; close the writer and open the log again",
        failure);
  }

  private void giveUp(@Nullable AppendFile file, IOException failure) {
    AfterFailure.close(failure, file);
    try {
      if (directory.exists(temporary)) {
        directory.delete(temporary);
      }
    } catch (IOException second) {
      failure.addSuppressed(second);
    }
  }
}
