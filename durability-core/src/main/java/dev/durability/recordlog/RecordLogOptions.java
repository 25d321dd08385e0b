package dev.durability.recordlog;

import dev.durability.frame.FrameFormat;
import dev.durability.frame.Quarantine;
import java.time.Clock;
import java.util.Objects;

/** How a record log is written. Immutable; the defaults are right for most. */
public final class RecordLogOptions {
  private static final RecordLogOptions DEFAULTS = builder().build();

  private final int bufferBytes;
  private final int flushEvery;
  private final int recordBytesMax;
  private final long quarantineBytesMax;
  private final Clock clock;

  private RecordLogOptions(Builder b) {
    bufferBytes = b.bufferBytes;
    flushEvery = b.flushEvery;
    recordBytesMax = b.recordBytesMax;
    quarantineBytesMax = b.quarantineBytesMax;
    clock = b.clock;
  }

  /** {@return the defaults: see the methods of the builder} */
  public static RecordLogOptions defaults() {
    return DEFAULTS;
  }

  /** {@return a builder that starts from the defaults} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return the size of the buffer in bytes} */
  public int bufferBytes() {
    return bufferBytes;
  }

  /** {@return the number of appends after which the buffer is written, 0 if that is not counted} */
  public int flushEvery() {
    return flushEvery;
  }

  /** {@return the largest encoded record, in bytes} */
  public int recordBytesMax() {
    return recordBytesMax;
  }

  /** {@return how many bytes may stay in quarantine when an opening adds to it} */
  public long quarantineBytesMax() {
    return quarantineBytesMax;
  }

  /** {@return the clock whose time the header and the marks carry} */
  public Clock clock() {
    return clock;
  }

  /** Collects options. Not safe for threads. */
  public static final class Builder {
    private int bufferBytes = 64 << 10;
    private int flushEvery;
    private int recordBytesMax = 16 << 20;
    private long quarantineBytesMax = Quarantine.BYTES_MAX;
    private Clock clock = Clock.systemUTC();

    private Builder() {}

    /**
     * Sets the size of the buffer, which is written when it is full. A larger record is written
     * alone.
     *
     * @param bytes 4 KiB to 1 GiB; 64 KiB by default
     * @return this builder
     */
    public Builder bufferBytes(int bytes) {
      bufferBytes = (int) within(4096, 1 << 30, bytes, "bufferBytes");
      return this;
    }

    /**
     * Sets that every n-th append writes the buffer to the file, so that the records survive the
     * death of the process. It makes nothing safe from power loss: only {@link
     * RecordLogWriter#sync} does.
     *
     * @param appends n: 1 for each append; 0, the default, to write only a full buffer, and on
     *     {@link RecordLogWriter#flush} and {@link RecordLogWriter#sync}
     * @return this builder
     */
    public Builder flushEvery(int appends) {
      flushEvery = (int) within(0, Integer.MAX_VALUE, appends, "flushEvery");
      return this;
    }

    /**
     * Sets the largest encoded record.
     *
     * @param bytes 1 to 2^28-1; 16 MiB by default
     * @return this builder
     */
    public Builder recordBytesMax(int bytes) {
      recordBytesMax = (int) within(1, FrameFormat.PAYLOAD_BYTES_MAX, bytes, "recordBytesMax");
      return this;
    }

    /**
     * Bounds the quarantine, where openings keep what they cut off. An opening that adds to it
     * removes the oldest files until at most this many bytes are left, but never what it added.
     *
     * @param bytes 0 or more; 256 MiB by default
     * @return this builder
     */
    public Builder quarantineBytesMax(long bytes) {
      quarantineBytesMax = within(0, Long.MAX_VALUE, bytes, "quarantineBytesMax");
      return this;
    }

    /**
     * Sets the wall clock for the file's header and marks.
     *
     * @param source the clock; the system's by default. If it goes back, the last time is used
     *     again
     * @return this builder
     */
    public Builder clock(Clock source) {
      clock = Objects.requireNonNull(source, "clock");
      return this;
    }

    /** {@return the options} */
    public RecordLogOptions build() {
      return new RecordLogOptions(this);
    }

    private static long within(long least, long most, long value, String name) {
      if (value < least || value > most) {
        throw new IllegalArgumentException(
            name + " is " + value + ": it must be " + least + " to " + most);
      }
      return value;
    }
  }
}
