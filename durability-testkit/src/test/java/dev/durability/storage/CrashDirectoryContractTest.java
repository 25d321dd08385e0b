package dev.durability.storage;

import dev.durability.testkit.CrashDirectory;

/** It is a directory like any other, as long as nothing crashes. */
class CrashDirectoryContractTest extends ResumingDirectoryContractTest {
  @Override
  Directory newDirectory() {
    return new CrashDirectory();
  }
}
