package dev.durability.spring.boot;

import dev.durability.DurableState;
import dev.durability.StateHealth;
import dev.durability.errors.LockLostException;
import dev.durability.log.LogStats;
import dev.durability.micrometer.DurabilityHealth;
import dev.durability.wal.WalWriter;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a health indicator shows of a log or a state, whatever the version of Spring Boot.
 *
 * @param up whether it accepts updates, or appends
 * @param details numbers and texts by their names; immutable
 */
public record LogHealth(boolean up, Map<String, Object> details) {
  /**
   * Creates a health.
   *
   * @param up whether it accepts updates, or appends
   * @param details numbers and texts by their names; copied
   */
  public LogHealth {
    details = Collections.unmodifiableMap(new TreeMap<>(details));
  }

  static LogHealth of(DurableState<?, ?> state, @Nullable Path disk) {
    LogStats log = state.logStats();
    StateHealth health = state.health();
    return of(DurabilityHealth.of(log, health), log, disk);
  }

  static LogHealth of(WalWriter<?> writer, @Nullable Path disk) {
    LogStats log = writer.stats();
    return of(DurabilityHealth.of(log), log, disk);
  }

  private static LogHealth of(DurabilityHealth health, LogStats log, @Nullable Path disk) {
    Map<String, Object> details = new TreeMap<>(health.details());
    Throwable poison = log.poison();
    details.put("poisoned", poison != null);
    details.put("lockLost", isCausedByALostLock(poison));
    details.put("segments", log.segments());
    if (disk != null) {
      details.put("diskFree", disk.toFile().getUsableSpace());
      details.put("diskTotal", disk.toFile().getTotalSpace());
    }
    return new LogHealth(health.status() != DurabilityHealth.Status.DOWN, details);
  }

  private static boolean isCausedByALostLock(@Nullable Throwable poison) {
    for (Throwable each = poison; each != null; each = each.getCause()) {
      if (each instanceof LockLostException) {
        return true;
      }
    }
    return false;
  }
}
