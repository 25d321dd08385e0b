package dev.durability.spring.boot;

import dev.durability.DurableState;
import dev.durability.wal.WalWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;

/** The states and logs that are beans, for the health indicators of the starters. */
public final class OpenLogs {
  private final ListableBeanFactory beans;
  private final @Nullable Path disk;

  OpenLogs(ListableBeanFactory beans, @Nullable Path disk) {
    this.beans = beans;
    this.disk = disk;
  }

  /**
   * Returns what tells the health of each state and each log, those of the application included.
   *
   * @return by the name of its bean, what tells its health now; any thread may ask
   */
  public Map<String, Supplier<LogHealth>> health() {
    Map<String, Supplier<LogHealth>> each = new TreeMap<>();
    beans
        .getBeansOfType(DurableState.class)
        .forEach((name, state) -> each.put(name, () -> LogHealth.of(state, disk)));
    beans
        .getBeansOfType(WalWriter.class)
        .forEach((name, log) -> each.put(name, () -> LogHealth.of(log, disk)));
    return each;
  }
}
