package dev.durability.spring.boot;

import dev.durability.CheckpointPolicy;
import dev.durability.StateOptions;
import dev.durability.storage.FsOptions;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalOptions;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

/** Turns properties into options. What the library refuses is reported with its property. */
final class OptionsOfProperties {
  private OptionsOfProperties() {}

  static FsOptions files(DurabilityProperties.Files files) {
    FsOptions.Builder options = FsOptions.builder();
    set("files.mode", files.mode(), mode -> options.fileMode(permissions(mode)));
    set(
        "files.directory-mode",
        files.directoryMode(),
        mode -> options.directoryMode(permissions(mode)));
    set("files.group", files.group(), options::group);
    return options.build();
  }

  private static Set<PosixFilePermission> permissions(String mode) {
    try {
      return PosixFilePermissions.fromString(mode);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("permissions are nine characters, such as rw-r-----", e);
    }
  }

  static WalOptions.Builder wal(DurabilityProperties.Wal wal) {
    WalOptions.Builder options = WalOptions.builder().openMode(wal.openMode());
    set("wal.segment-size", wal.segmentSize(), size -> options.segmentBytes(size.toBytes()));
    set("wal.segment-age", wal.segmentAge(), options::segmentAge);
    set("wal.buffer-size", wal.bufferSize(), size -> options.bufferBytes(bytes(size)));
    options.flushPolicy(
        wal.flush() == DurabilityProperties.Flush.MANUAL
            ? FlushPolicy.manual()
            : FlushPolicy.perAppend());
    set("wal.sync-interval", wal.syncInterval(), options::syncInterval);
    set(
        "wal.preallocated-size-max",
        wal.preallocatedSizeMax(),
        size -> options.preallocatedBytesMax(size.toBytes()));
    set("wal.entry-size-max", wal.entrySizeMax(), size -> options.entryBytesMax(bytes(size)));
    set(
        "wal.quarantine-size-max",
        wal.quarantineSizeMax(),
        size -> options.quarantineBytesMax(size.toBytes()));
    return options;
  }

  static StateOptions.Builder state(
      DurabilityProperties.State state, DurabilityProperties.Checkpoint checkpoint) {
    StateOptions.Builder options =
        StateOptions.builder()
            .checkpointPolicy(policy(checkpoint))
            .liveEntries(state.liveEntries());
    set("checkpoint.kept", checkpoint.kept(), options::checkpointsKept);
    set("state.pending-updates-max", state.pendingUpdatesMax(), options::pendingUpdatesMax);
    set(
        "state.pending-size-max",
        state.pendingSizeMax(),
        size -> options.pendingBytesMax(size.toBytes()));
    return options;
  }

  private static CheckpointPolicy policy(DurabilityProperties.Checkpoint checkpoint) {
    CheckpointPolicy[] policy = {CheckpointPolicy.manual()};
    if (checkpoint.everyEntries() != 0) {
      set(
          "checkpoint.every-entries",
          checkpoint.everyEntries(),
          count -> policy[0] = policy[0].everyEntries(count));
    }
    if (checkpoint.everySize().toBytes() != 0) {
      set(
          "checkpoint.every-size",
          checkpoint.everySize(),
          size -> policy[0] = policy[0].everyBytes(size.toBytes()));
    }
    return checkpoint.onClose() ? policy[0].onClose() : policy[0];
  }

  /** More than an int holds is more than the library takes. */
  private static int bytes(DataSize size) {
    return (int) Math.max(Integer.MIN_VALUE, Math.min(size.toBytes(), Integer.MAX_VALUE));
  }

  private static <T> void set(String name, @Nullable T value, Consumer<T> setter) {
    if (value == null) {
      return;
    }
    try {
      setter.accept(value);
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigurationPropertyValueException(
          "durability." + name, value, String.valueOf(e.getMessage()));
    }
  }
}
