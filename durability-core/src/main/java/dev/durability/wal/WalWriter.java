package dev.durability.wal;

import dev.durability.codec.Codec;
import dev.durability.log.LogExtent;
import dev.durability.log.LogReport;
import dev.durability.log.LogStats;
import dev.durability.log.MarkerPosition;
import dev.durability.log.SegmentRange;
import dev.durability.storage.Directory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
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
 * <p><b>Interrupts</b> have no effect: a waiting call goes on, and returns with the flag set.
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
  private final OpenLog log;
  private final EntryAppender<E> entries;
  private final EntryReading<E> reading;
  private final Truncation truncation;

  WalWriter(OpenLog log, Codec<E> codec, WalOptions options) {
    this.log = log;
    this.entries = new EntryAppender<>(codec, options, log.notices, log.queue, log.commits);
    this.reading = new EntryReading<>(log, entries, codec);
    this.truncation = new Truncation(log, entries);
  }

  /**
   * Opens a log for writing, and creates it if there is none, unless the options say otherwise.
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
   * @throws NoSuchFileException if the options say not to create one, and there is none
   * @throws java.nio.file.FileAlreadyExistsException if they say to create one, and there is one
   * @throws IOException if the storage fails; what was valid is unchanged, and this can be retried
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
    return OpenLog.open(directory, codec, options, replay);
  }

  /**
   * Appends an entry. The flush policy says when it is flushed, and a later {@link #sync}
   * acknowledges it. Waits while the buffers are full.
   *
   * @param entry the entry
   * @return its id
   * @throws IllegalArgumentException if its bytes are more than the log takes; nothing was appended
   * @throws dev.durability.errors.OutcomeOpenException if it has an id, and writing it was rolled
   *     back; or if earlier entries could not be written to make room, and then nothing was
   *     appended: {@link #lastAppendedId} tells
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
   * Appends an entry and returns at once, unless the buffers are full. Ids are in order of calls.
   *
   * @param entry the entry
   * @return completes with the entry's id when it survives power loss; or with {@link
   *     dev.durability.errors.OutcomeOpenException} or {@link
   *     dev.durability.errors.WriterPoisonedException}. Code that depends on it runs on a thread
   *     that synced, that asks for it, or that is the log's own, and on none that {@linkplain
   *     #holdEnd holds the end}. It must not wait for other such code, nor be slow
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

  /**
   * {@return the id of the first entry that the log holds or will hold}
   *
   * @throws IOException if it has to read the files, and the storage fails
   */
  public long firstEntryId() throws IOException {
    return log.lookup.firstEntryId();
  }

  /** {@return the id of the last entry that was appended, 0 if there is none} */
  public long lastAppendedId() {
    return log.locked(() -> log.queue.nextId() - 1);
  }

  /**
   * {@return how many entries the log holds, the id of the next, and the bytes of the segment}
   *
   * @throws IOException as {@link #firstEntryId}
   */
  public LogExtent extent() throws IOException {
    return log.extent();
  }

  /** {@return how many bytes of frames were appended since the log was opened} */
  public long appendedBytes() {
    return log.locked(log.notices::appendedBytes);
  }

  /** {@return what the log did and where it stands; any thread, also after it was closed} */
  public LogStats stats() {
    return log.stats();
  }

  /** {@return the observer, as the options have it} */
  public WalObserver observer() {
    return log.notices.observer();
  }

  /** {@return the id of the last entry that survives power loss, 0 if there is none} */
  public long lastDurableId() {
    return log.appender.durableId();
  }

  /** {@return the first failure, which every later call throws as a cause; or null} */
  public @Nullable Throwable poison() {
    return log.commits.poison();
  }

  /**
   * Reads an entry that is durable, and about 16 KiB around it, or its segment once. Any thread.
   *
   * @param id its id
   * @return the entry; null if it is not durable yet, or was truncated or cut off
   * @throws dev.durability.errors.CorruptLogException if it is damaged
   * @throws dev.durability.errors.CodecException if the codec refuses it
   * @throws IOException if the storage fails, or the writer is closed
   */
  public @Nullable WalRecord<E> read(long id) throws IOException {
    return reading.durable(id);
  }

  /**
   * Reads an entry that was appended, durable or not: a crash may still take it. Any thread.
   *
   * @param id its id
   * @return the entry; null if it was not appended yet, or was truncated or cut off
   * @throws IOException as {@link #read}; or if the entry cannot be written now
   */
  public @Nullable WalRecord<E> readAppended(long id) throws IOException {
    log.refuseWithinCallback();
    return reading.appended(id);
  }

  /**
   * Reads durable entries in order, at the speed of a replay. Any thread.
   *
   * @param fromId the first
   * @param toId the last; those that are not durable yet are left out
   * @param target is given each
   * @return the entry after the last that was given; {@code fromId} if that one was truncated
   * @throws IOException as {@link #read}, or what the target throws
   */
  public long read(long fromId, long toId, WalReplay<E> target) throws IOException {
    return reading.range(fromId, toId, target);
  }

  /** {@return what opening found} */
  public LogReport recovered() {
    return log.start.report();
  }

  /** {@return the identity of the log: the same in each of its files} */
  public UUID logId() {
    return log.start.logId();
  }

  /**
   * Says in the log that a checkpoint covers it up to an entry, before the first entry of a
   * segment: of the last one if it has no entry yet, else of a new one. So the segments before it
   * can be removed. The marker takes no entry id, and is durable when this returns.
   *
   * @param coveredId the last entry that the checkpoint contains; durable before this call
   * @param path the checkpoint, relative to the directory, its content durable before this call;
   *     empty if it is kept elsewhere. Its name is made durable here, because the name of one that
   *     a killed process left may not be durable yet
   * @return where the marker is
   * @throws IllegalArgumentException if the entry is not durable, or the path exceeds 4,096 bytes
   * @throws NoSuchFileException if the checkpoint does not exist
   * @throws IOException as {@link #appendDurable}; or if the directory of the checkpoint cannot be
   *     synced, and then nothing was appended: write the checkpoint anew
   */
  public MarkerPosition appendCheckpoint(long coveredId, String path) throws IOException {
    return truncation.appendCheckpoint(coveredId, path);
  }

  /**
   * {@return the segments, oldest first, the one that the next entry goes to at the end; without
   * those that are full and not durable yet}
   */
  public List<SegmentRange> segments() {
    return log.segments();
  }

  /**
   * Removes the segments that lie wholly at or below an entry, oldest first, but never the one that
   * is being written. Unless a checkpoint marker of this writer covers the entry, it first writes
   * one without a path: the caller thereby says that it keeps what it needs elsewhere.
   *
   * @param throughId the last entry that is not needed in the log any more; durable
   * @return what was removed, durably, oldest first; the observer or a hold may keep the rest
   * @throws IllegalArgumentException if the entry is not durable yet
   * @throws dev.durability.errors.WriterPoisonedException if the removal could not be made durable
   * @throws IOException if the marker or a removal fails; the log is whole, and this can be retried
   */
  public List<SegmentRange> truncate(long throughId) throws IOException {
    return truncation.through(throughId);
  }

  /**
   * Cuts off the end of the log: all that was appended after an entry becomes void, whether it is
   * durable or not, and the next entry gets the id after it. It is durable when this returns; a
   * crash before that leaves the log as it was, or cut. An atomic batch may be split. Nothing is
   * removed: the bytes stay in the older segments until those are truncated.
   *
   * <p>Everything appended before this call is synced first. What other threads append meanwhile
   * comes before the cut or after it. It waits while a checkpoint is published.
   *
   * @param lastId the entry that the log ends with; at least what its checkpoints cover
   * @throws IllegalArgumentException if the log ends before that entry, or a checkpoint covers
   *     more; nothing was cut off
   * @throws dev.durability.errors.OutcomeOpenException if there is no room; whether the cut happens
   *     is open, and the next {@link #sync} that succeeds does it
   * @throws IOException as {@link #appendDurable}
   */
  public void truncateAfter(long lastId) throws IOException {
    truncation.after(lastId);
  }

  /**
   * Begins the log anew at an entry, durably: the caller keeps elsewhere what is before it, such as
   * a snapshot from another machine, and recovery starts there. What was appended from that entry
   * on becomes void, as after {@link #truncateAfter}; what is before stays until it is truncated.
   *
   * @param firstEntryId the id of the next entry; the checkpoints of the log cover none from it on
   * @throws IllegalArgumentException if the id is not 1 to 2^63-2, or a checkpoint covers more than
   *     what is before it; nothing was changed
   * @throws IOException as {@link #truncateAfter}
   */
  public void restartAt(long firstEntryId) throws IOException {
    truncation.restartAt(firstEntryId);
  }

  /**
   * Keeps the end of the log from being cut off while a checkpoint is made: {@link #truncateAfter}
   * and {@link #restartAt} wait.
   *
   * @return the hold, which this thread closes, among others in any order; again does nothing
   */
  public Closeable holdEnd() {
    return truncation.holdEnd();
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
    truncation.refuseWithin();
    log.close(truncation);
  }
}
