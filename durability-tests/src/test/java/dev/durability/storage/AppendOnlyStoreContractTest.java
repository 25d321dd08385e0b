package dev.durability.storage;

import dev.durability.testkit.junit.AppendOnlyDirectoryContractTest;

/** The append-only store of other tests is a directory like any other that cannot resume. */
class AppendOnlyStoreContractTest extends AppendOnlyDirectoryContractTest {
  @Override
  protected Directory newDirectory() {
    return new AppendOnlyDirectory(new MemoryDirectory());
  }
}
