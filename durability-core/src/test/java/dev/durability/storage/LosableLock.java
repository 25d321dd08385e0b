package dev.durability.storage;

import dev.durability.errors.LockLostException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A lock that a test takes away from its holder. */
public final class LosableLock implements DirectoryLock {
  private volatile @Nullable IOException failure;

  /** From now on it is not held any more. */
  public void lose() {
    failWith(new LockLostException("lost"));
  }

  /** What asking for it throws from now on. */
  public void failWith(IOException itsFailure) {
    failure = itsFailure;
  }

  @Override
  public boolean isHeld() {
    return failure == null;
  }

  @Override
  public void requireHeld() throws IOException {
    IOException thrown = failure;
    if (thrown != null) {
      throw thrown;
    }
  }

  @Override
  public void close() {}
}
