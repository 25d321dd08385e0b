package dev.durability.wal;

import dev.durability.append.SegmentSettings;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.Quarantine;
import dev.durability.log.OpenMode;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How a log is written. Immutable; the defaults are right for most. */
public final class WalOptions {
  private static final WalOptions DEFAULTS = builder().build();

  private final OpenMode openMode;
  private final long segmentBytes;
  private final @Nullable Duration segmentAge;
  private final int bufferBytes;
  private final FlushPolicy flushPolicy;
  private final @Nullable Duration syncInterval;
  private final long preallocatedBytesMax;
  private final int entryBytesMax;
  private final long quarantineBytesMax;
  private final long firstEntryId;
  private final WalObserver observer;
  private final Clock clock;

  private WalOptions(Builder b) {
    openMode = b.openMode;
    segmentBytes = b.segmentBytes;
    segmentAge = b.segmentAge;
    bufferBytes = b.bufferBytes;
    flushPolicy = b.flushPolicy;
    syncInterval = b.syncInterval;
    preallocatedBytesMax = b.preallocatedBytesMax;
    entryBytesMax = b.entryBytesMax;
    quarantineBytesMax = b.quarantineBytesMax;
    firstEntryId = b.firstEntryId;
    observer = b.observer;
    clock = b.clock;
  }

  /** {@return the defaults: see the methods of the builder} */
  public static WalOptions defaults() {
    return DEFAULTS;
  }

  /** {@return a builder that starts from the defaults} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return whether opening creates a log} */
  public OpenMode openMode() {
    return openMode;
  }

  /** {@return the size in bytes at which a segment ends} */
  public long segmentBytes() {
    return segmentBytes;
  }

  /** {@return the age after which a segment ends at the next append, or null for none} */
  public @Nullable Duration segmentAge() {
    return segmentAge;
  }

  /** {@return the size of each of the two append buffers, in bytes} */
  public int bufferBytes() {
    return bufferBytes;
  }

  /** {@return when an append is written to the file} */
  public FlushPolicy flushPolicy() {
    return flushPolicy;
  }

  /** {@return how long an append may stay unsynced, or null for no limit} */
  public @Nullable Duration syncInterval() {
    return syncInterval;
  }

  /** {@return how much of a new segment is zero-filled ahead at most, in bytes} */
  public long preallocatedBytesMax() {
    return preallocatedBytesMax;
  }

  /** {@return the largest encoded entry, in bytes} */
  public int entryBytesMax() {
    return entryBytesMax;
  }

  /** {@return how many bytes may stay in quarantine when an opening adds to it} */
  public long quarantineBytesMax() {
    return quarantineBytesMax;
  }

  /** {@return who sees what the writer does} */
  public WalObserver observer() {
    return observer;
  }

  /** {@return the clock whose time the log's marks carry} */
  public Clock clock() {
    return clock;
  }

  /** {@return the id of the first entry of a log that is created} */
  public long firstEntryId() {
    return firstEntryId;
  }

  /** These options, as far as they speak of segments. */
  SegmentSettings segmentSettings() {
    return new SegmentSettings(
        segmentBytes,
        segmentAge == null ? Long.MAX_VALUE : TimeUnit.NANOSECONDS.convert(segmentAge),
        bufferBytes,
        preallocatedBytesMax,
        clock);
  }

  /** The sync interval in nanoseconds, 0 if there is none. */
  long syncIntervalNanos() {
    return syncInterval == null ? 0 : TimeUnit.NANOSECONDS.convert(syncInterval);
  }

  /** Collects options. Not safe for threads. */
  public static final class Builder {
    private OpenMode openMode = OpenMode.OPEN_OR_CREATE;
    private long segmentBytes = 64L << 20;
    private @Nullable Duration segmentAge;
    private int bufferBytes = 1 << 20;
    private FlushPolicy flushPolicy = FlushPolicy.perAppend();
    private @Nullable Duration syncInterval;
    private long preallocatedBytesMax = Long.MAX_VALUE;
    private int entryBytesMax = 16 << 20;
    private long quarantineBytesMax = Quarantine.BYTES_MAX;
    private long firstEntryId = 1;
    private WalObserver observer = WalObserver.NONE;
    private Clock clock = Clock.systemUTC();

    private Builder() {}

    /**
     * Sets whether opening creates a log.
     *
     * @param mode the mode; {@link OpenMode#OPEN_OR_CREATE} by default
     * @return this builder
     */
    public Builder openMode(OpenMode mode) {
      openMode = Objects.requireNonNull(mode, "mode");
      return this;
    }

