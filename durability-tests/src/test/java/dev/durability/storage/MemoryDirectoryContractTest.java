package dev.durability.storage;

import dev.durability.testkit.junit.ResumingDirectoryContractTest;

class MemoryDirectoryContractTest extends ResumingDirectoryContractTest {
  @Override
  protected Directory newDirectory() {
    return new MemoryDirectory();
  }
}
