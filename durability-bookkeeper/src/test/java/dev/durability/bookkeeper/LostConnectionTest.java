package dev.durability.bookkeeper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.bookkeeper.FaultyKeeper.Loss;
import dev.durability.bookkeeper.FaultyKeeper.Plan;
import dev.durability.errors.LockLostException;
import dev.durability.storage.AppendFile;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.DurableFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The connection to ZooKeeper is lost inside each transaction, and each takes place once. */
class LostConnectionTest {
  /** Each life waits most of its time for the cluster. */
  private static final int AT_ONCE = 6;

  private static BookKeeperDirectory open(BookKeeperOptions options, Plan plan) throws Exception {
    return SharedBookies.open(
        options, ended -> new FaultyKeeper(new ZooKeeperKeeper(options, ended), plan));
  }

  private static void write(AppendFile file, String text) throws Exception {
    file.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
  }

  /** Every kind of transaction. */
  private static void live(BookKeeperDirectory directory) throws Exception {
    directory.createDirectories("a/b");
    try (DirectoryLock lock = directory.lock("a/.lock")) {
      AppendFile file = directory.create("a/one", 0);
      write(file, "content");
      file.truncate(3);
      write(file, "text");
      file.sync();
      file.close();
      DurableFile.write(directory, "a/b/two", "two".getBytes(UTF_8));
      directory.rename("a/one", "a/b/two");
      DurableFile.write(directory, "a/three", "three".getBytes(UTF_8));
      directory.delete("a/three");
      lock.requireHeld();
    }
    directory.lock("a/.lock").close();
  }

  private static void check(BookKeeperDirectory directory, String what) throws Exception {
    assertThat(directory.list("a")).as(what).containsExactly(".lock");
    assertThat(directory.list("a/b")).as(what).containsExactly("two");
    assertThat(new String(DurableFile.read(directory, "a/b/two", 100), UTF_8))
        .as(what)
        .isEqualTo("context");
  }

  @Test
  void eachTransactionTakesPlaceOnceWhateverBecomesOfItsRequest() throws Exception {
    Plan none = new Plan(0, Loss.BEFORE);
    BookKeeperOptions first = SharedBookies.newRoot().build();
    try (BookKeeperDirectory directory = open(first, none)) {
      live(directory);
      check(directory, "without a loss");
    }
    assertThat(none.multis).isGreaterThan(20);
    ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    try {
      List<Future<?>> lives = new ArrayList<>();
      for (Loss loss : List.of(Loss.BEFORE, Loss.AFTER, Loss.LATE)) {
        for (int nth = 1; nth <= none.multis; nth++) {
          Plan plan = new Plan(nth, loss);
          lives.add(threads.submit(() -> liveAndOpenAgain(plan)));
        }
      }
      for (Future<?> each : lives) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static @Nullable Void liveAndOpenAgain(Plan plan) throws Exception {
    BookKeeperOptions options = SharedBookies.newRoot().build();
    String what = plan.loss + " " + plan.nth;
    try (BookKeeperDirectory directory = open(options, plan)) {
      live(directory);
      check(directory, what);
    }
    try (BookKeeperDirectory directory = SharedBookies.open(options)) {
      check(directory, what + ", opened again");
    }
    return null;
  }

  /** As of a writer whose packets are late, or that stands still after it has sent them. */
  @Test
  void renameThatArrivesAfterATakeoverChangesNothing() throws Exception {
    BookKeeperOptions options = SharedBookies.newRoot().takeOver(TakeOver.AT_ONCE).build();
    Plan plan = new Plan(0, Loss.HELD);
    try (BookKeeperDirectory old = open(options, plan);
        BookKeeperDirectory next = SharedBookies.open(options);
        DirectoryLock lost = old.lock(".lock")) {
      DurableFile.write(old, "from", "old".getBytes(UTF_8));
      plan.nth = plan.multis + 1;
      CompletableFuture<Void> renaming =
          CompletableFuture.runAsync(
              () -> {
                try {
                  old.rename("from", "to");
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      Runnable letGo = plan.letGo.get();
      try (DirectoryLock taken = next.lock(".lock")) {
        DurableFile.write(next, "to", "new".getBytes(UTF_8));
        letGo.run();
        assertThatThrownBy(renaming::get).rootCause().isInstanceOf(LockLostException.class);
        assertThat(next.list("")).containsExactly(".lock", "from", "to");
        assertThat(new String(DurableFile.read(next, "to", 10), UTF_8)).isEqualTo("new");
        taken.requireHeld();
      }
      assertThat(lost.isHeld()).isFalse();
    }
  }

  @Test
  void readsAreRepeated() throws Exception {
    BookKeeperOptions options = SharedBookies.newRoot().build();
    Plan plan = new Plan(0, Loss.BEFORE);
    plan.failReadsUntil = 5;
    try (BookKeeperDirectory directory = open(options, plan)) {
      plan.failReadsUntil = plan.reads + 3;
      assertThat(directory.list("")).isEmpty();
      plan.failReadsUntil = plan.reads + 3;
      assertThat(directory.exists("a")).isFalse();
      live(directory);
      check(directory, "");
    }
  }
}
