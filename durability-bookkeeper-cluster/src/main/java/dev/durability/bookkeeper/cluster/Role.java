package dev.durability.bookkeeper.cluster;

import java.io.IOException;
import java.nio.file.Path;

/** What a node is. */
enum Role {
  ZOOKEEPER {
    @Override
    Service start(Path configuration) throws IOException {
      return ZooKeeperService.start(configuration);
    }
  },
  BOOKIE {
    @Override
    Service start(Path configuration) throws IOException {
      return BookieService.start(configuration);
    }
  };

  /** Starts one in this virtual machine. */
  abstract Service start(Path configuration) throws IOException;
}
