package dev.durability.pekko;

import com.typesafe.config.Config;
import dev.durability.wal.WalObserver;
import dev.durability.wal.WalOptions;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How a journal is kept: the settings of {@code pekko.persistence.journal.durability}.
 *
 * @param directory where its files are
 * @param isSynced whether a write is acknowledged only when it survives the loss of power
 * @param syncInterval how long a write may stay unsynced if it is not
 * @param segmentBytes the size at which a segment of the log ends
 * @param atomicWriteBytesMax the largest atomic write
 * @param checkpointBytes how much is written between two checkpoints of the index, at least
 */
record Settings(
    Path directory,
    boolean isSynced,
    Duration syncInterval,
    long segmentBytes,
    int atomicWriteBytesMax,
    long checkpointBytes) {
  static final String JOURNAL = "pekko.persistence.journal.durability";

  /** Reads the settings of a plugin; what it does not set is as for the one in reference.conf. */
  static Settings of(Config plugin, Config system) {
    Config config = plugin.withFallback(system.getConfig(JOURNAL));
    return new Settings(
        Path.of(config.getString("dir")),
        config.getBoolean("fsync"),
        config.getDuration("fsync-interval"),
        config.getBytes("segment-bytes"),
        Math.toIntExact(config.getBytes("atomic-write-bytes-max")),
        config.getBytes("checkpoint-bytes"));
  }

  WalOptions walOptions(WalObserver observer) {
    WalOptions.Builder options =
        WalOptions.builder()
            .segmentBytes(segmentBytes)
            .entryBytesMax(atomicWriteBytesMax)
            .observer(observer);
    return (isSynced ? options : options.syncInterval(syncInterval)).build();
  }
}
