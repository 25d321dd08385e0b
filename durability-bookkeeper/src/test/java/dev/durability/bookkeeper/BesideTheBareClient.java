package dev.durability.bookkeeper;

import dev.durability.bookkeeper.cluster.LocalCluster;
import dev.durability.bookkeeper.cluster.LocalClusterOptions;
import dev.durability.codec.Codecs;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalWriter;
import io.netty.buffer.Unpooled;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.apache.bookkeeper.client.api.LedgerEntries;
import org.apache.bookkeeper.client.api.ReadHandle;
import org.apache.bookkeeper.client.api.WriteHandle;

/**
 * The log on BookKeeper beside BookKeeper's own client, with the same entries, quorums and cluster,
 * in turns. Run by hand: arguments are the rounds, and the seconds of each measurement.
 */
public final class BesideTheBareClient {
  private static final int ENTRY_BYTES = 128;
  private static final int OUTSTANDING = 1_024;

  private final BookKeeperOptions options;
  private final Ledgers client;
  private final long nanos;

  private BesideTheBareClient(BookKeeperOptions options, Ledgers client, double seconds) {
    this.options = options;
    this.client = client;
    this.nanos = (long) (seconds * 1e9);
  }

  /** One append that is acknowledged when it returns. */
  private interface Append {
    void run() throws Exception;
  }

  /** One append whose future tells. */
  private interface AsyncAppend {
    CompletableFuture<?> run() throws Exception;
  }

  /**
   * Measures.
   *
   * @param arguments rounds and seconds
   */
  public static void main(String[] arguments) throws Exception {
    int rounds = Integer.parseInt(arguments[0]);
    Path directory = Files.createTempDirectory("beside");
    try (LocalCluster cluster =
        LocalCluster.start(directory, LocalClusterOptions.ofProcesses().zooKeepers(3).bookies(4))) {
      double[][] ratios = new double[4][rounds];
      for (int round = 0; round < rounds; round++) {
        BookKeeperOptions options =
            BookKeeperOptions.builder(cluster.zooKeeperServers(), "/beside/" + round).build();
        try (Ledgers client = Ledgers.connect(options)) {
          double[] found =
              new BesideTheBareClient(options, client, Double.parseDouble(arguments[1])).round();
          for (int i = 0; i < 4; i++) {
            ratios[i][round] = found[i];
          }
        }
      }
      String[] names = {"1 thread", "64 threads", "1,024 outstanding", "reading"};
      for (int i = 0; i < 4; i++) {
        Arrays.sort(ratios[i]);
        System.out.printf(
            Locale.ROOT,
            "| %s | %.2f | %.2f to %.2f |%n",
            names[i],
            ratios[i][rounds / 2],
            ratios[i][0],
            ratios[i][rounds - 1]);
      }
    }
  }

  private WriteHandle ledger() throws Exception {
    return client.create(
        new LedgerTags("/bare", "0", "bare", 0, "nobody", ""),
        LedgerLabel.of("bare", 0, List.of()));
  }

  private double[] round() throws Exception {
    byte[] entry = new byte[ENTRY_BYTES];
    double[] ratios = new double[4];
    try (BookKeeperDirectory directory = BookKeeperDirectory.open(options);
        WalWriter<byte[]> log = WalWriter.open(directory, Codecs.bytes(), WalOptions.defaults())) {
      WriteHandle bare = ledger();
      Append ours = () -> log.appendDurable(entry);
      Append theirs = () -> bare.append(entry);
      double unused = threads(16, ours) + threads(16, theirs); // Warms both up.
      ratios[0] = threads(1, ours) / threads(1, theirs);
      ratios[1] = threads(64, ours) / threads(64, theirs);
      AsyncAppend oursLater = () -> log.appendAsync(entry);
      AsyncAppend theirsLater = () -> bare.appendAsync(Unpooled.wrappedBuffer(entry.clone()));
      ratios[2] = outstanding(oursLater) / outstanding(theirsLater);
      bare.close();
    }
    ratios[3] = reading();
    return ratios;
  }

  /** Appends per second. */
  private double threads(int count, Append append) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(count);
    try {
      long start = System.nanoTime();
      Callable<Long> loop =
          () -> {
            long done = 0;
            while (System.nanoTime() - start < nanos) {
              append.run();
              done++;
            }
            return done;
          };
      List<Future<Long>> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        all.add(threads.submit(loop));
      }
      long sum = 0;
      for (Future<Long> each : all) {
        sum += each.get();
      }
      return sum * 1e9 / (System.nanoTime() - start);
    } finally {
      threads.shutdown();
    }
  }

  private double outstanding(AsyncAppend append) throws Exception {
    Semaphore room = new Semaphore(OUTSTANDING);
    long start = System.nanoTime();
    long done = 0;
    while (System.nanoTime() - start < nanos) {
      room.acquire();
      var unused = append.run().whenComplete((id, failure) -> room.release());
      done++;
    }
    room.acquire(OUTSTANDING);
    return done * 1e9 / (System.nanoTime() - start);
  }

  /** Bytes per second of a replay, by those of a bulk read of the same ledger's entries. */
  private double reading() throws Exception {
    try (BookKeeperDirectory directory = BookKeeperDirectory.open(options)) {
      long[] count = new long[1];
      long start = System.nanoTime();
      WalReader.of(directory, Codecs.bytes()).replay(1, Long.MAX_VALUE, (id, entry) -> count[0]++);
      double ours = count[0] * (double) ENTRY_BYTES / (System.nanoTime() - start);
      double bytes = 0;
      start = System.nanoTime();
      for (long ledger : client.all()) {
        LedgerTags tags =
            LedgerTags.decode(Objects.requireNonNull(client.metadata(ledger)).getCustomMetadata());
        if (tags != null && tags.root().equals(options.root())) {
          bytes += bulk(client.open(ledger, "bare"));
        }
      }
      return ours / (bytes / (System.nanoTime() - start));
    }
  }

  private static double bulk(ReadHandle handle) throws Exception {
    double bytes = 0;
    long last = handle.getLastAddConfirmed();
    for (long first = 0; first <= last; first += 1_000) {
      try (LedgerEntries entries = handle.read(first, Math.min(last, first + 999))) {
        for (var entry : entries) {
          bytes += entry.getEntryBytes().length;
        }
      }
    }
    return bytes;
  }
}
