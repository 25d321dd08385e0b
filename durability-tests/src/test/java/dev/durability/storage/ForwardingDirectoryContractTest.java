package dev.durability.storage;

import dev.durability.testkit.junit.ResumingDirectoryContractTest;

class ForwardingDirectoryContractTest extends ResumingDirectoryContractTest {
  @Override
  protected Directory newDirectory() {
    return new ForwardingDirectory(new MemoryDirectory()) {};
  }
}
