package dev.durability.storage;

class AppendOnlyDirectoryTest extends DirectoryContractTest {
  @Override
  Directory newDirectory() {
    return new AppendOnlyDirectory(new MemoryDirectory());
  }

  @Override
  boolean resumesAndCuts() {
    return false;
  }
}
