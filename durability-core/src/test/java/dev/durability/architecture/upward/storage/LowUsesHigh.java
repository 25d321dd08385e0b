package dev.durability.architecture.upward.storage;

import dev.durability.architecture.upward.wal.High;

/** Breaks the order of packages, so that {@code PackageOrderTest} can see its rule fail. */
final class LowUsesHigh {
  private final High high = new High();

  High high() {
    return high;
  }
}
