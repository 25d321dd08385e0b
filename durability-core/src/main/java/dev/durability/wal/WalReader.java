package dev.durability.wal;

import dev.durability.codec.Codec;
import dev.durability.log.ReplayMode;
import dev.durability.segment.Decoding;
import dev.durability.segment.LiveCursor;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log, in memory that does not grow with it. It takes no lock and changes nothing. This
 * process or another may write the log meanwhile.
 *
 * <p>Entries are handed over as they are read, and always form a prefix of what follows the first.
 * Damage after them is found when reading gets there, and thrown as {@link
 * dev.durability.errors.CorruptLogException}. Before it calls anything damage, it lists and reads
 * the files again, because a writer may have been at work.
 *
 * <p>Many threads may use a reader. Calls are independent of each other.
 *
 * @param <E> the type of the entries
 */
public final class WalReader<E> {
  private final Directory directory;
  private final Codec<E> codec;
  private final Decoding<E> decoding;
  private final ReplayMode mode;

  private WalReader(Directory directory, Codec<E> codec, ReplayMode mode) {
    this.directory = directory;
    this.codec = codec;
    this.decoding = new Decoding<>(codec);
    this.mode = mode;
  }

  /**
   * Returns a reader of the intact prefix of a log.
   *
   * @param directory where the log is
   * @param codec turns bytes into entries
   * @param <E> the type of the entries
   * @return the reader; nothing is read yet
   */
  public static <E> WalReader<E> of(Directory directory, Codec<E> codec) {
    return of(directory, codec, ReplayMode.PREFIX);
  }

  /**
   * Returns a reader.
   *
   * @param directory where the log is
   * @param codec turns bytes into entries
   * @param mode what it accepts; the end of the log is judged after the entries were handed over
   * @param <E> the type of the entries
   * @return the reader; nothing is read yet
   */
  public static <E> WalReader<E> of(Directory directory, Codec<E> codec, ReplayMode mode) {
    return new WalReader<>(directory, codec, mode);
  }

  /**
   * Reads all entries that recovery would read into a list: for small logs.
   *
   * @return the entries, in order
   * @throws dev.durability.errors.CorruptLogException if the log is damaged
   * @throws dev.durability.errors.DurabilityException if it is not clean, in strict mode
   * @throws java.nio.file.NoSuchFileException if there is no log
   * @throws IOException if the storage or the codec fails
   */
  public List<WalRecord<E>> readAll() throws IOException {
    List<WalRecord<E>> records = new ArrayList<>();
    replay(WalReplay.START, Long.MAX_VALUE, (id, entry) -> records.add(new WalRecord<>(id, entry)));
    return records;
  }

  /**
   * Hands over the entries from one id to another. It does not read segments before the first, and
   * neither reads nor judges what follows the last.
   *
   * @param fromId the first entry id, or {@link WalReplay#START} for where recovery starts
   * @param toId the last entry id, or {@code Long.MAX_VALUE} for all
   * @param target takes the entries; its {@code fromId} and {@code checkpointId} are not asked
   * @throws dev.durability.errors.CorruptLogException if the log is damaged where it was read
   * @throws dev.durability.errors.DurabilityException if it is not clean there, in strict mode; or
   *     if the first entry was truncated away
   * @throws java.nio.file.NoSuchFileException if there is no log
   * @throws IOException if the storage, the codec or the target fails
   */
  public void replay(long fromId, long toId, WalReplay<E> target) throws IOException {
    try (LiveCursor cursor = new LiveCursor(directory, mode, fromId)) {
      while (cursor.next(toId)) {
        target.entry(cursor.id(), cursor.decode(decoding));
      }
    }
  }

  /**
   * Streams the entries from an id on. Close the stream. A failure while it is read is thrown as
   * {@link UncheckedIOException}. All further reading throws it again.
   *
   * @param fromId the first entry id, or {@link WalReplay#START} for where recovery starts
   * @return the entries, in order, read as they are asked for
   * @throws IOException as {@link #replay}, for what is known at the start
   */
  public Stream<WalRecord<E>> stream(long fromId) throws IOException {
    LiveCursor cursor = new LiveCursor(directory, mode, fromId);
    return StreamSupport.stream(new Records(cursor), false)
        .onClose(
            () -> {
              try {
                cursor.close();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  /**
   * Follows a log that is being written: gives each entry once it is promised to be durable, which
   * is some milliseconds after it was acknowledged, and up to 50 more after a silence.
   *
   * @param fromId the first entry id, which may be one that is still to come, or {@link
   *     WalReplay#START}
   * @return the tail; close it
   * @throws IOException as {@link #replay}, for what is known at the start
   */
  public WalTail<E> follow(long fromId) throws IOException {
    return new WalTail<>(directory, codec, fromId);
  }

  private final class Records extends Spliterators.AbstractSpliterator<WalRecord<E>> {
    private final LiveCursor cursor;
    private @Nullable Throwable failure;

    Records(LiveCursor cursor) {
      super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
      this.cursor = cursor;
    }

    @Override
    public boolean tryAdvance(Consumer<? super WalRecord<E>> action) {
      if (failure != null) {
        throw new UncheckedIOException(
            new IOException("an earlier read of the log failed: open another stream", failure));
      }
      try {
        if (!cursor.next(Long.MAX_VALUE)) {
          return false;
        }
        action.accept(new WalRecord<>(cursor.id(), cursor.decode(decoding)));
        return true;
      } catch (IOException e) {
        failure = e;
        throw new UncheckedIOException(e);
      } catch (RuntimeException | Error e) {
        failure = e; // Another step might leave out the entry that this one was about to give.
        throw e;
      }
    }
  }
}
