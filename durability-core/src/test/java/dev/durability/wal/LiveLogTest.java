package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.log.LogReport;
import dev.durability.log.SegmentRange;
import dev.durability.log.Verdict;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Readers, tails and verify, while a writer appends, rotates, truncates, closes and reopens. */
@Timeout(600)
@Tag("slow")
class LiveLogTest {
  private static final int STEPS = 1500;

  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong appended = new AtomicLong();
  private final AtomicLong truncated = new AtomicLong();
  private final List<AtomicLong> tailPositions = new ArrayList<>();
  private volatile boolean done;

  private static String textOf(long id) {
    return "entry " + id + " " + "x".repeat((int) (id * 31 % 200));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void readersNeverSeeDamageAHoleOrAnEntryThatWasNotWritten(long seed, @TempDir Path temp)
      throws Exception {
    System.out.println("seed=" + seed);
    Directory directory = FsDirectory.open(temp);
    Random random = new Random(seed);
    WalWriter<String> first =
        WalWriter.open(directory, Codecs.utf8(), WalOptions.builder().segmentBytes(4096).build());
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      List<Future<Long>> running = new ArrayList<>();
      running.add(threads.submit(() -> replayWhileWritten(directory, new Random(seed + 100))));
      running.add(threads.submit(() -> verifyWhileWritten(directory)));
      for (int i = 0; i < 2; i++) {
        AtomicLong position = new AtomicLong();
        tailPositions.add(position);
        running.add(threads.submit(() -> follow(directory, position)));
      }
      write(directory, first, random);
      for (Future<Long> each : running) {
        assertThat(each.get(300, TimeUnit.SECONDS)).as("seed=" + seed).isPositive();
      }
    } catch (ExecutionException e) {
      throw new AssertionError("seed=" + seed, e.getCause());
    } finally {
      done = true;
      threads.shutdownNow();
      assertThat(threads.awaitTermination(300, TimeUnit.SECONDS)).isTrue();
    }
  }

  private void write(Directory directory, WalWriter<String> first, Random random)
      throws IOException {
    WalWriter<String> writer = first;
    WalOptions options = WalOptions.builder().segmentBytes(4096 << random.nextInt(3)).build();
    try {
      for (int step = 0; step < STEPS; step++) {
        int what = random.nextInt(100);
        if (what < 50) {
          append(writer, 1);
        } else if (what < 65) {
          append(writer, 2 + random.nextInt(60));
        } else if (what < 95) {
          writer.sync();
          acknowledged.set(writer.lastDurableId());
        } else if (what < 97) {
          truncate(writer);
        } else if (what == 97) {
          writer.close();
          acknowledged.set(appended.get());
          writer = WalWriter.open(directory, Codecs.utf8(), options);
        }
      }
    } finally {
      writer.close();
    }
    acknowledged.set(appended.get());
    done = true;
  }

  private void append(WalWriter<String> writer, int count) throws IOException {
    long next = appended.get() + 1;
    List<String> batch = new ArrayList<>();
    for (long id = next; id < next + count; id++) {
      batch.add(textOf(id));
    }
    appended.set(next + count - 1);
    long id = count == 1 ? writer.append(batch.get(0)) : writer.appendBatch(batch);
    assertThat(id).isIn(next, next + count - 1);
  }

  /** Not what a tail still has to read. */
  private void truncate(WalWriter<String> writer) throws IOException {
    writer.sync();
    long through = acknowledged.get();
    for (AtomicLong position : tailPositions) {
      through = Math.min(through, position.get());
    }
    truncated.set(Math.max(truncated.get(), through));
    writer.truncate(through);
    assertThat(writer.lastAppendedId()).as("a marker takes no id").isEqualTo(appended.get());
  }

  private long replayWhileWritten(Directory directory, Random random) throws IOException {
    WalReader<String> reader = WalReader.of(directory, Codecs.utf8());
    long rounds = 0;
    for (boolean last = false; !last; rounds++) {
      last = done;
      long from = random.nextBoolean() ? WalReplay.START : 1 + random.nextInt(1000);
      from = from == 0 ? 0 : Math.max(1, acknowledged.get() - from);
      long mustReach = acknowledged.get();
      long[] at = {from == 0 ? 0 : from - 1};
      boolean fromStart = from == 0;
      try {
        reader.replay(
            from,
            Long.MAX_VALUE,
            (id, entry) -> {
              if (at[0] == 0 && fromStart) {
                at[0] = Math.min(id - 1, truncated.get());
              }
              at[0] = check(at[0], id, entry);
            });
        long reached = at[0] == 0 ? truncated.get() : at[0];
        assertThat(reached).isGreaterThanOrEqualTo(mustReach);
      } catch (CorruptLogException damage) {
        throw damage;
      } catch (DurabilityException truncatedMeanwhile) {
        assertThat(truncatedMeanwhile).hasMessageContaining("truncated");
      }
    }
    return rounds;
  }

  /** The entry is the next one, and was written. */
  private long check(long before, long id, String entry) {
    assertThat(id).isEqualTo(before + 1).isLessThanOrEqualTo(appended.get());
    assertThat(entry).isEqualTo(textOf(id));
    return id;
  }

  private long verifyWhileWritten(Directory directory) throws IOException {
    long rounds = 0;
    for (boolean last = false; !last; rounds++) {
      last = done;
      long mustHold = acknowledged.get();
      LogReport report = WalMaintenance.verify(directory);
      assertThat(report.verdict()).as(report.toString()).isNotEqualTo(Verdict.CORRUPT);
      assertThat(report.intact()).isGreaterThanOrEqualTo(mustHold);
      List<SegmentRange> ranges = WalMaintenance.segments(directory);
      for (int i = 1; i < ranges.size(); i++) {
        assertThat(ranges.get(i).firstEntryId()).isEqualTo(ranges.get(i - 1).lastEntryId() + 1);
      }
    }
    assertThat(WalMaintenance.verify(directory).verdict()).isEqualTo(Verdict.CLEAN);
    return rounds;
  }

  private long follow(Directory directory, AtomicLong position) throws IOException {
    try (WalTail<String> tail = WalReader.of(directory, Codecs.utf8()).follow(1)) {
      while (!done || position.get() < acknowledged.get()) {
        WalRecord<String> record = tail.poll(Duration.ofMillis(20));
        if (record != null) {
          position.set(check(position.get(), record.id(), record.entry()));
        }
      }
      assertThat(tail.poll(Duration.ofMillis(60))).isNull();
    }
    return position.get();
  }
}
