package dev.durability.micrometer;

import dev.durability.StateHealth;
import dev.durability.log.LogStats;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is watched, and what the logs before it came to: counters go on if a log is closed and
 * opened again.
 *
 * @param log the log that was opened last; null if none was
 * @param state the state that was opened last; null if none was
 * @param entries how many entries were appended to logs before it
 * @param appendedBytes how many bytes were appended to them
 * @param writtenBytes how many bytes were written to them
 */
record Watched(
    @Nullable Supplier<LogStats> log,
    @Nullable Supplier<StateHealth> state,
    long entries,
    long appendedBytes,
    long writtenBytes) {

  static final Watched NOTHING = new Watched(null, null, 0, 0, 0);

  Watched next(Supplier<LogStats> nextLog, @Nullable Supplier<StateHealth> nextState) {
    LogStats last = stats();
    return last == null
        ? new Watched(nextLog, nextState, entries, appendedBytes, writtenBytes)
        : new Watched(
            nextLog,
            nextState,
            entries + last.appendedEntries(),
            appendedBytes + last.appendedBytes(),
            writtenBytes + last.writtenBytes());
  }

  @Nullable LogStats stats() {
    return log == null ? null : log.get();
  }

  @Nullable StateHealth health() {
    return state == null ? null : state.get();
  }
}
