package dev.durability.testkit;

import dev.durability.storage.DirectoryLock;

/** A lock of a {@link CrashDirectory}. */
final class CrashLock implements DirectoryLock {
  private final CrashDirectory directory;
  private final String path;
  private boolean held = true;

  CrashLock(CrashDirectory directory, String path) {
    this.directory = directory;
    this.path = path;
  }

  @Override
  public boolean isHeld() {
    return directory.locked(() -> held);
  }

  @Override
  public void close() {
    boolean unused =
        directory.locked(
            () -> {
              if (held) {
                held = false;
                directory.release(path);
              }
              return true;
            });
  }
}
