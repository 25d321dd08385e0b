package dev.durability.frame;

import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.junit.ResumingDirectoryContractTest;
import java.io.IOException;

/** As long as its lock is held, it is a directory like any other. */
class OwnedDirectoryContractTest extends ResumingDirectoryContractTest {
  @Override
  protected Directory newDirectory() throws IOException {
    // The lock is of another directory: in its own, the tests find no file but theirs.
    DirectoryLock lock = new MemoryDirectory().lock(".lock");
    return new OwnedDirectory(new MemoryDirectory(), lock);
  }
}
