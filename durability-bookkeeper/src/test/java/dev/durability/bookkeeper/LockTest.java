package dev.durability.bookkeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.LockHeldException;
import dev.durability.errors.LockLostException;
import dev.durability.storage.AppendFile;
import dev.durability.storage.DirectoryLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.junit.jupiter.api.Test;

/** Who gets a lock that somebody else seems to hold, and what becomes of the former holder. */
class LockTest {
  private final BookKeeperOptions.Builder builder = SharedBookies.newRoot();
  private final BookKeeperOptions options = builder.build();

  /** A session of another process that holds the lock. */
  private Keeper holder(Duration session) throws Exception {
    Keeper keeper = new ZooKeeperKeeper(options, () -> {});
    assertThat(keeper.awaitConnected(300_000_000_000L)).isTrue();
    String lock = new ZkPaths(options.root()).lock(".lock");
    byte[] who = new HolderText("another", "other", session, "process 7 on elsewhere").encode();
    Awaiting.result(
        keeper.multi(
            List.of(
                Op.create(lock, who, Session.ACLS, CreateMode.PERSISTENT),
                Op.create(lock + ZkPaths.HELD, who, Session.ACLS, CreateMode.EPHEMERAL))));
    return keeper;
  }

  @Test
  void lockOfALiveHolderIsRefusedAfterItsSessionTimeoutWithItsName() throws Exception {
    try (BookKeeperDirectory directory = SharedBookies.open(options)) {
      Keeper other = holder(Duration.ofMillis(200));
      assertThatThrownBy(() -> directory.lock(".lock"))
          .isInstanceOf(LockHeldException.class)
          .hasMessageContaining("process 7 on elsewhere");
      other.close();
      directory.lock(".lock").close();
    }
  }

  @Test
  void lockOfADeadHolderIsTakenWhenItsSessionEnds() throws Exception {
    try (BookKeeperDirectory directory = SharedBookies.open(options)) {
      Keeper other = holder(Duration.ofSeconds(60));
      CompletableFuture<DirectoryLock> waiting =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return directory.lock(".lock");
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      assertThat(waiting).isNotDone();
      other.close();
      waiting.get().close();
    }
  }

  @Test
  void anotherObjectOfTheSameProcessIsAliveForCertain() throws Exception {
    try (BookKeeperDirectory first = SharedBookies.open(options);
        BookKeeperDirectory second = SharedBookies.open(options);
        DirectoryLock held = first.lock(".lock")) {
      assertThatThrownBy(() -> second.lock(".lock"))
          .isInstanceOf(LockHeldException.class)
          .hasMessageContaining("another directory object");
      assertThat(held.isHeld()).isTrue();
    }
  }

  @Test
  void endOfTheSessionLosesTheLockAndANewSessionGoesOn() throws Exception {
    Deque<ZooKeeperKeeper> sessions = new ConcurrentLinkedDeque<>();
    CountDownLatch told = new CountDownLatch(1);
    try (BookKeeperDirectory directory =
        SharedBookies.open(
            options,
            ended -> {
              Runnable telling =
                  () -> {
                    ended.run();
                    told.countDown();
                  };
              sessions.add(new ZooKeeperKeeper(options, telling));
              return sessions.getLast();
            })) {
      DirectoryLock lock = directory.lock(".lock");
      AppendFile file = directory.create("a", 0);
      sessions.getLast().expire();
      told.await();
      assertThatThrownBy(lock::requireHeld)
          .isInstanceOf(LockLostException.class)
          .hasMessageContaining("session");
      assertThatThrownBy(() -> directory.create("b", 0)).isInstanceOf(LockLostException.class);
      assertThatThrownBy(() -> file.write(ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
      assertThat(directory.exists("a")).as("reading goes on").isTrue();
      lock.close();
      directory.create("b", 0).close();
      try (DirectoryLock again = directory.lock(".lock")) {
        again.requireHeld();
        directory.delete("b");
      }
    }
  }

  @Test
  void oneOfTwoThatTakeTheLockAtOnceHasItInTheEnd() throws Exception {
    BookKeeperOptions atOnce = builder.takeOver(TakeOver.AT_ONCE).build();
    try (BookKeeperDirectory first = SharedBookies.open(atOnce);
        BookKeeperDirectory second = SharedBookies.open(atOnce)) {
      for (int i = 0; i < 10; i++) {
        CompletableFuture<DirectoryLock> other = CompletableFuture.supplyAsync(() -> lock(second));
        DirectoryLock mine = lock(first);
        DirectoryLock others = other.get();
        int succeeded = changes(first) + changes(second);
        assertThat(succeeded).isEqualTo(1);
        mine.close();
        others.close();
      }
    }
  }

  private static DirectoryLock lock(BookKeeperDirectory directory) {
    try {
      return directory.lock(".lock");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int changes(BookKeeperDirectory directory) throws IOException {
    try {
      directory.create("a", 0).close();
      directory.delete("a");
      return 1;
    } catch (LockLostException former) {
      return 0;
    }
  }
}
