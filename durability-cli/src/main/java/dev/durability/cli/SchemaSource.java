package dev.durability.cli;

import dev.durability.codec.Codec;
import dev.durability.log.CheckpointReference;
import dev.durability.log.SchemaRange;
import dev.durability.recordlog.RecordLogMaintenance;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What has entries with schemas: a log in a directory, or a record log in a file. It reads, and
 * changes nothing.
 *
 * @param directory where it is
 * @param recordLog the name of the file; null for a log
 */
record SchemaSource(Directory directory, @Nullable String recordLog) {

  /**
   * Opens it for reading.
   *
   * @param log a log, or a file with a record log
   * @throws IOException if it is missing, not a log, or not readable
   */
  static SchemaSource at(LogLocation log) throws IOException {
    return log.isLocal() ? at(Path.of(log.name())) : new SchemaSource(log.forReading(), null);
  }

  private static SchemaSource at(Path path) throws IOException {
    Path name = path.getFileName();
    if (name == null || !Files.isRegularFile(path)) {
      return new SchemaSource(LogDirectory.forReading(path), null);
    }
    Path parent = path.toAbsolutePath().getParent();
    return new SchemaSource(
        FsDirectory.openForReading(parent == null ? path.getRoot() : parent), name.toString());
  }

  /** The same, which tells how much of it was read. */
  SchemaSource metered(Progress progress) {
    return progress.isShown()
        ? new SchemaSource(new MeteredDirectory(directory, progress), recordLog)
        : this;
  }

  /** How many bytes there are to be read. */
  long bytes() throws IOException {
    if (recordLog == null) {
      return MeteredDirectory.logBytes(directory);
    }
    try (ReadFile file = directory.open(recordLog)) {
      return file.size();
    }
  }

  List<SchemaRange> schemas() throws IOException {
    return recordLog == null
        ? WalMaintenance.schemas(directory)
        : RecordLogMaintenance.schemas(directory, recordLog);
  }

  /** Decodes all entries, those before a checkpoint, too. */
  <T> void replay(Codec<T> codec, ObjLongConsumer<T> each) throws IOException {
    if (recordLog == null) {
      WalReader.of(directory, codec)
          .replay(
              WalMaintenance.firstEntryId(directory),
              Long.MAX_VALUE,
              (id, value) -> each.accept(value, id));
    } else {
      RecordLogReader.of(directory, recordLog, codec).replay((id, value) -> each.accept(value, id));
    }
  }

  /** The checkpoints that it knows of. A record log has none. */
  List<CheckpointReference> checkpoints() throws IOException {
    return recordLog == null ? WalMaintenance.checkpoints(directory) : List.of();
  }
}
