package dev.durability.recordlog;

import dev.durability.codec.Codec;
import dev.durability.codec.Decoder;
import dev.durability.codec.Schema;
import dev.durability.errors.CodecException;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.SchemaException;
import dev.durability.frame.FrameRun.Step;
import dev.durability.storage.Directory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Spliterators.AbstractSpliterator;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of a log in one file, in order, from the first. It takes no lock and changes
 * nothing. So it may read a log that is being written: it leaves out what is not yet whole at the
 * end. Memory does not grow with the log.
 *
 * <p>By default it silently leaves out what a crash left at the end of the file. Damage to records
 * that were promised to be durable is a {@link dev.durability.errors.CorruptLogException}. {@link
 * #strict()} returns a reader that refuses what a crash leaves, too; it is for logs that are not
 * being written.
 *
 * <p>Immutable; many threads may use it. Each call reads the file anew.
 *
 * @param <T> the type of the records
 */
public final class RecordLogReader<T> {
  private final Directory directory;
  private final String path;
  private final Codec<T> codec;
  private final boolean strict;

  private RecordLogReader(Directory directory, String path, Codec<T> codec, boolean strict) {
    this.directory = directory;
    this.path = path;
    this.codec = codec;
    this.strict = strict;
  }

  /**
   * Makes a reader. It does not open the file before it reads.
   *
   * @param directory where the log is
   * @param path its file, relative to the directory
   * @param codec how bytes become records
   * @param <T> the type of the records
   * @return the reader
   */
  public static <T> RecordLogReader<T> of(Directory directory, String path, Codec<T> codec) {
    return new RecordLogReader<>(directory, path, codec, false);
  }

  /** {@return a reader of the same log that refuses a torn end} */
  public RecordLogReader<T> strict() {
    return new RecordLogReader<>(directory, path, codec, true);
  }

  /**
   * Receives records.
   *
   * @param <T> the type of the records
   */
  @FunctionalInterface
  public interface Visitor<T> {
    /**
     * Takes a record.
     *
     * @param id its id
     * @param value the record
     * @throws IOException to stop; it reaches the caller of {@link #replay}
     */
    void accept(long id, T value) throws IOException;
  }

  /**
   * Hands all records to a visitor. If this throws, the records before the damage have been handed
   * over.
   *
   * @param visitor takes them
   * @return the id of the last record, 0 if there is none
   * @throws dev.durability.errors.CorruptLogException if promised records are damaged or missing
   * @throws DurabilityException if this reader is strict and the file ends in anything but a whole
   *     record
   * @throws CodecException if a record is whole but the codec refuses it
   * @throws IOException if the file is missing or cannot be read
   */
  public long replay(Visitor<? super T> visitor) throws IOException {
    try (Cursor cursor = new Cursor()) {
      while (cursor.advance()) {
        visitor.accept(cursor.file.id(), cursor.decode());
      }
      return cursor.file.intact();
    }
  }

  /**
   * Reads all records into memory, for small logs.
   *
   * @return the records; the first has id 1
   * @throws IOException as {@link #replay}
   */
  public List<T> list() throws IOException {
    List<T> records = new ArrayList<>();
    replay((id, value) -> records.add(value));
    return records;
  }

  /**
   * Streams the records. The stream must be closed. A failure that {@link #replay} would throw
   * comes as {@link java.io.UncheckedIOException}. All further reading throws it again.
   *
   * @return the records in order; the first has id 1
   * @throws IOException if the file is missing or its header cannot be read
   */
  @SuppressWarnings("MustBeClosedChecker") // The caller closes it, as the contract says.
  public Stream<T> stream() throws IOException {
    Cursor cursor = new Cursor();
    try {
      return StreamSupport.stream(cursor, false).onClose(cursor::closeUnchecked);
    } catch (Error e) {
      cursor.close();
      throw e;
    }
  }

  /** A walk over the records of the file. */
  private final class Cursor extends AbstractSpliterator<T> implements AutoCloseable {
    /** The schema of the records that were decoded last. Set before the file is open. */
    private Optional<Schema> known = Optional.empty();

    private RecordLogFile file = RecordLogFile.open(directory, path);
    private long suspected = -1;
    private @Nullable Throwable failure;

    /** How records of that schema are decoded. */
    private @Nullable Decoder<T> decoder;

    Cursor() throws IOException {
      super(Long.MAX_VALUE, ORDERED | NONNULL);
    }

    /** Goes to the next record; returns whether there is one. */
    boolean advance() throws IOException {
      while (true) {
        Step step = file.next();
        if (step == Step.ENTRY) {
          return true;
        }
        if (step == Step.STOP) {
          RecordLogFile.Tail tail = file.tail();
          if (tail.ending() == Ending.CORRUPT && lookAgain()) {
            continue;
          }
          judge(tail);
          return false;
        }
      }
    }

    /**
     * Reads the file again up to this place, unless that was done for this place before. A writer
     * may have written the frame here after this reader looked and before the reader saw a later
     * promise, or may have opened the log again and cut an END off. Since the promise is visible
     * now, so are the frames that it promises.
     */
    private boolean lookAgain() throws IOException {
      long reached = file.intact();
      if (reached == suspected) {
        return false;
      }
      suspected = reached;
      RecordLogFile again = RecordLogFile.open(directory, path);
      file.close();
      file = again;
      while (file.intact() < reached) {
        Step step = file.next();
        if (step == Step.STOP) {
          RecordLogFile.Tail tail = file.tail();
          throw tail.ending() == Ending.CORRUPT
              ? file.corrupt(tail)
              : new DurabilityException(
                  "reading "
                      + path
                      + ": a writer cut off the records after "
                      + file.intact()
                      + ", which were read before and never promised; read the log again");
        }
      }
      return true;
    }

    private void judge(RecordLogFile.Tail tail) throws IOException {
      if (tail.ending() == Ending.CORRUPT) {
        throw file.corrupt(tail);
      }
      if (strict && tail.ending() != Ending.CLEAN) {
        throw new DurabilityException(
            "reading "
                + path
                + " strictly: "
                + (tail.nonZeroEnd() - tail.runEnd())
                + " bytes at offset "
                + tail.runEnd()
                + " are not a whole record ("
                + tail.ending()
                + "). Nothing that was promised is missing: read the log without strict(), or"
                + " open a writer, which cuts them off");
      }
    }

    T decode() throws IOException {
      Optional<Schema> written = file.schema().now();
      Decoder<T> its = decoder;
      if (its == null || !known.equals(written)) {
        its = decoderOf(written);
        // Nothing is called from here on.
        decoder = its;
        known = written;
      }
      try {
        return its.decode(file.payload());
      } catch (
          Exception e) { // The bytes are in memory, so whatever is thrown comes from the codec.
        throw new CodecException(
            "the record "
                + file.id()
                + " of "
                + path
                + ", which ends at offset "
                + file.offset()
                + ", is whole but cannot be decoded ("
                + (e instanceof CodecException ? e.getMessage() : e)
                + "); use the codec that wrote it",
            e);
      }
    }

    private Decoder<T> decoderOf(Optional<Schema> written) throws SchemaException {
      try {
        return codec.decoderOf(written);
      } catch (SchemaException refused) {
        throw refused.at(path + ", record " + file.id());
      }
    }

    @Override
    public boolean tryAdvance(Consumer<? super T> action) {
      if (failure != null) {
        throw new UncheckedIOException(
            new IOException(
                "an earlier read of " + path + " failed: open another stream", failure));
      }
      try {
        if (!advance()) {
          return false;
        }
        action.accept(decode());
        return true;
      } catch (IOException e) {
        failure = e;
        throw new UncheckedIOException(e);
      } catch (RuntimeException | Error e) {
        failure = e; // A further step could leave out the record that this one was about to return.
        throw e;
      }
    }

    void closeUnchecked() {
      try {
        close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
