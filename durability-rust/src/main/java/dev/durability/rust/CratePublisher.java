package dev.durability.rust;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.storage.Directory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Objects;

/**
 * Publishes checkpoints as the crate does: the checkpoint, then a marker in the log, then the
 * segments that are not needed are deleted. One thread at a time may use it, as the log.
 */
public final class CratePublisher {

  /** Makes the entry that says in the log that a checkpoint was published. */
  @FunctionalInterface
  public interface Marker {
    /**
     * Makes it.
     *
     * @param path the checkpoint, relative to the root
     * @param lastEntryId the last entry that it contains, unsigned
     * @return the bytes of an entry
     * @throws IOException to give up; the checkpoint is there, without a marker
     */
    byte[] bytes(String path, long lastEntryId) throws IOException;
  }

  /**
   * What was published.
   *
   * @param checkpoint the checkpoint
   * @param markerEntryId the id of the marker, unsigned
   * @param deleted the segments that were deleted, oldest first
   */
  public record Published(
      CrateCheckpoint checkpoint, long markerEntryId, List<CrateSegment> deleted) {
    /**
     * Makes it with an unmodifiable list.
     *
     * @param checkpoint as above
     * @param markerEntryId as above
     * @param deleted as above
     */
    public Published {
      deleted = List.copyOf(deleted);
    }
  }

  private final Directory directory;
  private final CrateLogWriter log;
  private final CrateVersion version;
  private final Marker marker;

  private CratePublisher(
      Directory directory, CrateLogWriter log, CrateVersion version, Marker marker) {
    this.directory = directory;
    this.log = log;
    this.version = version;
    this.marker = marker;
  }

  /**
   * Publishes with the marker of the crate, {@link WalEntry.Checkpoint}.
   *
   * @param directory the root
   * @param log the open log in it
   * @param version as which version of the crate
   * @return the publisher
   */
  public static CratePublisher of(Directory directory, CrateLogWriter log, CrateVersion version) {
    return of(directory, log, version, CratePublisher::marker);
  }

  /**
   * Publishes with a marker of the caller, as the crate's generic publishing does.
   *
   * @param directory the root
   * @param log the open log in it
   * @param version as which version of the crate
   * @param marker makes the marker
   * @return the publisher
   */
  public static CratePublisher of(
      Directory directory, CrateLogWriter log, CrateVersion version, Marker marker) {
    return new CratePublisher(
        Objects.requireNonNull(directory, "directory"),
        Objects.requireNonNull(log, "log"),
        Objects.requireNonNull(version, "version"),
        Objects.requireNonNull(marker, "marker"));
  }

  /**
   * Publishes a checkpoint.
   *
   * @param path where it goes, relative to the root
   * @param lastEntryId the last entry that it contains, unsigned; at most the last of the log
   * @param content writes it, as {@link CrateCheckpoint#write} wants it
   * @return what was done; the checkpoint and the marker are durable
   * @throws IllegalArgumentException if the log ends before that entry; nothing was done
   * @throws IOException if a step fails; the log is whole, and this can be tried again once it is
   *     open again
   */
  public Published publish(String path, long lastEntryId, Checkpoints.Content content)
      throws IOException {
    if (Long.compareUnsigned(lastEntryId, log.lastAppendedId()) > 0) {
      throw new IllegalArgumentException(
          "a checkpoint cannot contain entry "
              + Long.toUnsignedString(lastEntryId)
              + ": the log ends at entry "
              + Long.toUnsignedString(log.lastAppendedId()));
    }
    CrateCheckpoint checkpoint =
        CrateCheckpoint.write(directory, path, version, lastEntryId, content);
    long markerId = log.append(marker.bytes(path, lastEntryId));
    log.sync(); // Before anything is deleted: recovery finds the checkpoint by its marker.
    return new Published(checkpoint, markerId, log.truncate(lastEntryId));
  }

  /** The marker of the crate itself. */
  static byte[] marker(String path, long lastEntryId) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    WalEntry.codec().encode(new WalEntry.Checkpoint(path, lastEntryId), bytes);
    return bytes.toByteArray();
  }
}
