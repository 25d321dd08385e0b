package dev.durability.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.DurabilityException;
import dev.durability.errors.LockLostException;
import dev.durability.storage.AppendFile;
import dev.durability.storage.LosableLock;
import dev.durability.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever lost the lock changes no file, and says that it was lost rather than what came of it. */
class OwnedDirectoryTest {
  private final MemoryDirectory under = new MemoryDirectory();
  private final LosableLock lock = new LosableLock();
  private final OwnedDirectory directory = new OwnedDirectory(under, lock);

  @BeforeEach
  void putAFile() throws IOException {
    try (AppendFile file = under.create("a", 0)) {
      file.write(ByteBuffer.allocate(10));
    }
  }

  private void assertRefused(ThrowingCallable call) throws IOException {
    assertThatThrownBy(call).isInstanceOf(LockLostException.class).hasMessage("lost");
    assertThat(under.list("")).containsExactly("a");
    assertThat(under.open("a").size()).isEqualTo(10);
  }

  @Test
  void noFileIsChangedOnceTheLockIsLost() throws IOException {
    AppendFile open = directory.resume("a", 10);
    lock.lose();
    assertRefused(() -> directory.create("b", 0));
    assertRefused(() -> directory.resume("a", 0));
    assertRefused(() -> directory.rename("a", "b"));
    assertRefused(() -> directory.delete("a"));
    assertRefused(() -> open.truncate(5));
  }

  @Test
  void lostLockIsToldInsteadOfWhatItLedTo() {
    DurabilityException failure = new DurabilityException("a file is missing");
    LockLostException lost = new LockLostException("lost");
    lock.failWith(lost);
    assertThat(OwnedDirectory.lostOr(lock, failure)).isSameAs(lost).hasSuppressedException(failure);
  }

  @Test
  void failureStaysItselfIfTheLockIsHeldOrCannotBeAskedFor() {
    DurabilityException failure = new DurabilityException("a file is missing");
    assertThat(OwnedDirectory.lostOr(lock, failure)).isSameAs(failure).hasNoSuppressedExceptions();
    IOException unknown = new IOException("Input/output error");
    lock.failWith(unknown);
    assertThat(OwnedDirectory.lostOr(lock, failure))
        .isSameAs(failure)
        .hasSuppressedException(unknown);
  }
}
