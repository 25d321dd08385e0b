package dev.durability.append;

import dev.durability.commit.CommitTarget;
import dev.durability.errors.OutcomeOpenException;
import java.io.IOException;
import java.util.ArrayDeque;

/**
 * Blocks on their way: they are taken from the queue, written by the appender, and given back. The
 * memory of those that were written is used again; those that were not go first in the next round.
 */
public final class QueuedBlocks implements CommitTarget {
  private final AppendQueue queue;
  private final SegmentAppender appender;
  private final ArrayDeque<Block> taken = new ArrayDeque<>();
  private final ArrayDeque<Block> written = new ArrayDeque<>();

  /**
   * Connects the two.
   *
   * @param queue what was appended
   * @param appender writes it
   */
  public QueuedBlocks(AppendQueue queue, SegmentAppender appender) {
    this.queue = queue;
    this.appender = appender;
  }

  @Override
  public boolean isBroken() {
    return queue.isBroken();
  }

  @Override
  public boolean isEmpty() {
    return queue.isEmpty();
  }

  @Override
  public boolean isShort() {
    return queue.isShort();
  }

  @Override
  public long appended() {
    return queue.position();
  }

  @Override
  public long appendedId() {
    return queue.nextId() - 1;
  }

  /** If the next segment is ready, a full one ends with what is taken. */
  @Override
  public boolean take(boolean syncs) {
    queue.takeInto(taken, syncs && appender.nextSegmentIsReady());
    return !taken.isEmpty();
  }

  @Override
  public void giveBackWritten() {
    for (Block block = written.poll(); block != null; block = written.poll()) {
      queue.recycle(block);
    }
  }

  @Override
  public void giveBack() {
    giveBackWritten();
    queue.putBack(taken);
  }

  @Override
  public void write() throws IOException {
    try {
      for (Block block = taken.peek(); block != null; block = taken.peek()) {
        appender.write(block);
        written.add(taken.remove());
      }
    } catch (OutcomeOpenException rolledBack) {
      flushAfter(rolledBack); // What was written before stays written.
      throw rolledBack;
    }
    appender.startOverIfDue(); // Nothing else may be there to be written after it.
  }

  private void flushAfter(OutcomeOpenException rolledBack) throws IOException {
    try {
      appender.flush();
    } catch (IOException e) {
      e.addSuppressed(rolledBack);
      throw e;
    }
  }

  @Override
  public void flush() throws IOException {
    appender.flush();
  }

  @Override
  public void sync() throws IOException {
    appender.sync();
  }

  @Override
  public void mark() throws IOException {
    appender.mark();
  }

  @Override
  public boolean owesPromise() {
    return appender.owesPromise();
  }

  @Override
  public long placed() {
    return appender.placed();
  }

  @Override
  public long written() {
    return appender.written();
  }

  @Override
  public long durable() {
    return appender.durable();
  }
}
