package dev.durability.testkit.library;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes entries that are unique within a history. Thread-safe but for the random numbers. */
final class Texts {
  private final String prefix;
  private final AtomicInteger names = new AtomicInteger();

  /** The prefix tells lives apart: letters and digits. */
  Texts(String prefix) {
    this.prefix = prefix;
  }

  List<String> one(int filling) {
    return batch(1, filling);
  }

  List<String> batch(int size, int filling) {
    String name = prefix + names.incrementAndGet();
    List<String> batch = new ArrayList<>();
    for (int i = 1; i <= size; i++) {
      batch.add(name + "." + i + "/" + size + ":" + "x".repeat(filling));
    }
    return batch;
  }

  /** Mostly small, some larger than a sector, few larger than a segment. */
  static int filling(Random random) {
    return switch (random.nextInt(12)) {
      case 0 -> 0;
      case 1 -> 4_000 + random.nextInt(1_000);
      case 2, 3 -> 500 + random.nextInt(700);
      default -> random.nextInt(160);
    };
  }
}
