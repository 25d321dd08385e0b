package dev.durability.checkpoint;

import dev.durability.codec.Codec;
import dev.durability.codec.Schema;
import dev.durability.errors.CodecException;
import dev.durability.errors.SchemaException;
import dev.durability.frame.CheckpointFile;
import dev.durability.log.CheckpointReference;
import dev.durability.segment.CheckpointName;
import dev.durability.storage.Directory;
import dev.durability.wal.WalMaintenance;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The checkpoints in a directory: those of a log under their default names, {@code
 * checkpoints/<last entry id>.ckpt}, and any others, of a log or of none, under a path of their
 * own.
 *
 * <p>Immutable; many threads may use it. If two write to one path at the same time, each writes a
 * whole file, and one of them may fail.
 */
public final class Checkpoints {
  /** The directory of the default names. */
  public static final String DIRECTORY = CheckpointName.DIRECTORY;

  private final Directory directory;
  private final Clock clock;

  private Checkpoints(Directory directory, Clock clock) {
    this.directory = directory;
    this.clock = clock;
  }

  /**
   * Gives access to the checkpoints in a directory.
   *
   * @param directory the log's directory
   * @param clock tells when a checkpoint is made, and nothing else
   * @return the checkpoints
   */
  public static Checkpoints in(Directory directory, Clock clock) {
    return new Checkpoints(directory, clock);
  }

  /** Writes the payload of a checkpoint. */
  @FunctionalInterface
  public interface Content {
    /**
     * Writes it.
     *
     * @param out where it goes, of any size; buffered. Closing it does nothing
     * @throws IOException to give up: no checkpoint is made
     */
    void writeTo(OutputStream out) throws IOException;

    /** {@return the schema of the payload, which stands beside it; empty if it has none} */
    default Optional<Schema> schema() {
      return Optional.empty();
    }
  }

  /**
   * Reads the payload of a checkpoint.
   *
   * @param <R> the type of the result
   */
  @FunctionalInterface
  public interface Parser<R> {
    /**
     * Reads it.
     *
     * @param in the payload; the end of the stream is the end of a whole checkpoint. Closing it
     *     does nothing
     * @return the result
     * @throws IOException to give up
     */
    R readFrom(InputStream in) throws IOException;

    /**
     * Reads it, knowing its schema. The library calls this. Unless a parser overrides it, only a
     * payload without a schema is read.
     *
     * @param in as above
     * @param written the schema that stands beside the payload, empty if there is none
     * @return the result
     * @throws SchemaException if the parser cannot read that schema
     * @throws IOException to give up
     */
    default R readFrom(InputStream in, Optional<Schema> written) throws IOException {
      if (written.isPresent()) {
        throw ValueParser.withoutSchema("the parser", written.get());
      }
      return readFrom(in);
    }
  }

  /**
   * The content of a checkpoint that is one value.
   *
   * @param codec turns the value into bytes
   * @param value the value
   * @param <T> its type
   * @return what writes it
   */
  public static <T> Content content(Codec<T> codec, T value) {
    return new ValueContent<>(codec, value);
  }

  /**
   * Reads the value that {@link #content} wrote. All of its bytes are taken into memory, less than
   * 2 GiB. A codec without a schema reads only what has none.
   *
   * @param codec turns bytes into the value
   * @param <T> its type
   * @return what reads it; whatever the codec throws is the cause of a {@link CodecException}
   */
  public static <T> Parser<T> parser(Codec<T> codec) {
    return new ValueParser<>(codec);
  }

  /**
   * Names a checkpoint.
   *
   * @param lastEntryId the last entry that it contains
   * @return its default path, relative to the log's directory
   */
  public static String pathOf(long lastEntryId) {
    if (lastEntryId < 0) {
      throw new IllegalArgumentException("no checkpoint contains entries up to " + lastEntryId);
    }
    return CheckpointName.path(lastEntryId);
  }

  /**
   * Lists the checkpoints under default names. They are not opened; {@link #isUsable} tells whether
   * one can be used. Their names may not be durable: if the process that made one was killed, a
   * loss of power may still remove it. Publishing another makes all of them durable.
   *
   * @return the last entry ids that they contain, largest first
   * @throws IOException if the storage fails
   */
  public List<Long> list() throws IOException {
    return CheckpointName.list(directory);
  }

  /**
   * Writes a checkpoint of a log under its default name. It is durable when this returns.
   *
   * @param logId the log
   * @param lastEntryId the last entry that it contains
   * @param content writes the payload
   * @return its path
   * @throws IOException if that fails: no checkpoint is made, and an existing one is whole, as
   *     {@link CheckpointWriter#commit} says
   */
  public String write(UUID logId, long lastEntryId, Content content) throws IOException {
    String path = pathOf(lastEntryId);
    writeFile(path, logId, lastEntryId, content);
    return path;
  }

