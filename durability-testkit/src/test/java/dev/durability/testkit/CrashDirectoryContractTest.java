package dev.durability.testkit;

import dev.durability.storage.Directory;
import dev.durability.testkit.junit.ResumingDirectoryContractTest;

/** It is a directory like any other, as long as nothing crashes. */
class CrashDirectoryContractTest extends ResumingDirectoryContractTest {
  @Override
  protected Directory newDirectory() {
    return new CrashDirectory();
  }
}
