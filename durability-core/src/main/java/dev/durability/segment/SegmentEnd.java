package dev.durability.segment;

import dev.durability.frame.FrameFile;
import dev.durability.log.SegmentRange;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A segment that has its END and is not durable yet. Its successor may be written meanwhile, under
 * its temporary name: it gets its own name after this. So whoever appends without a sync goes on
 * while this is synced. One thread at a time uses it.
 */
public final class SegmentEnd implements Closeable {
  private final FrameFile file;
  private final SegmentRange range;
  private final long position;
  private final boolean isReserved;
  private final Pending<Void> synced;
  private boolean begun;
  private long nanos;

  /**
   * Nothing is synced before {@link #begin} or {@link #await}.
   *
   * @param file the segment's file, of which nothing else is asked from now on
   * @param range what the segment holds
   * @param position the position of its last append
   * @param isReserved whether zeros follow END
   */
  public SegmentEnd(FrameFile file, SegmentRange range, long position, boolean isReserved) {
    this.file = file;
    this.range = range;
    this.position = position;
    this.isReserved = isReserved;
    this.synced =
        new Pending<>() {
          @Override
          @Nullable Void work() throws IOException {
            long start = System.nanoTime();
            file.sync();
            nanos = System.nanoTime() - start;
            return null;
          }
        };
  }

  public FrameFile file() {
    return file;
  }

  public SegmentRange range() {
    return range;
  }

  public long position() {
    return position;
  }

  public boolean isReserved() {
    return isReserved;
  }

  /** Starts to sync it in the background. */
  public void begin(Background background) {
    begun = true;
    background.executeOrRun(synced);
  }

  public boolean hasBegun() {
    return begun;
  }

  /** Whether {@link #await} returns, or throws, at once. */
  public boolean isKnown() {
    return synced.isDone();
  }

  /**
   * Waits until it is durable. If the sync has not begun, this thread does it.
   *
   * @throws dev.durability.errors.WriterPoisonedException if the sync failed
   */
  public void await() throws IOException {
    synced.run();
    Void unused = synced.await();
  }

  /** How long the sync took, in nanoseconds. */
  public long syncNanos() {
    return nanos;
  }

  /** Closes the file, of which the sync must not be under way. Again does nothing. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}
