package dev.durability.testkit.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.durability.errors.LockHeldException;
import dev.durability.errors.LockLostException;
import dev.durability.storage.DirectoryLock;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Who holds a lock, until when, and what nobody else may do meanwhile. */
abstract class LockContract extends NameContract {

  @Test
  void lockIsExclusiveUntilItIsClosedAndItsFileStays() throws IOException {
    DirectoryLock lock = directory().lock(".lock");
    assertTrue(lock.isHeld());
    assertTrue(directory().exists(".lock"));
    LockHeldException held = assertThrows(LockHeldException.class, () -> directory().lock(".lock"));
    assertSays(".lock", held);
    assertTrue(lock.isHeld());
    try (DirectoryLock other = directory().lock("other")) {
      assertTrue(other.isHeld());
    }
    lock.close();
    lock.close();
    assertFalse(lock.isHeld());
    assertTrue(directory().exists(".lock"));
    try (DirectoryLock again = directory().lock(".lock")) {
      lock.close();
      assertTrue(again.isHeld());
      assertThrows(LockHeldException.class, () -> directory().lock(".lock"));
    }
  }

  @Test
  void lockIsItsHoldersUntilItIsClosedAndThenSaysThatItIsNot() throws IOException {
    write("a", "content");
    DirectoryLock lock = directory().lock(".lock");
    lock.requireHeld();
    assertThrows(LockHeldException.class, () -> directory().lock(".lock"));
    lock.guard("a");
    lock.guard("a");
    directory().rename("a", "b");
    directory().rename("b", "a");
    lock.requireHeld();
    assertEquals("content", read("a"));
    lock.close();
    LockLostException lost = assertThrows(LockLostException.class, lock::requireHeld);
    assertSays("close", lost);
    try (DirectoryLock again = directory().lock(".lock")) {
      again.guard("a");
      again.requireHeld();
      assertThrows(LockLostException.class, lock::requireHeld);
    }
  }

  @Test
  void heldLockFileIsNeitherOpenedNorMovedNorDeleted() throws IOException {
    write("a", "content");
    try (DirectoryLock lock = directory().lock(".lock")) {
      assertThrows(LockHeldException.class, () -> directory().open(".lock"));
      assertThrows(IOException.class, () -> directory().create(".lock", 0));
      Exception refused = assertThrows(Exception.class, () -> directory().resume(".lock", 0));
      assertTrue(
          refused instanceof IOException || refused instanceof UnsupportedOperationException,
          refused::toString);
      assertThrows(LockHeldException.class, () -> directory().delete(".lock"));
      assertThrows(LockHeldException.class, () -> directory().rename(".lock", "b"));
      assertThrows(LockHeldException.class, () -> directory().rename("a", ".lock"));
      assertTrue(lock.isHeld());
    }
    assertEquals(List.of(".lock", "a"), directory().list(""));
  }

  @Test
  void lockInMissingDirectoryOrOverDirectoryIsRefused() throws IOException {
    directory().createDirectories("d");
    assertThrows(NoSuchFileException.class, () -> directory().lock("e/.lock"));
    assertThrows(IOException.class, () -> directory().lock("d"));
    try (DirectoryLock lock = directory().lock("d/.lock")) {
      assertTrue(lock.isHeld());
    }
  }

  @Test
  void oneOfManyThreadsGetsTheLock() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      CountDownLatch go = new CountDownLatch(1);
      List<Future<DirectoryLock>> attempts = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        attempts.add(
            threads.submit(
                () -> {
                  go.await();
                  return directory().lock(".lock");
                }));
      }
      go.countDown();
      List<DirectoryLock> taken = new ArrayList<>();
      for (Future<DirectoryLock> each : attempts) {
        try {
          taken.add(each.get());
        } catch (ExecutionException e) {
          assertInstanceOf(LockHeldException.class, e.getCause());
        }
      }
      assertEquals(1, taken.size(), "how many threads hold the lock");
      taken.get(0).close();
    } finally {
      threads.shutdownNow();
    }
  }

  private static void assertSays(String part, Exception e) {
    assertTrue(String.valueOf(e.getMessage()).contains(part), e::toString);
  }
}
