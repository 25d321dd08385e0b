package dev.durability.bookkeeper.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.bookkeeper.BookKeeperDirectory;
import dev.durability.bookkeeper.BookKeeperOptions;
import dev.durability.bookkeeper.cluster.LocalCluster;
import dev.durability.bookkeeper.cluster.LocalClusterOptions;
import dev.durability.codec.Codecs;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code in docs/beyond-one-machine.md. */
final class BeyondOneMachineTest {

  @Test
  void aLogOnBookKeeperIsWrittenAsAnyOther(@TempDir Path path) throws Exception {
    try (LocalCluster cluster =
        LocalCluster.start(path, LocalClusterOptions.inThisJvm().zooKeepers(1).bookies(3))) {
      String address = "bk://" + cluster.zooKeeperServers() + "/logs/orders";
      // begin:beyond-one-machine
      BookKeeperOptions options = BookKeeperOptions.parse(address);
      try (BookKeeperDirectory directory = BookKeeperDirectory.open(options);
          WalWriter<String> log = WalWriter.open(directory, Codecs.utf8(), WalOptions.defaults())) {
        long id = log.appendDurable("on the disks of two machines when this returns");
        // end:beyond-one-machine
        assertThat(id).isOne();
      }
    }
  }
}
