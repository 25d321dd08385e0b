package dev.durability.storage;

import dev.durability.testkit.junit.ResumingDirectoryContractTest;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class FsDirectoryContractTest extends ResumingDirectoryContractTest {
  @TempDir Path temporary;

  @Override
  protected Directory newDirectory() throws IOException {
    return FsDirectory.open(temporary);
  }
}
