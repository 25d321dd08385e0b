package dev.durability.storage;

import dev.durability.testkit.CrashDirectory;
import dev.durability.testkit.FaultDirectory;

/** It is a directory like any other, as long as nothing crashes. */
class FaultDirectoryContractTest extends ResumingDirectoryContractTest {
  @Override
  Directory newDirectory() {
    return new FaultDirectory(new CrashDirectory());
  }
}
