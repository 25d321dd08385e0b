package dev.durability.append;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * Where entries are encoded: nothing is lost when it grows, and the limit is that of each entry.
 */
class ScratchTest {
  private static final int KEPT = 256 << 10;
  private static final int SLOTS = 64;

  private final Scratch scratch = new Scratch();

  private byte[] content() {
    return Arrays.copyOf(scratch.bytes(), scratch.size());
  }

  @Test
  void bytesAndArraysOfAnySizeFollowEachOther() throws IOException {
    byte[] all = new byte[20_000];
    new Random(1).nextBytes(all);
    scratch.startEntry(all.length);
    int at = 0;
    for (int piece = 1; at + piece + 300 <= all.length; piece = 2 * piece + 1) {
      for (int i = 0; i < 300; i++) {
        scratch.write(all[at++]);
      }
      scratch.write(all, at, piece);
      at += piece;
      assertThat(content()).isEqualTo(Arrays.copyOf(all, at));
    }
    scratch.clear();
    assertThat(scratch.size()).isZero();
  }

  @Test
  void arrayThatFillsTheBytesToTheLastMakesThemNoLarger() throws IOException {
    int capacity = scratch.bytes().length;
    scratch.startEntry(2 * capacity);
    scratch.write(new byte[capacity], 0, capacity);
    assertThat(scratch.bytes()).hasSize(capacity);
    scratch.write(1);
    assertThat(scratch.bytes()).hasSize(2 * capacity);
    assertThat(scratch.size()).isEqualTo(capacity + 1);
  }

  @Test
  void eachEntryHasTheWholeLimitAndNotAByteMore() throws IOException {
    for (int entry = 1; entry <= 3; entry++) {
      scratch.startEntry(10);
      scratch.write(new byte[9], 0, 9);
      scratch.write(1);
      assertThat(scratch.size()).isEqualTo(10 * entry);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> scratch.write(1))
          .withMessageContaining("more than 10 bytes");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> scratch.write(new byte[1], 0, 1))
          .withMessageContaining("more than 10 bytes");
      assertThat(scratch.size()).isEqualTo(10 * entry);
    }
  }

  @Test
  void threadGetsItsScratchAgainEmptyAndNobodyElseMeanwhile() throws IOException {
    Scratch.Pool pool = new Scratch.Pool();
    Scratch first = pool.take();
    assertThat(pool.take()).isNotSameAs(first);
    first.startEntry(5);
    first.write(7);
    pool.giveBack(first);
    Scratch again = pool.take();
    assertThat(again).isSameAs(first);
    assertThat(again.size()).isZero();
    again.startEntry(2);
    again.write(new byte[2], 0, 2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> again.write(1))
        .withMessageContaining("more than 2 bytes");
  }

  @Test
  void memoryOfLargeEntriesIsNotKept() throws IOException {
    Scratch.Pool pool = new Scratch.Pool();
    Scratch kept = pool.take();
    kept.startEntry(KEPT);
    kept.write(new byte[KEPT], 0, KEPT);
    assertThat(kept.bytes()).hasSize(KEPT);
    pool.giveBack(kept);
    assertThat(pool.take()).isSameAs(kept);
    kept.startEntry(KEPT + 1);
    kept.write(new byte[KEPT + 1], 0, KEPT + 1);
    pool.giveBack(kept);
    assertThat(pool.take()).isNotSameAs(kept);
  }

  @Test
  void threadThatComesAgainHasOneOfItsOwnWhichNoOtherThreadGets() throws InterruptedException {
    Scratch.Pool pool = new Scratch.Pool();
    Scratch own = ownOf(pool);
    assertNobodyElseGets(own, pool);
    assertThat(pool.take()).isSameAs(own);
  }

  @Test
  void placeOfAThreadThatEndedGoesToTheNextThatComesAgain() throws InterruptedException {
    Scratch.Pool pool = new Scratch.Pool();
    onAnotherThread(() -> ownOf(pool));
    Scratch own = ownOf(pool);
    assertNobodyElseGets(own, pool);
    assertThat(pool.take()).isSameAs(own);
  }

  @Test
  void threadThatDoesNotGiveItsOwnBackGetsAnotherOne() throws InterruptedException {
    Scratch.Pool pool = new Scratch.Pool();
    Scratch lost = ownOf(pool);
    assertThat(pool.take()).isSameAs(lost);
    Scratch own = ownOf(pool);
    assertThat(own).isNotSameAs(lost);
    assertNobodyElseGets(own, pool);
    assertThat(pool.take()).isSameAs(own);
  }

  /** Comes until it has one of its own; that one, which nobody uses. */
  private static Scratch ownOf(Scratch.Pool pool) {
    for (int call = 0; call < 3; call++) {
      pool.giveBack(pool.take());
    }
    Scratch own = pool.take();
    pool.giveBack(own);
    return own;
  }

  private static void assertNobodyElseGets(Scratch own, Scratch.Pool pool)
      throws InterruptedException {
    onAnotherThread(
        () -> {
          for (int call = 0; call < 3; call++) {
            Scratch other = pool.take();
            assertThat(other).isNotSameAs(own);
            pool.giveBack(other);
          }
        });
  }

  /** On one that has the same place in a pool as this one. */
  @SuppressWarnings("deprecation") // threadId() came with Java 19.
  private static void onAnotherThread(Runnable task) throws InterruptedException {
    Thread thread = new Thread(task);
    while (thread.getId() % SLOTS != Thread.currentThread().getId() % SLOTS) {
      thread = new Thread(task);
    }
    AtomicReference<Throwable> failure = new AtomicReference<>();
    thread.setUncaughtExceptionHandler((ended, e) -> failure.set(e));
    thread.start();
    thread.join();
    assertThat(failure.get()).isNull();
  }
}
