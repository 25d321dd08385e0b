package dev.durability.wal;

import dev.durability.codec.Codec;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.frame.AfterFailure;
import dev.durability.frame.OwnedDirectory;
import dev.durability.log.LogReport;
import dev.durability.log.SegmentRange;
import dev.durability.segment.ForeignLog;
import dev.durability.segment.LogFiles;
import dev.durability.segment.SegmentPlan;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes a log. There is one writer per log, among all processes. Any number of threads may use it.
 *
 * <p><b>What is durable.</b> {@link #append} gives an entry its place and, if the flush policy says
 * so, writes it to the file. A flushed entry survives the death of the process. It is
 * <i>acknowledged</i>, and survives the loss of power, once {@link #sync} or {@link #appendDurable}
 * returned or the future of {@link #appendAsync} completed. After a crash the log holds a prefix of
 * what was appended, with everything acknowledged in it.
 *
 * <p><b>Failures.</b> A failed write, for example on a full disk, is rolled back. The calls that
 * waited for it throw {@link dev.durability.errors.OutcomeOpenException}. Their entries keep their
 * ids and go first once there is room, and the writer goes on. A failed sync, or a failed
 * roll-back, poisons the writer: every later call throws {@link
 * dev.durability.errors.WriterPoisonedException} with that first failure as its cause, until the
 * log is closed and opened again.
 *
 * <p><b>Interrupts</b> have no effect: a waiting call goes on waiting, because its entry is already
 * in flight, and returns with the interrupt flag set.
 *
 * <pre>{@code
 * try (WalWriter<String> log =
 *     WalWriter.open(FsDirectory.open(path), Codecs.utf8(), WalOptions.defaults())) {
 *   long id = log.appendDurable("survives power loss");
 * }
 * }</pre>
 *
 * @param <E> the type of the entries
 */
public final class WalWriter<E> implements Closeable {
  private final LogOpening.Opened opened;
  private final OpenLog log;
  private final EntryAppender<E> entries;
  private final CheckpointMarker marker;
  private final Truncation truncation;

  private WalWriter(
      Directory directory,
      Codec<E> codec,
      WalOptions options,
      DirectoryLock held,
      LogOpening.Opened opened) {
    this.opened = opened;
    this.log = new OpenLog(directory, held, options, opened.start());
    this.entries = new EntryAppender<>(codec, options, log.notices, log.queue, log.commits);
    this.marker = new CheckpointMarker(directory, entries, log.commits);
    this.truncation = new Truncation(directory, log.notices, log.appender, log.commits, marker);
  }

  /**
   * Opens a log for writing, and creates it if there is none.
   *
   * <p>It repairs what a crash left: it cuts off the end that was being written, and keeps it in
   * {@code quarantine/}. When this returns, everything that was recovered is durable.
   *
   * @param directory where the log is
   * @param codec turns entries into bytes
   * @param options how to write
   * @param <E> the type of the entries
   * @return the writer; close it
   * @throws dev.durability.errors.LockHeldException if another writer has the log open
   * @throws dev.durability.errors.CorruptLogException if something that was promised is damaged or
   *     missing; nothing was changed
   * @throws dev.durability.errors.FormatException if a newer version of the library wrote the log,
   *     or the directory has a log of the Rust crate; nothing was changed
   * @throws IOException if the storage fails; what was valid is unchanged, and opening can be
   *     retried
   */
  public static <E> WalWriter<E> open(Directory directory, Codec<E> codec, WalOptions options)
      throws IOException {
    return open(directory, codec, options, null);
  }

  /**
   * Opens a log for writing as {@link #open(Directory, Codec, WalOptions)} does, and hands over the
   * entries that were recovered, in the same pass over the files. If this throws, discard what was
   * built from them: the end of the log is judged after they were handed over.
   *
   * @param directory where the log is
   * @param codec turns entries into bytes and back
   * @param options how to write
   * @param replay takes the entries; null for none
   * @param <E> the type of the entries
   * @return the writer; close it
   * @throws IOException as {@link #open(Directory, Codec, WalOptions)}; what the replay throws
   *     reaches the caller as it is, what the codec throws as the cause of a {@link
   *     dev.durability.errors.CodecException} that names the entry; nothing was changed
   */
  public static <E> WalWriter<E> open(
      Directory directory, Codec<E> codec, WalOptions options, @Nullable WalReplay<E> replay)
      throws IOException {
    ForeignLog.refuse(directory);
    directory.createDirectories(LogFiles.SEGMENTS);
    AfterFailure.prepare();
    DirectoryLock held = directory.lock(LogFiles.LOCK);
    try {
      return open(new OwnedDirectory(directory, held), codec, options, replay, held);
    } catch (Throwable e) { // Also if it comes while another failure is put into words.
      AfterFailure.close(e, held);
      throw e;
    }
  }

  private static <E> WalWriter<E> open(
      Directory owned,
      Codec<E> codec,
      WalOptions options,
      @Nullable WalReplay<E> replay,
      DirectoryLock held)
      throws IOException {
    try {
      LogOpening.Opened opened = new LogOpening(owned, options).open(codec, replay);
      WalWriter<E> writer = new WalWriter<>(owned, codec, options, held, opened);
      writer.log.start();
      return writer;
    } catch (OutcomeOpenException | WriterPoisonedException e) {
      // What these tell of a writer is not so before there is one.
      throw new DurabilityException(
          "opening the log failed: "
              + Objects.requireNonNullElse(e.getCause(), e).getMessage()
              + ". What was valid is unchanged: open it again once the storage works",
          e.getCause());
    } catch (DurabilityException e) {
      throw OwnedDirectory.lostOr(held, e);
    }
  }

  /**
   * Appends an entry. The flush policy says when it is flushed, and a later {@link #sync}
   * acknowledges it. Waits while the buffers are full.
   *
   * @param entry the entry
   * @return its id
   * @throws IllegalArgumentException if its bytes are more than the log takes; nothing was appended
   * @throws dev.durability.errors.OutcomeOpenException if it has an id, and writing it failed and
   *     was rolled back; or if earlier entries could not be written to make room for it, and then
   *     nothing was appended: {@link #lastAppendedId} tells
   * @throws IOException if the codec fails, or the log has used up its entry ids, which end at
   *     2^63-2, and nothing was appended; or the writer is poisoned or closed
   */
  public long append(E entry) throws IOException {
    log.refuseWithinCallback();
    return entries.append(entry);
  }

  /**
   * Appends entries that are recovered all together or not at all. All are encoded before the first
   * of them is buffered. A batch lies within one segment.
   *
   * @param batch the entries, at least one; their frames together at most 1 GiB
   * @return the id of the last entry; the others have the ids before it
   * @throws IllegalArgumentException if the batch is empty or too large; nothing was appended
   * @throws IOException as {@link #append}
   */
  public long appendBatch(List<? extends E> batch) throws IOException {
    if (batch.isEmpty()) {
      throw new IllegalArgumentException("an atomic batch has at least one entry");
    }
    log.refuseWithinCallback();
    return entries.appendBatch(batch);
  }

  /**
   * Appends an entry and waits until it survives power loss. Threads that do this at the same time
   * share a sync.
   *
   * @param entry the entry
   * @return its id
   * @throws dev.durability.errors.OutcomeOpenException as {@link #append}; the entry is not
   *     acknowledged
   * @throws IOException as {@link #append}
   */
  public long appendDurable(E entry) throws IOException {
    log.refuseWithinCallback();
    return entries.appendDurable(entry);
  }

  /**
   * Appends an entry and returns at once, unless the buffers are full. Ids are given in the order
   * of the calls.
   *
   * @param entry the entry
   * @return completes with the entry's id when it survives power loss; or with {@link
   *     dev.durability.errors.OutcomeOpenException} or {@link
   *     dev.durability.errors.WriterPoisonedException}. Code that depends on it runs on the thread
   *     that synced: hand anything slow to an executor
   * @throws IOException as {@link #append}; the entry then has no id
   */
  public AppendFuture appendAsync(E entry) throws IOException {
    log.refuseWithinCallback();
    return entries.appendAsync(entry);
  }

  /**
   * Writes everything that was appended to the file: other readers see it, and it survives the
   * death of the process.
   *
   * @throws IOException if that fails, as for {@link #append}
   */
  public void flush() throws IOException {
    log.refuseWithinCallback();
    entries.commitAll(false);
  }

  /**
   * Makes everything that was appended before this call durable. It is acknowledged when this
   * returns.
   *
   * @throws dev.durability.errors.OutcomeOpenException if writing failed and was rolled back; the
   *     call can be retried
   * @throws dev.durability.errors.WriterPoisonedException if syncing fails, or failed before
   * @throws IOException if the writer is closed
   */
  public void sync() throws IOException {
    log.refuseWithinCallback();
    entries.commitAll(true);
  }

  /**
   * Throws if this thread is in a callback for which the log waits: an observer, the storage, or an
   * exception handler of a thread that writes. Every call that could wait for itself does that
   * first. If you take locks of your own before you call the log, call this before you take them.
   * Code that depends on a future of {@link #appendAsync} is not such a callback.
   *
   * @throws IllegalStateException if the log waits for this thread
   */
  public void refuseWithinCallback() {
    log.refuseWithinCallback();
  }

  /** {@return the id of the last entry that was appended, 0 if there is none} */
  public long lastAppendedId() {
    return log.locked(() -> log.queue.nextId() - 1);
  }

  /** {@return how many bytes of frames were appended since the log was opened} */
  public long appendedBytes() {
    return log.locked(entries::appendedBytes);
  }

  /** {@return the id of the last entry that survives power loss, 0 if there is none} */
  public long lastDurableId() {
    return log.commits.durableId();
  }

  /**
   * {@return the first failure, which every later call throws as a cause; null if there is none}
   */
  public @Nullable Throwable poison() {
    return log.commits.poison();
  }

  /** {@return what opening found} */
  public LogReport recovered() {
    return opened.report();
  }

  /** {@return the identity of the log: the same in each of its files} */
  public UUID logId() {
    return opened.start().logId();
  }

  /**
   * Says in the log that a checkpoint covers it up to an entry: as the first entry of a new
   * segment, so that the segments before it can be removed. It takes an entry id, and is durable
   * when this returns.
   *
   * @param coveredId the last entry that the checkpoint contains; durable before this call
   * @param path the checkpoint, relative to the directory, its content durable before this call;
   *     empty if it is kept elsewhere. Its name is made durable here, because the name of one that
   *     a killed process left may not be durable yet
   * @return the entry id of the marker
   * @throws IllegalArgumentException if the entry is not durable yet, or the path has more than
   *     4,096 bytes
   * @throws NoSuchFileException if the checkpoint does not exist
   * @throws IOException as {@link #appendDurable}; or if the directory of the checkpoint cannot be
   *     synced, and then nothing was appended: write the checkpoint anew
   */
  public long appendCheckpoint(long coveredId, String path) throws IOException {
    log.refuseWithinCallback();
    return marker.append(coveredId, path);
  }

  /**
   * Lists the segments of the log. Segments that are full and still in memory are not in the list.
   *
   * @return the segments, oldest first, the one that the next entry goes to at the end
   */
  public List<SegmentRange> segments() {
    return log.locked(
        () -> {
          List<SegmentRange> segments = new ArrayList<>(log.appender.ended());
          SegmentPlan live = log.queue.segment();
          long firstId = live.name().firstEntryId();
          // Segments between the last that ended and this one are still in memory.
          if (segments.isEmpty() || segments.get(segments.size() - 1).lastEntryId() < firstId) {
            segments.add(
                new SegmentRange(
                    live.name().segmentId(), firstId, log.queue.nextId() - 1, live.name().path()));
          }
          return segments;
        });
  }

  /**
   * Removes the segments that lie wholly at or below an entry, oldest first, but never the one that
   * is being written. Unless a checkpoint marker of this writer covers the entry, it first writes
   * one without a path: the caller thereby says that it keeps what it needs elsewhere.
   *
   * <p>The observer may veto: removal stops there.
   *
   * @param throughId the last entry that is not needed in the log any more; durable
   * @return the segments that were removed, durably, oldest first
   * @throws IllegalArgumentException if the entry is not durable yet
   * @throws dev.durability.errors.WriterPoisonedException if the removal could not be made durable
   * @throws IOException if the marker or a removal fails; the log is whole, and truncating can be
   *     retried
   */
  public List<SegmentRange> truncate(long throughId) throws IOException {
    log.refuseWithinCallback();
    truncation.refuseWithin();
    return truncation.through(throughId);
  }

  /**
   * Makes everything that was appended durable, ends the last segment, and gives up the log.
   * Closing again does nothing, even while another thread is still closing. If an Error kept the
   * log from being given up, closing again does what is left.
   *
   * @throws IOException if something that was appended is not durable, or the storage fails; the
   *     log is given up anyway
   * @throws IllegalStateException if closing would wait for this very thread: in a callback, also
   *     one of {@link #truncate}; nothing was closed
   */
  @Override
  public void close() throws IOException {
    log.refuseWithinCallback();
    truncation.refuseWithin();
    log.close(truncation);
  }
}
