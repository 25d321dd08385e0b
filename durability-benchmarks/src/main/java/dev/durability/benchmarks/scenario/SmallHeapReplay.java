package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.store.SummingCodec;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalReplay;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;

/** The program that replays a log and prints how much heap is in use after each eighth. */
public final class SmallHeapReplay {
  private static final int PARTS = 8;

  private SmallHeapReplay() {}

  /**
   * Replays.
   *
   * @param args the log's directory, and how many entries it has
   * @throws IOException if it cannot be read, or has other entries
   */
  public static void main(String[] args) throws IOException {
    long entries = Long.parseLong(args[1]);
    long part = Math.max(1, entries / PARTS);
    SummingCodec sum = new SummingCodec();
    WalReplay<SummingCodec> target =
        (id, entry) -> {
          if (entry.entries() % part == 0) {
            System.gc();
            System.out.println(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
          }
        };
    WalReader.of(FsDirectory.open(Path.of(args[0])), sum)
        .replay(WalReplay.START, Long.MAX_VALUE, target);
    if (sum.entries() != entries) {
      throw new IOException("the log has " + sum.entries() + " entries, not " + entries);
    }
  }
}
