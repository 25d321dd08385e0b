package dev.durability;

import dev.durability.wal.WalOptions;
import java.util.Objects;

/** How a {@link DurableState} is kept. Immutable; the defaults are right for most. */
public final class StateOptions {
  private static final StateOptions DEFAULTS = builder().build();

  private final CheckpointPolicy checkpointPolicy;
  private final int checkpointsKept;
  private final WalOptions walOptions;
  private final LiveEntries liveEntries;
  private final int pendingUpdatesMax;
  private final long pendingBytesMax;

  private StateOptions(Builder b) {
    checkpointPolicy = b.checkpointPolicy;
    checkpointsKept = b.checkpointsKept;
    walOptions = b.walOptions;
    liveEntries = b.liveEntries;
    pendingUpdatesMax = b.pendingUpdatesMax;
    pendingBytesMax = b.pendingBytesMax;
  }

  /** {@return the defaults: see the methods of the builder} */
  public static StateOptions defaults() {
    return DEFAULTS;
  }

  /** {@return a builder that starts from the defaults} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return when the state writes a checkpoint on its own} */
  public CheckpointPolicy checkpointPolicy() {
    return checkpointPolicy;
  }

  /** {@return how many checkpoints are kept} */
  public int checkpointsKept() {
    return checkpointsKept;
  }

  /** {@return how the log is written} */
  public WalOptions walOptions() {
    return walOptions;
  }

  /** {@return what {@code apply} is given while the state is open} */
  public LiveEntries liveEntries() {
    return liveEntries;
  }

  /** {@return how many updates may be pending} */
  public int pendingUpdatesMax() {
    return pendingUpdatesMax;
  }

  /** {@return how many bytes of log the pending updates may take} */
  public long pendingBytesMax() {
    return pendingBytesMax;
  }

  /** Collects options. Not safe for threads. */
  public static final class Builder {
    private CheckpointPolicy checkpointPolicy = CheckpointPolicy.defaults();
    private int checkpointsKept = 2;
    private WalOptions walOptions = WalOptions.defaults();
    private LiveEntries liveEntries = LiveEntries.DECODED;
    private int pendingUpdatesMax = 1 << 16;
    private long pendingBytesMax = 64L << 20;

    private Builder() {}

    /**
     * Sets when the state writes a checkpoint on its own.
     *
     * @param policy the policy; {@link CheckpointPolicy#defaults()} by default
     * @return this builder
     */
    public Builder checkpointPolicy(CheckpointPolicy policy) {
      checkpointPolicy = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /**
     * Sets how many checkpoints are kept. The log is kept from the oldest of them on. If the newest
     * is damaged, opening uses the one before, so 1 saves room and 2 or more survive that.
     *
     * @param count at least 1; 2 by default
     * @return this builder
     */
    public Builder checkpointsKept(int count) {
      checkpointsKept = (int) atLeastOne(count, "checkpointsKept");
      return this;
    }

    /**
     * Sets how the log is written.
     *
     * @param options the options; {@link WalOptions#defaults()} by default
     * @return this builder
     */
    public Builder walOptions(WalOptions options) {
      walOptions = Objects.requireNonNull(options, "options");
      return this;
    }

    /**
     * Sets what {@code apply} is given while the state is open.
     *
     * @param live the entry as the log holds it, or as it was passed; {@link LiveEntries#DECODED}
     *     by default
     * @return this builder
     */
    public Builder liveEntries(LiveEntries live) {
      liveEntries = Objects.requireNonNull(live, "live");
      return this;
    }

    /**
     * Bounds how many updates may be pending: appended, and not yet applied. {@link
     * DurableState#updateAsync} and {@link DurableState#executeAsync} wait while there are so many.
     *
     * @param count at least 1; 65,536 by default
     * @return this builder
     */
    public Builder pendingUpdatesMax(int count) {
      pendingUpdatesMax = (int) atLeastOne(count, "pendingUpdatesMax");
      return this;
    }

    /**
     * Bounds how many bytes of log the pending updates take, the one that is about to be appended
     * included. A larger update waits until it is the only one. The decoded entries in memory may
     * take more than their bytes in the log.
     *
     * @param bytes at least 1; 64 MiB by default
     * @return this builder
     */
    public Builder pendingBytesMax(long bytes) {
      pendingBytesMax = atLeastOne(bytes, "pendingBytesMax");
      return this;
    }

    /** {@return the options} */
    public StateOptions build() {
      return new StateOptions(this);
    }

    private static long atLeastOne(long value, String name) {
      if (value < 1) {
        throw new IllegalArgumentException(name + " is " + value + ": it must be at least 1");
      }
      return value;
    }
  }
}
