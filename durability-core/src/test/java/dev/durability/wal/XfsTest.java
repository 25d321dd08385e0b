package dev.durability.wal;

import dev.durability.storage.LoopMount;

final class XfsTest extends RealFileSystemTest {
  XfsTest() {
    super(LoopMount.Type.XFS);
  }
}
