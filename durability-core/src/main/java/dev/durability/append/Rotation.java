package dev.durability.append;

import dev.durability.frame.FrameFile;
import dev.durability.segment.Background;
import dev.durability.segment.SegmentEnd;
import dev.durability.segment.SegmentPlan;
import dev.durability.segment.SegmentStart;
import dev.durability.segment.Spare;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * From a segment that ends to the next. At most one segment has ended and is not durable, and at
 * most one is written and has no name. Used by the thread that leads a round.
 *
 * <p>The next segment is {@linkplain #begin begun} while the one before it is synced, and may be
 * {@linkplain #enter entered} and written before that is durable. It gets its {@linkplain #name
 * name} only after that, because its header promises every entry before it.
 */
final class Rotation {
  private final Directory directory;
  private final LockCheck lock;
  private final UUID logId;
  private final PromiseFrames promises;
  private final Background background = new Background();
  private final Reserve reserve;
  final Spare spare;
  private @Nullable SegmentEnd ending;
  private @Nullable SegmentStart coming;
  private @Nullable SegmentStart unnamed;

  Rotation(Directory directory, LockCheck lock, UUID logId, PromiseFrames promises) {
    this.directory = directory;
    this.lock = lock;
    this.logId = logId;
    this.promises = promises;
    this.spare = new Spare(directory, background);
    this.reserve = new Reserve(directory, background);
  }

  /** Whether this thread is one of those that work on segments in the background. */
  boolean isOnItsThread() {
    return background.isOnItsThread();
  }

  /** The segment that was begun, and not entered, or null. */
  @Nullable SegmentPlan coming() {
    return coming == null ? null : coming.plan();
  }

  /** Whether a segment has ended and is not durable, or one is written and has no name. */
  boolean isUnderWay() {
    return ending != null || unnamed != null;
  }

  /** Whether the segment that is written has no name. */
  boolean isUnnamed() {
    return unnamed != null;
  }

  /** END of a segment is written. */
  void end(SegmentEnd segment) {
    ending = segment;
  }

  /**
   * Whether the segment that is written has no name, and need not wait for it: the one before is
   * durable, or it is known that it will not be.
   */
  boolean canBeNamed() {
    return unnamed != null && (ending == null || ending.isKnown());
  }

  /** Waits until the segment that has ended is durable; null if none has. */
  @Nullable SegmentEnd awaitEnd() throws IOException {
    SegmentEnd end = ending;
    if (end != null) {
      lock.roundWritten();
      end.await();
      lock.requireToAcknowledge();
    }
    return end;
  }

  /** The segment that has ended is durable: gives up its file. */
  void closeEnded(SegmentEnd end) throws IOException {
    reserve.giveBack(); // Of the one before, whose successor has its name by now.
    if (end.isReserved()) {
      reserve.endsIn(end.file());
    } else {
      end.file().closeForSure();
    }
    ending = null;
  }

  /** Starts to make the file of the next segment. */
  void begin(SegmentPlan plan) {
    start(plan).begin();
  }

  private SegmentStart start(SegmentPlan plan) {
    SegmentStart start =
        new SegmentStart(
            directory, background, spare, plan, plan.beginning(logId, promises.stamp()));
    coming = start; // Before it begins: whatever happens from here on, closing ends it.
    return start;
  }

  /** Makes the next segment ready to be written, without a name. */
  SegmentStart enter(SegmentPlan plan) throws IOException {
    SegmentStart start = coming == null ? start(plan) : coming;
    try {
      start.awaitFile();
    } catch (IOException e) {
      coming = null; // It has closed its file. After an Error, closing does that.
      throw e;
    }
    coming = null;
    unnamed = start;
    return start;
  }

  /**
   * More is about to be written. What need not be waited for is done in the background from now on:
   * the sync of a segment that has ended, if nobody waits for it, or the cut of the zeros after its
   * END, once its successor has its name.
   */
  void goOn() throws IOException {
    if (unnamed == null) {
      reserve.giveBack();
    } else if (ending != null && !ending.hasBegun()) {
      unnamed.sync(); // While that is little: it cannot get its name before its header is durable.
      ending.begin(background);
    }
  }

  /**
   * Gives the segment that is written its name, durably, if it has none: without, nothing in it is
   * kept.
   *
   * @return whether it had none
   */
  boolean name() throws IOException {
    SegmentStart naming = unnamed;
    if (naming != null) {
      lock.requireToWrite();
      unnamed = null; // From here on it may have its name.
      naming.name();
    }
    return naming != null;
  }

  /** Makes what was written to the segment without a name durable. */
  void syncUnnamed() throws IOException {
    if (unnamed != null) {
      unnamed.sync();
    }
  }

  /** Cuts the zeros after the last END, before it is synced. */
  void cutReserve(FrameFile segment) throws IOException {
    reserve.cut(segment);
  }

  /** Gives up what is under way. After an Error, doing it again does what is left. */
  void close() throws IOException {
    spare.close();
    reserve.giveBack();
    if (unnamed != null) {
      unnamed.discard();
      unnamed = null;
    }
    if (coming != null) {
      coming.discard();
      coming = null;
    }
    background.close();
    if (ending != null) {
      ending.close(); // Nothing syncs it any more.
      ending = null;
    }
  }
}
