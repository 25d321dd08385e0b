package dev.durability.wal;

import dev.durability.storage.LoopMount;

final class Ext4Test extends RealFileSystemTest {
  Ext4Test() {
    super(LoopMount.Type.EXT4);
  }
}
