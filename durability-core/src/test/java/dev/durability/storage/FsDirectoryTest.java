package dev.durability.storage;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class FsDirectoryTest extends DirectoryContractTest {
  @TempDir Path root;

  @Override
  Directory newDirectory() throws IOException {
    return FsDirectory.open(root.resolve("directory"));
  }
}