  /**
   * Writes a checkpoint of a log under any path. It is durable when this returns. The log does not
   * know of it unless it is published: recover with {@code RecoveryOptions.fromCheckpoint}. If the
   * end of the log is cut off before its last entry, it must not be used any more.
   *
   * @param path where it goes; missing directories are created, an existing file is replaced
   * @param logId the log
   * @param lastEntryId the last entry that it contains
   * @param content writes the payload
   * @return the size of the payload in bytes
   * @throws IllegalArgumentException if the path is in {@code wal/} or {@code quarantine/}, is the
   *     default one of another entry, or is that of a published checkpoint of another entry,
   *     without which the log may not be recoverable; nothing was changed
   * @throws IOException as {@link #write(UUID, long, Content)}
   */
  public long write(String path, UUID logId, long lastEntryId, Content content) throws IOException {
    for (CheckpointReference known : WalMaintenance.checkpoints(directory)) {
      if (known.path().equals(path) && known.lastEntryId() != lastEntryId) {
        throw new IllegalArgumentException(
            "the log needs the checkpoint "
                + path
                + ", which ends with entry "
                + known.lastEntryId()
                + ": write to another path. Nothing was changed");
      }
    }
    return writeFile(path, logId, lastEntryId, content);
  }

  /**
   * Writes a checkpoint that belongs to no log, under any path. It is durable when this returns.
   *
   * @param path where it goes; an existing file is replaced
   * @param content writes the payload
   * @return the size of the payload in bytes
   * @throws IOException if that fails: an existing file is whole, as {@link
   *     CheckpointWriter#commit} says
   */
  public long writeAlone(String path, Content content) throws IOException {
    return writeFile(path, UUID.randomUUID(), 0, content);
  }

  private long writeFile(String path, UUID logId, long lastEntryId, Content content)
      throws IOException {
    CheckpointName.requireFree(path, lastEntryId);
    removeTemporaries(path);
    try (CheckpointWriter writer =
        CheckpointWriter.create(directory, path, logId, lastEntryId, clock)) {
      Optional<Schema> schema = content.schema();
      if (schema.isPresent()) {
        writer.schema(schema.get());
      }
      content.writeTo(new OpenOutput(writer));
      return writer.commit();
    }
  }

  /**
   * Reads a checkpoint, to its end even if the parser stops before it, so that damage never goes
   * unnoticed.
   *
   * @param path its path
   * @param parser reads the payload
   * @param <R> the type of the result
   * @return what the parser returned
   * @throws dev.durability.errors.CorruptLogException if it is damaged
   * @throws IOException if it is missing or cannot be read, or the parser gave up
   */
  public <R> R read(String path, Parser<R> parser) throws IOException {
    try (CheckpointReader reader = CheckpointReader.open(directory, path)) {
      R result;
      try {
        result = parser.readFrom(new OpenInput(reader), reader.schema());
      } catch (SchemaException refused) {
        reader.transferTo(OutputStream.nullOutputStream()); // Or the schema is what is damaged.
        throw refused.at(path);
      }
      reader.transferTo(OutputStream.nullOutputStream());
      return result;
    }
  }

  /**
   * Tells what a checkpoint is, by its header.
   *
   * @param path its path
   * @return its log, and the last entry that it contains
   * @throws dev.durability.errors.CorruptLogException if its header is damaged
   * @throws IOException if it is missing or cannot be read
   */
  public CheckpointReference reference(String path) throws IOException {
    try (CheckpointReader reader = CheckpointReader.open(directory, path)) {
      return new CheckpointReference(reader.lastEntryId(), path, reader.logId());
    }
  }

  /**
   * Tells whether a checkpoint can be used, reading all of it.
   *
   * @param path its path
   * @param logId the log that it must belong to
   * @param lastEntryId the last entry that it must contain
   * @return whether it is there, whole, and belongs to that log and entry
   * @throws IOException if it cannot be read, or is of an unknown version
   */
  public boolean isUsable(String path, UUID logId, long lastEntryId) throws IOException {
    return CheckpointFile.isValid(directory, path, logId, lastEntryId);
  }

  /**
   * Deletes a checkpoint. The deletion is durable when this returns.
   *
   * @param path its path
   * @throws IOException if it is missing or the storage fails
   */
  public void delete(String path) throws IOException {
    directory.delete(path);
    directory.sync(Directory.parentOf(path));
  }

  /** Removes what crashes left of earlier attempts, so that it does not pile up. */
  private void removeTemporaries(String path) throws IOException {
    String parent = Directory.parentOf(path);
    if (!parent.isEmpty() && !directory.exists(parent)) {
      return;
    }
    String prefix = parent.isEmpty() ? "" : parent + "/";
    String begin = path.substring(prefix.length());
    for (String name : directory.list(parent)) {
      if (CheckpointName.isTemporaryOf(begin, name)) {
        directory.delete(prefix + name);
      }
    }
  }
}
