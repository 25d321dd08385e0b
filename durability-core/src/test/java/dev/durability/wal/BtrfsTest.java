package dev.durability.wal;

import dev.durability.storage.LoopMount;

final class BtrfsTest extends RealFileSystemTest {
  BtrfsTest() {
    super(LoopMount.Type.BTRFS);
  }
}
