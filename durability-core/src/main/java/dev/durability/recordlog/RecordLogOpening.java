package dev.durability.recordlog;

import dev.durability.codec.Codec;
import dev.durability.codec.Schema;
import dev.durability.frame.AfterFailure;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FileType;
import dev.durability.frame.ForeignFile;
import dev.durability.frame.FrameFile;
import dev.durability.frame.FrameRun.Step;
import dev.durability.frame.Quarantine;
import dev.durability.frame.Rewrite;
import dev.durability.storage.AtomicFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.Closeable;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Creates the file of a record log, or makes an existing one ready to go on. Each step may be
 * repeated after a crash in it. The caller holds the lock.
 *
 * @param file the file, open at the place of the next frame; everything before that is durable
 * @param salt the file's salt
 * @param lastId the last record, 0 if there is none
 * @param promised what frames in the file promise
 * @param lastStamp the latest wall clock in the file, in microseconds
 * @param schema the schema of the records at that place, empty if none stands before it
 */
record RecordLogOpening(
    FrameFile file, int salt, long lastId, long promised, long lastStamp, Optional<Schema> schema)
    implements Closeable {

  static RecordLogOpening open(
      Directory directory, String path, Codec<?> codec, long nowMicros, long quarantineBytesMax)
      throws IOException {
    return directory.exists(path)
        ? resume(directory, path, codec, quarantineBytesMax)
        : create(directory, path, nowMicros);
  }

  /**
   * Refuses a file of another program, before anything is created beside it.
   *
   * @throws dev.durability.errors.FormatException if it is one
   */
  static void refuseForeign(Directory directory, String path) throws IOException {
    if (!directory.exists(path)) {
      return;
    }
    try (ReadFile file = directory.open(path)) {
      ForeignFile.refuse(FileHeader.firstBytes(file), path);
    }
  }

  private static RecordLogOpening create(Directory directory, String path, long nowMicros)
      throws IOException {
    int salt = new SecureRandom().nextInt();
    FileHeader header =
        new FileHeader(FileType.RECORD_LOG, UUID.randomUUID(), 0, 1, nowMicros, 0, salt);
    AtomicFile file = AtomicFile.create(directory, path);
    try {
      file.write(header.encode());
      // A crash must neither leave the final name on a file without a header, nor lose the name of
      // a file with acknowledged records.
      file.commit();
      return new RecordLogOpening(
          new FrameFile(path, file), salt, 0, 0, nowMicros, Optional.empty());
    } catch (IOException | RuntimeException | Error e) {
      AfterFailure.close(e, file);
      throw e;
    }
  }

  private static RecordLogOpening resume(
      Directory directory, String path, Codec<?> codec, long quarantineBytesMax)
      throws IOException {
    AtomicFile.deleteTemporary(directory, path);
    @Nullable FrameFile file = null;
    try (RecordLogFile found = RecordLogFile.open(directory, path)) {
      Set<Optional<Schema>> compared = new HashSet<>();
      Optional<Schema> last = found.appendSchema();
      Step step;
      do {
        step = found.next();
        boolean isNew = !found.schema().now().equals(last) || compared.isEmpty();
        if (step == Step.ENTRY && isNew && compared.add(found.schema().now())) {
          found.schema().requireFit(codec, path);
        }
        last = step == Step.ENTRY ? found.schema().now() : last;
      } while (step != Step.STOP);
      RecordLogFile.Tail tail = found.tail();
      if (tail.ending() == Ending.CORRUPT) {
        throw found.corrupt(tail);
      }
      // The process that created the file may have died between its rename and this sync.
      directory.sync(Directory.parentOf(path));
      keepWhatIsCut(directory, path, tail, quarantineBytesMax);
      file = Rewrite.tail(directory, path, found.promisedEnd(), found.appendOffset());
      return new RecordLogOpening(
          file,
          found.header().salt(),
          found.intact(),
          found.promisedByMarks(),
          found.lastStamp(),
          found.appendSchema());
    } catch (IOException | RuntimeException | Error e) {
      AfterFailure.close(e, file);
      throw e;
    }
  }

  private static void keepWhatIsCut(
      Directory directory, String path, RecordLogFile.Tail tail, long quarantineBytesMax)
      throws IOException {
    String quarantine = quarantine(path);
    Quarantine.removeTemporaries(directory, quarantine, isOwn(path));
    if (tail.nonZeroEnd() > tail.runEnd()) {
      Optional<String> kept =
          Quarantine.copy(directory, quarantine, path, tail.runEnd(), tail.nonZeroEnd());
      if (kept.isPresent()) {
        Quarantine.bound(directory, quarantine, isOwn(path), quarantineBytesMax, kept.get());
      }
    }
  }

  /** Where bytes that were cut off a log are kept. */
  static String quarantine(String path) {
    String parent = Directory.parentOf(path);
    return parent.isEmpty() ? "quarantine" : parent + "/quarantine";
  }

  /** Tells by the name of a file whether it belongs to a log. */
  static Predicate<String> isOwn(String path) {
    return Quarantine.nameOf(path)::equals;
  }

  /** Closes the file if no writer takes it over. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}
