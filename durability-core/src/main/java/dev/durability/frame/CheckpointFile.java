package dev.durability.frame;

import dev.durability.codec.Schema;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads a checkpoint file from its header to its END, a chunk at a time. */
public final class CheckpointFile implements AutoCloseable {

  /** The largest payload of one chunk, in bytes. */
  public static final int CHUNK_BYTES_MAX = 1 << 20;

  private final String path;
  private final ReadFile file;
  private final FileHeader header;
  private final FrameRun run;
  private final WrittenSchema schema = new WrittenSchema();
  private long payloadBytes;
  private long chunkEnd = FileHeader.BYTES;

  private CheckpointFile(String path, ReadFile file, FileHeader header) throws IOException {
    this.path = path;
    this.file = file;
    this.header = header;
    this.run =
        new FrameRun(
            file,
            FileType.CHECKPOINT,
            header.salt(),
            1,
            FrameRun.windowBytes(file) + FrameFormat.OVERHEAD_BYTES);
    schema.passPreamble(run); // It stands before the first chunk.
  }

  /**
   * Opens a checkpoint and reads its header.
   *
   * @param directory the log's directory
   * @param path the checkpoint, relative to it
   * @return the checkpoint, before its first chunk
   * @throws BadHeaderException if its header is damaged
   * @throws IOException if it is missing, of an unknown version, or cannot be read
   */
  public static CheckpointFile open(Directory directory, String path)
      throws IOException, BadHeaderException {
    ReadFile file = directory.open(path);
    try {
      FileHeader header = FileHeader.decode(FileHeader.firstBytes(file), FileType.CHECKPOINT, path);
      return new CheckpointFile(path, file, header);
    } catch (IOException | BadHeaderException | RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /** {@return how the payload is encoded, empty if nothing says so} */
  public Optional<Schema> schema() {
    return schema.now();
  }

  /** {@return the header} */
  public FileHeader header() {
    return header;
  }

  /** {@return the offset in the file after the last chunk that was read} */
  public long offset() {
    return chunkEnd;
  }

  /**
   * Reads the next chunk.
   *
   * @return its bytes, a view that stays as it is until the next call, or null at the end of a
   *     whole checkpoint
   * @throws BadCheckpointException if the checkpoint is damaged here
   * @throws IOException if it cannot be read
   */
  public @Nullable ByteBuffer nextChunk() throws IOException, BadCheckpointException {
    return switch (run.next()) {
      case ENTRY -> {
        if (run.payloadBytes() > CHUNK_BYTES_MAX) {
          throw new BadCheckpointException(path, run.offset(), "a chunk is larger than 1 MiB");
        }
        payloadBytes += run.payloadBytes();
        chunkEnd = run.offset();
        yield run.payload();
      }
      case END -> {
        long promised = run.promised();
        if (promised != payloadBytes) {
          throw new BadCheckpointException(
              path,
              run.offset(),
              "its END says " + promised + " bytes of payload, but there are " + payloadBytes);
        }
        if (file.size() > run.offset()) {
          throw new BadCheckpointException(path, run.offset(), "something follows its END");
        }
        yield null;
      }
      case SCHEMA, CHECKPOINT, MARK, STOP ->
          throw new BadCheckpointException(
              path,
              run.breakOffset(),
              "it is cut short or damaged: there is no valid chunk here",
              run.checksumMismatch());
    };
  }

  /**
   * Tells whether a file is a whole checkpoint of a log, reading all of it.
   *
   * @param directory the log's directory
   * @param path the file, relative to it
   * @param logId the log
   * @param lastEntryId the last entry that it has to contain
   * @return whether it is there, whole, of that log, and ends with that entry
   * @throws IOException if it cannot be read, or is of an unknown version
   */
  public static boolean isValid(Directory directory, String path, UUID logId, long lastEntryId)
      throws IOException {
    try (CheckpointFile checkpoint = open(directory, path)) {
      if (!checkpoint.header.logId().equals(logId)
          || checkpoint.header.firstEntryId() != lastEntryId) {
        return false;
      }
      ByteBuffer chunk;
      do {
        chunk = checkpoint.nextChunk();
      } while (chunk != null);
      return true;
    } catch (NoSuchFileException | BadHeaderException | BadCheckpointException notUsable) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      file.close();
    } finally {
      run.close();
    }
  }
}
