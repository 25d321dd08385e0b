package dev.durability.testkit.examples;

import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.junit.ResumingDirectoryContractTest;

// begin:contract
/** Holds a store to the contract of {@link Directory}. */
class MemoryStoreTest extends ResumingDirectoryContractTest {
  @Override
  protected Directory newDirectory() {
    return new MemoryDirectory();
  }
}
// end:contract
