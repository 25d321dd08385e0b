package dev.durability.spring.boot;

import dev.durability.LiveEntries;
import dev.durability.log.OpenMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

/**
 * The properties {@code durability.*}. Their defaults are those of the library.
 *
 * @param enabled Whether the beans of the starter are made.
 * @param directory Directory of the log and its checkpoints. It is created if it is missing.
 *     Without it, no log is opened.
 * @param name Name of the log, which is the tag "log" of its metrics. By default the last name of
 *     the directory.
 * @param files Who may use the files that are created.
 * @param wal How the log is written.
 * @param checkpoint When the state writes a checkpoint.
 * @param state How the state is kept.
 */
@ConfigurationProperties("durability")
public record DurabilityProperties(
    @DefaultValue("true") boolean enabled,
    @Nullable String directory, // A Path would be looked up on the class path first.
    @Nullable String name,
    @DefaultValue Files files,
    @DefaultValue Wal wal,
    @DefaultValue Checkpoint checkpoint,
    @DefaultValue State state) {

  static final String DIRECTORY = "durability.directory";

  /** What other properties of Spring take. One letter is a drive of Windows. */
  private static final Pattern ADDRESS =
      Pattern.compile("(?i)(?:file|classpath\\*?):|[a-z][a-z0-9+.-]+:/");

  /**
   * Who may use the files that are created.
   *
   * @param mode Permissions of files that are created, such as rw-rw----.
   * @param directoryMode Permissions of directories that are created, such as rwxrwx---.
   * @param group Group of what is created. By default the one that the system gives.
   */
  public record Files(
      @DefaultValue("rw-------") String mode,
      @DefaultValue("rwx------") String directoryMode,
      @Nullable String group) {}

  /**
   * How the log is written.
   *
   * @param openMode Whether a log that is missing is created.
   * @param segmentSize Size at which a segment of the log ends. Truncation removes whole segments.
   * @param segmentAge Age after which a segment ends. None by default.
   * @param bufferSize Size of each of the two append buffers.
   * @param flush When an append is written to the file.
   * @param syncInterval How long an append stays unsynced at most. No limit by default.
   * @param preallocatedSizeMax How much of a new segment is filled with zeros ahead of need. All of
   *     it by default.
   * @param entrySizeMax Size of the largest encoded entry.
   * @param quarantineSizeMax How much of what openings cut off is kept.
   */
  public record Wal(
      @DefaultValue("open-or-create") OpenMode openMode,
      @DefaultValue("64MB") DataSize segmentSize,
      @Nullable Duration segmentAge,
      @DefaultValue("1MB") DataSize bufferSize,
      @DefaultValue("per-append") Flush flush,
      @Nullable Duration syncInterval,
      @Nullable DataSize preallocatedSizeMax,
      @DefaultValue("16MB") DataSize entrySizeMax,
      @DefaultValue("256MB") DataSize quarantineSizeMax) {}

  /**
   * When the state writes a checkpoint.
   *
   * @param everyEntries After how many entries since the last checkpoint. 0 for no such limit.
   * @param everySize After how much log since the last checkpoint. 0 for no such limit.
   * @param onClose Whether closing writes a checkpoint if anything changed.
   * @param kept How many checkpoints are kept.
   */
  public record Checkpoint(
      @DefaultValue("0") long everyEntries,
      @DefaultValue("64MB") DataSize everySize,
      @DefaultValue("true") boolean onClose,
      @DefaultValue("2") int kept) {}

  /**
   * How the state is kept.
   *
   * @param liveEntries What the state machine is given: the entry as the log holds it, or as it was
   *     passed.
   * @param pendingUpdatesMax How many updates may be pending.
   * @param pendingSizeMax How much log the pending updates may take.
   */
  public record State(
      @DefaultValue("decoded") LiveEntries liveEntries,
      @DefaultValue("65536") int pendingUpdatesMax,
      @DefaultValue("64MB") DataSize pendingSizeMax) {}

  /** When an append is written to the file. */
  public enum Flush {
    /** Each append is written before it returns: it survives the death of the process. */
    PER_APPEND,
    /** An append is written by a flush or a sync, or once enough is waiting. */
    MANUAL
  }

  /**
   * The directory, or null if it is not set. A space at its end, which files of properties keep and
   * nobody sees, is no part of it: it would be another directory, with an empty log. So would be
   * what an address names as a path.
   */
  @Nullable Path path() {
    if (!StringUtils.hasText(directory)) {
      return null;
    }
    String stripped = directory.strip();
    if (ADDRESS.matcher(stripped).lookingAt()) {
      throw new InvalidConfigurationPropertyValueException(
          DIRECTORY,
          directory,
          "it is an address: set the path of a directory, such as /var/lib/orders");
    }
    return Path.of(stripped);
  }

  String logName() {
    if (StringUtils.hasText(name)) {
      return name;
    }
    Path path = path();
    Path last = path == null ? null : path.toAbsolutePath().normalize().getFileName();
    return last == null ? "durability" : last.toString();
  }
}
