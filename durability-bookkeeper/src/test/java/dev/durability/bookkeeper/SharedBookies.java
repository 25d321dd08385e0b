package dev.durability.bookkeeper;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.bookkeeper.conf.ServerConfiguration;
import org.apache.bookkeeper.util.LocalBookKeeper;

/** ZooKeeper and four bookies in this JVM, started once for all tests that kill nothing. */
final class SharedBookies {
  private static final AtomicInteger ROOTS = new AtomicInteger();
  private static final SharedBookies SHARED = start();

  private final int port;

  private SharedBookies(int port) {
    this.port = port;
  }

  /** The options of a directory with a root of its own. */
  static BookKeeperOptions.Builder newRoot() {
    return at("/durability/test" + ROOTS.incrementAndGet());
  }

  static BookKeeperOptions.Builder at(String root) {
    return BookKeeperOptions.builder("127.0.0.1:" + SHARED.port, root)
        .sessionTimeout(Duration.ofSeconds(4));
  }

  private static SharedBookies start() {
    try {
      System.setProperty("zookeeper.forceSync", "no"); // No test cuts the power.
      int port;
      try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        port = free.getLocalPort();
      }
      File data = Files.createTempDirectory("bookies").toFile();
      ServerConfiguration conf = new ServerConfiguration();
      conf.setAllowLoopback(true);
      conf.setJournalSyncData(false);
      conf.setAdvertisedAddress("127.0.0.1");
      conf.setListeningInterface("lo");
      conf.setAllowMultipleDirsUnderSameDiskPartition(true);
      conf.setDiskUsageThreshold(0.999f);
      conf.setDiskUsageWarnThreshold(0.998f);
      conf.setEntryLogFilePreAllocationEnabled(false);
      conf.setProperty("journalPreAllocSizeMB", 1);
      conf.setJournalDirName(data.getPath() + "/journal");
      conf.setLedgerDirNames(new String[] {data.getPath() + "/ledgers"});
      conf.setMinUsableSizeForEntryLogCreation(1);
      conf.setMinUsableSizeForIndexFileCreation(1);
      conf.setProperty("httpServerEnabled", false);
      LocalBookKeeper bookies = LocalBookKeeper.getLocalBookies("127.0.0.1", port, 4, true, conf);
      bookies.start();
      return new SharedBookies(port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
