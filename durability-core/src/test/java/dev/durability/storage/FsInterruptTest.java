package dev.durability.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Interrupts at random moments of writes, syncs and reads. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class FsInterruptTest {
  private static final int THREADS = 3;

  /** How many rounds a thread makes at least: it goes on until an interrupt has reached it. */
  private static final int ROUNDS = 400;

  @TempDir Path root;

  private final AtomicLong seen = new AtomicLong();
  private final AtomicIntegerArray rounds = new AtomicIntegerArray(THREADS);
  private final AtomicReference<Throwable> failed = new AtomicReference<>();

  @Test
  void interruptsAtRandomMomentsDisturbNothing() throws Exception {
    long seed = Long.getLong("durability.seed", 1);
    FsDirectory directory = FsDirectory.open(root);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      int number = t;
      Random random = new Random(seed + t);
      Thread thread = new Thread(() -> work(directory, number, random), "file-" + t);
      thread.start();
      threads.add(thread);
    }
    long sent = interruptUntilDone(threads, new Random(seed - 1));
    System.out.println("seed=" + seed + " interrupts sent=" + sent + " seen=" + seen);
    assertThat(failed.get()).as("seed=%d", seed).isNull();
    for (int t = 0; t < THREADS; t++) {
      assertContent(directory, t, new Random(seed + t), seed);
    }
    assertThat(seen.get()).as("interrupts that arrived").isGreaterThanOrEqualTo(THREADS);
  }

  private void work(FsDirectory directory, int number, Random random) {
    String name = "file-" + number;
    boolean interrupted = false;
    try (AppendFile file = directory.create(name, 100_000);
        ReadFile reader = directory.open(name)) {
      for (int i = 0; i < ROUNDS || !interrupted; i++) {
        byte[] block = block(random);
        file.write(ByteBuffer.wrap(block));
        if (i % 10 == 0) {
          file.sync();
        }
        ByteBuffer back = ByteBuffer.allocate(block.length);
        long at = file.position() - block.length;
        while (back.hasRemaining()) {
          assertThat(reader.read(back, at + back.position())).isPositive();
        }
        assertThat(back.array()).isEqualTo(block);
        rounds.incrementAndGet(number);
        if (Thread.interrupted()) {
          interrupted = true;
          seen.incrementAndGet();
        }
      }
      file.truncate(file.position());
      file.sync();
    } catch (IOException | RuntimeException | Error e) {
      failed.compareAndSet(null, e);
    }
  }

  private static long interruptUntilDone(List<Thread> threads, Random random) {
    long sent = 0;
    while (threads.stream().anyMatch(Thread::isAlive)) {
      threads.get(random.nextInt(threads.size())).interrupt();
      sent++;
      int spins = random.nextInt(20_000);
      for (int i = 0; i < spins; i++) {
        Thread.onSpinWait();
      }
    }
    return sent;
  }

  private void assertContent(FsDirectory directory, int number, Random random, long seed)
      throws IOException {
    String name = "file-" + number;
    try (ReadFile file = directory.open(name)) {
      long at = 0;
      for (int i = 0; i < rounds.get(number); i++) {
        byte[] block = block(random);
        ByteBuffer back = ByteBuffer.allocate(block.length);
        while (back.hasRemaining()) {
          assertThat(file.read(back, at + back.position())).isPositive();
        }
        assertThat(back.array()).as("seed=%d %s at %d", seed, name, at).isEqualTo(block);
        at += block.length;
      }
      assertThat(file.size()).isEqualTo(at);
    }
  }

  private static byte[] block(Random random) {
    byte[] block = new byte[1 + random.nextInt(9_000)];
    random.nextBytes(block);
    return block;
  }
}
