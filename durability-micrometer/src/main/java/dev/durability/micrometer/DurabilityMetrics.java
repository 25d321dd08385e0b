package dev.durability.micrometer;

import dev.durability.DurableState;
import dev.durability.StateHealth;
import dev.durability.log.LogReport;
import dev.durability.log.LogStats;
import dev.durability.log.SegmentRange;
import dev.durability.log.Verdict;
import dev.durability.wal.WalObserver;
import dev.durability.wal.WalWriter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one log, and of the state that is kept in it. All have the tag {@code log}; {@code
 * docs/observability.md} lists them.
 *
 * <ol>
 *   <li>{@linkplain #bindTo Bind} it to a registry: what happens before that is not in the timers
 *       and summaries of that registry, and is in all others.
 *   <li>Open the log or the state with it as the observer, alone or with another one by {@link
 *       WalObserver#andThen}.
 *   <li>{@linkplain #watch(DurableState) Watch} what was opened.
 *   <li>{@linkplain #close Close} it after the log: that removes the meters.
 * </ol>
 *
 * <p><b>Cost.</b> An append does nothing for it: what is appended is asked of the log when a
 * registry is read. A sync records a time and a number.
 *
 * <p><b>Threads.</b> Any number may use it. One log at a time uses it: if a log is closed and
 * opened again, watch the new one, and the counters go on. Two of one name share meters if they are
 * bound to one registry: give each log a name of its own.
 */
public final class DurabilityMetrics implements MeterBinder, WalObserver, AutoCloseable {
  private final String log;
  private final @Nullable Path disk;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Meters> bound = new CopyOnWriteArrayList<>();
  private final LongAdder rotations = new LongAdder();
  private final LongAdder truncated = new LongAdder();
  private final LongAdder checkpointFailures = new LongAdder();
  private final Map<Verdict, LongAdder> recoveries =
      Arrays.stream(Verdict.values())
          .collect(Collectors.toUnmodifiableMap(verdict -> verdict, verdict -> new LongAdder()));
  private volatile double recoveryNanos = Double.NaN;
  private volatile long checkpointNanoTime;
  private volatile Watched watched = Watched.NOTHING;

  /**
   * Creates the metrics of a log, without those of its disk.
   *
   * @param log the name of the log, which is the tag {@code log} of each meter
   */
  public DurabilityMetrics(String log) {
    this.log = Objects.requireNonNull(log, "log");
    this.disk = null;
  }

  /**
   * Creates the metrics of a log and the disk that it is on.
   *
   * @param log the name of the log, which is the tag {@code log} of each meter
   * @param disk where the log is
   */
  public DurabilityMetrics(String log, Path disk) {
    this.log = Objects.requireNonNull(log, "log");
    this.disk = Objects.requireNonNull(disk, "disk");
  }

  /**
   * Registers the meters. Those of a state come with {@link #watch(DurableState)}.
   *
   * @param registry the registry; one that has them already keeps them as they are
   */
  @Override
  public void bindTo(MeterRegistry registry) {
    lock.lock();
    try {
      if (bound.stream().anyMatch(meters -> meters.registry == registry)) {
        return;
      }
      Meters meters = new Meters(registry, log);
      addLog(meters);
      if (disk != null) {
        addDisk(meters, disk);
      }
      if (watched.state() != null) {
        addState(meters);
      }
      bound.add(meters);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Watches an open log, instead of the one that was watched before.
   *
   * @param opened the log
   */
  public void watch(WalWriter<?> opened) {
    watch(opened::stats, null);
  }

  /**
   * Watches an open state and its log, instead of those that were watched before.
   *
   * @param opened the state
   */
  public void watch(DurableState<?, ?> opened) {
    watch(opened::logStats, opened::health);
  }

  private void watch(Supplier<LogStats> stats, @Nullable Supplier<StateHealth> health) {
    lock.lock();
    try {
      watched = watched.next(stats, health);
      checkpointNanoTime = System.nanoTime();
      if (health != null) {
        bound.forEach(this::addState);
      }
    } finally {
      lock.unlock();
    }
  }

  /** {@return the health of what is watched, UNKNOWN if nothing is; any thread} */
  public DurabilityHealth health() {
    Watched now = watched;
    LogStats stats = now.stats();
    if (stats == null) {
      return DurabilityHealth.unknown();
    }
    StateHealth state = now.health();
    return state == null ? DurabilityHealth.of(stats) : DurabilityHealth.of(stats, state);
  }

  /** Removes the meters from all registries, and forgets what was watched. */
  @Override
  public void close() {
    lock.lock();
    try {
      bound.forEach(Meters::remove);
      bound.clear();
      watched = Watched.NOTHING;
    } finally {
      lock.unlock();
    }
  }

  private void addLog(Meters to) {
    to.counter(
        "durability.wal.append",
        "Entries that were appended",
        "entries",
        this,
        m -> m.total(Watched::entries, LogStats::appendedEntries));
    to.counter(
        "durability.wal.append.size",
        "Bytes of frames that were appended",
        "bytes",
        this,
        m -> m.total(Watched::appendedBytes, LogStats::appendedBytes));
    to.counter(
        "durability.wal.write",
        "Bytes of entries that were written to segments",
        "bytes",
        this,
        m -> m.total(Watched::writtenBytes, LogStats::writtenBytes));
    to.counter(
        "durability.wal.rotation", "Segments that ended", "segments", rotations, LongAdder::sum);
    to.counter(
        "durability.wal.truncation",
        "Segments that were removed",
        "segments",
        truncated,
        LongAdder::sum);
    to.gauge(
        "durability.wal.segments",
        "Segments that are there",
        "segments",
        this,
        m -> m.ofLog(LogStats::segments));
    to.gauge(
        "durability.wal.pending",
        "Entries that were appended and are not durable yet",
        "entries",
        this,
        m -> m.ofLog(LogStats::pendingAppends));
    to.gauge(
        "durability.wal.waiting",
        "Threads and futures that wait for the next round of group commit",
        null,
        this,
        m -> m.ofLog(LogStats::waiting));
    to.gauge(
        "durability.wal.appended.id",
        "The last entry that was appended",
        null,
        this,
        m -> m.ofLog(LogStats::appendedId));
    to.gauge(
        "durability.wal.durable.id",
        "The last entry that survives power loss",
        null,
        this,
        m -> m.ofLog(LogStats::durableId));
    to.gauge(
        "durability.wal.poisoned",
        "1 if a failure poisoned the log, else 0",
        null,
        this,
        m -> m.ofLog(s -> s.poison() == null ? 0 : 1));
    to.nanos(
        "durability.wal.recovery",
        "How long the last opening took to read the log",
        this,
        m -> m.recoveryNanos);
    recoveries.forEach(
        (verdict, counted) ->
            to.counter(
                "durability.wal.recoveries",
                "Openings of the log, by how it was left",
                null,
                Tags.of("verdict", verdict.name()),
                counted,
                LongAdder::sum));
    to.counter(
        "durability.checkpoint.failures",
        "Checkpoints by the policy that failed",
        null,
        checkpointFailures,
        LongAdder::sum);
    to.nanos(
        "durability.checkpoint.age",
        "The time since a checkpoint was published, or since the log was opened",
        this,
        m -> m.watched.log() == null ? Double.NaN : System.nanoTime() - m.checkpointNanoTime);
  }

  private static void addDisk(Meters to, Path disk) {
    to.gauge(
        "durability.disk.free",
        "Bytes that the disk of the log has left for this process",
        "bytes",
        disk,
        path -> path.toFile().getUsableSpace());
    to.gauge(
        "durability.disk.total",
        "Bytes of the disk of the log",
        "bytes",
        disk,
        path -> path.toFile().getTotalSpace());
  }

  private void addState(Meters to) {
    if (to.hasState) {
      return;
    }
    to.hasState = true;
    to.gauge(
        "durability.state.applied.id",
        "The last entry that is in the state",
        null,
        this,
        m -> m.ofState(StateHealth::appliedId));
    to.gauge(
        "durability.state.checkpoint.id",
        "The last entry that the newest checkpoint contains",
        null,
        this,
        m -> m.ofState(StateHealth::checkpointId));
    to.gauge(
        "durability.state.failed",
        "1 if the state refuses to go on, else 0",
        null,
        this,
        m -> m.ofState(s -> s.failure() == null ? 0 : 1));
    to.gauge(
        "durability.state.checkpoint.failed",
        "1 if the last checkpoint failed, else 0",
        null,
        this,
        m -> m.ofState(s -> s.checkpointFailure() == null ? 0 : 1));
  }

  private double total(ToDoubleFunction<Watched> before, ToDoubleFunction<LogStats> now) {
    Watched one = watched;
    LogStats stats = one.stats();
    return before.applyAsDouble(one) + (stats == null ? 0 : now.applyAsDouble(stats));
  }

  private double ofLog(ToDoubleFunction<LogStats> value) {
    LogStats stats = watched.stats();
    return stats == null ? Double.NaN : value.applyAsDouble(stats);
  }

  private double ofState(ToDoubleFunction<StateHealth> value) {
    StateHealth health = watched.health();
    return health == null ? Double.NaN : value.applyAsDouble(health);
  }

  @Override
  public void onSync(long lastId, long entries, long bytes, long durationNanos) {
    for (Meters meters : bound) {
      meters.sync.record(durationNanos, TimeUnit.NANOSECONDS);
      if (entries > 0) { // Not those that end a segment, or make a marker durable.
        meters.syncEntries.record((double) entries);
      }
    }
  }

  @Override
  public void onRotate(SegmentRange ended) {
    rotations.increment();
  }

  @Override
  public void onTruncate(List<SegmentRange> removed) {
    truncated.add(removed.size());
  }

  @Override
  public void onRecovery(LogReport report, long durationNanos) {
    recoveryNanos = durationNanos;
    Objects.requireNonNull(recoveries.get(report.verdict())).increment();
  }

  @Override
  public void onCheckpoint(String path, long lastEntryId, long bytes, long durationNanos) {
    checkpointNanoTime = System.nanoTime();
    for (Meters meters : bound) {
      meters.checkpoint.record(durationNanos, TimeUnit.NANOSECONDS);
      meters.checkpointSize.record((double) bytes);
    }
  }

  @Override
  public void onCheckpointFailed(Throwable cause) {
    checkpointFailures.increment();
  }
}