    /**
     * Sets the size at which a segment ends. An entry or atomic batch that is larger gets a segment
     * of its own.
     *
     * @param bytes at least 4 KiB; 64 MiB by default
     * @return this builder
     */
    public Builder segmentBytes(long bytes) {
      segmentBytes = atLeast(4096, bytes, "segmentBytes");
      return this;
    }

    /**
     * Sets the id of the first entry of a log that is created. Whoever opens the log keeps
     * elsewhere what is before: recovery takes it for covered. A log that exists goes on where it
     * ends, whatever this says.
     *
     * @param id 1 to 2^63-2; 1 by default
     * @return this builder
     */
    public Builder firstEntryId(long id) {
      if (id > FrameFormat.ENTRY_ID_MAX) {
        throw new IllegalArgumentException("firstEntryId is at most 2^63-2, not " + id);
      }
      firstEntryId = atLeast(1, id, "firstEntryId");
      return this;
    }

    /**
     * Sets the age after which a segment ends, at the next append. The age counts from the
     * segment's first entry, by a clock that nobody sets ({@link System#nanoTime}). Each opening of
     * the log starts a segment.
     *
     * @param age at least a millisecond, and of any length; none by default
     * @return this builder
     */
    public Builder segmentAge(Duration age) {
      atLeast(1, TimeUnit.MILLISECONDS.convert(age), "segmentAge in milliseconds");
      segmentAge = age;
      return this;
    }

    /**
     * Sets the size of each of the two append buffers. Appenders wait while both are full. So this
     * bounds the memory of a log, except for a single larger entry or batch.
     *
     * @param bytes 4 KiB to 1 GiB; 1 MiB by default
     * @return this builder
     */
    public Builder bufferBytes(int bytes) {
      if (bytes > 1 << 30) {
        throw new IllegalArgumentException("bufferBytes is " + bytes + ": at most 1 GiB");
      }
      bufferBytes = (int) atLeast(4096, bytes, "bufferBytes");
      return this;
    }

    /**
     * Sets when an append is written to the file.
     *
     * @param policy the policy; {@link FlushPolicy#perAppend()} by default
     * @return this builder
     */
    public Builder flushPolicy(FlushPolicy policy) {
      flushPolicy = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /**
     * Bounds how long an append can stay unsynced: a sync in the background follows it. A loss of
     * power can lose about that much of the latest appends.
     *
     * @param interval at least a millisecond, and of any length; no background sync by default
     * @return this builder
     */
    public Builder syncInterval(Duration interval) {
      atLeast(1, TimeUnit.MILLISECONDS.convert(interval), "syncInterval in milliseconds");
      syncInterval = interval;
      return this;
    }

    /**
     * Sets how much of a segment is filled with zeros in the background before it is needed, which
     * makes its syncs cheaper. The filling never exceeds what was written since opening.
     *
     * @param bytes 0 for none; the size of a segment by default
     * @return this builder
     */
    public Builder preallocatedBytesMax(long bytes) {
      preallocatedBytesMax = atLeast(0, bytes, "preallocatedBytesMax");
      return this;
    }

    /**
     * Sets the largest encoded entry.
     *
     * @param bytes 1 to 2^28-1; 16 MiB by default
     * @return this builder
     */
    public Builder entryBytesMax(int bytes) {
      if (bytes > FrameFormat.PAYLOAD_BYTES_MAX) {
        throw new IllegalArgumentException("entryBytesMax is " + bytes + ": at most 2^28-1");
      }
      entryBytesMax = (int) atLeast(1, bytes, "entryBytesMax");
      return this;
    }

    /**
     * Bounds the quarantine, where openings keep what they cut off. An opening that adds to it
     * removes the oldest files until at most this many bytes are left. What it adds itself always
     * stays.
     *
     * @param bytes 0 or more; 256 MiB by default
     * @return this builder
     */
    public Builder quarantineBytesMax(long bytes) {
      quarantineBytesMax = atLeast(0, bytes, "quarantineBytesMax");
      return this;
    }

    /**
     * Sets who sees what the writer does.
     *
     * @param who the observer; none by default
     * @return this builder
     */
    public Builder observer(WalObserver who) {
      observer = Objects.requireNonNull(who, "observer");
      return this;
    }

    /**
     * Sets the clock whose time the log's marks carry.
     *
     * @param source the clock; the system's by default. If it goes back, the time in the log does
     *     not
     * @return this builder
     */
    public Builder clock(Clock source) {
      clock = Objects.requireNonNull(source, "clock");
      return this;
    }

    /** {@return the options} */
    public WalOptions build() {
      return new WalOptions(this);
    }

    private static long atLeast(long least, long value, String name) {
      if (value < least) {
        throw new IllegalArgumentException(
            name + " is " + value + ": it must be at least " + least);
      }
      return value;
    }
  }
}
