package dev.durability.pekko;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The files of a snapshot store: a directory per persistence id, a file per snapshot. Any number of
 * threads.
 */
final class SnapshotFiles implements Closeable {
  private static final String LOCK = "snapshots.lock";
  private static final int READABLE_MAX = 40;
  private static final int HASH_BYTES = 16;

  private final Directory directory;
  private final DirectoryLock lock;
  private final Checkpoints files;

  private SnapshotFiles(Directory directory, DirectoryLock lock) {
    this.directory = directory;
    this.lock = lock;
    this.files = Checkpoints.in(directory, Clock.systemUTC());
  }

  /**
   * Opens the store in a directory.
   *
   * @throws dev.durability.errors.LockHeldException if another one has it open
   * @throws IOException if the storage fails
   */
  static SnapshotFiles open(Directory directory) throws IOException {
    directory.createDirectories("");
    return new SnapshotFiles(directory, directory.lock(LOCK));
  }

  /**
   * Saves a snapshot. It is durable when this returns. Older ones of the same number are deleted
   * then.
   *
   * @throws IOException if that fails: the snapshot may be there, whole, or not
   */
  void save(StoredSnapshot snapshot) throws IOException {
    lock.requireHeld();
    String place = placeOf(snapshot.persistenceId());
    SnapshotName name = snapshot.name();
    long unused = files.writeAlone(place + "/" + name.file(), snapshot);
    delete(
        snapshot.persistenceId(),
        each -> each.sequenceNr() == name.sequenceNr() && each.compareTo(name) < 0);
  }

  /**
   * Loads the newest snapshot that can be loaded.
   *
   * @param wanted which may be loaded
   * @param attemptsMax how many are tried
   * @param reader makes something of it
   * @param failures is told about each that cannot be loaded
   * @return empty if there is none that is wanted
   * @throws IOException if all that were tried failed
   */
  <T> Optional<T> newest(
      String persistenceId,
      Predicate<SnapshotName> wanted,
      int attemptsMax,
      Function<StoredSnapshot, T> reader,
      BiConsumer<SnapshotName, Throwable> failures)
      throws IOException {
    while (true) {
      Throwable newestFailure = null;
      int attempts = 0;
      boolean gone = false;
      for (SnapshotName name : list(persistenceId, wanted)) {
        try {
          StoredSnapshot stored =
              files.read(placeOf(persistenceId) + "/" + name.file(), new StoredSnapshot.Parser());
          return Optional.of(reader.apply(stored.require(persistenceId, name)));
        } catch (NoSuchFileException deletedMeanwhile) {
          gone = true;
        } catch (Exception e) { // Also what a serializer throws without declaring it.
          failures.accept(name, e);
          newestFailure = newestFailure == null ? e : newestFailure;
          attempts++;
          if (attempts == attemptsMax) {
            break;
          }
        }
      }
      if (newestFailure != null) {
        throw new IOException(
            "none of the newest "
                + attempts
                + " snapshots of "
                + persistenceId
                + " can be loaded: restore one from a copy, or delete them if all events are there",
            newestFailure);
      }
      if (!gone) {
        return Optional.empty();
      } // Else there may be a newer one by now.
    }
  }

  /**
   * Deletes snapshots. It is durable when this returns.
   *
   * @param unwanted which
   */
  void delete(String persistenceId, Predicate<SnapshotName> unwanted) throws IOException {
    lock.requireHeld();
    String place = placeOf(persistenceId);
    boolean deleted = false;
    for (SnapshotName name : list(persistenceId, unwanted)) {
      try {
        directory.delete(place + "/" + name.file());
      } catch (NoSuchFileException gone) {
        // Someone else deleted it; the name must not come back all the same.
      }
      deleted = true;
    }
    if (deleted) {
      directory.sync(place);
    }
  }

  /** The newest first. */
  private List<SnapshotName> list(String persistenceId, Predicate<SnapshotName> wanted)
      throws IOException {
    List<SnapshotName> names = new ArrayList<>();
    String place = placeOf(persistenceId);
    if (directory.exists(place)) {
      for (String file : directory.list(place)) {
        SnapshotName.of(file).filter(wanted).ifPresent(names::add);
      }
    }
    names.sort(Comparator.reverseOrder());
    return names;
  }

  /** A name that any file system takes and keeps apart, and that people recognize. */
  private static String placeOf(String persistenceId) {
    String readable = persistenceId.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(persistenceId.getBytes(StandardCharsets.UTF_8));
      return readable.substring(0, Math.min(READABLE_MAX, readable.length()))
          + "."
          + HexFormat.of().formatHex(hash, 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("each JDK has SHA-256", e);
    }
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
