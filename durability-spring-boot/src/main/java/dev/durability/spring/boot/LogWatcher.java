package dev.durability.spring.boot;

import dev.durability.DurableState;
import dev.durability.wal.WalWriter;

/** Is told what the starter opened. */
interface LogWatcher {
  void opened(DurableState<?, ?> state);

  void opened(WalWriter<?> log);
}
