package dev.durability.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codecs;
import dev.durability.errors.DurabilityException;
import dev.durability.log.SegmentRange;
import dev.durability.testkit.Fault.Operation;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A publisher removes files while a recovery reads them. */
class RecoveryBesideAPublisherTest extends RecoveryFixture {
  private static final int SEGMENTS = 120;

  /** How many checkpoints were published, and the last entry in the newest. */
  private int published;

  @Test
  void besideAPublishingWriterEachRecoveryIsAValidPrefix() throws Exception {
    long seed = 4711;
    Random random = new Random(seed);
    WalOptions options = WalOptions.builder().segmentBytes(4096).bufferBytes(4096).build();
    List<String> appended = new ArrayList<>();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    try (WalWriter<String> log = WalWriter.open(directory, Codecs.utf8(), options)) {
      log.appendDurable("0");
      appended.add("0");
      Thread writer =
          new Thread(
              () -> {
                try {
                  CheckpointPublisher publisher =
                      CheckpointPublisher.of(directory, Clock.systemUTC(), log);
                  for (int i = 1; i < 4000; i++) {
                    String entry = i + "w".repeat(random.nextInt(80));
                    appended.add(entry);
                    log.append(entry);
                    if (i % 100 == 0) {
                      List<String> state = List.copyOf(appended);
                      publisher.publish(log.lastAppendedId(), out -> MACHINE.write(state, out));
                    }
                  }
                } catch (IOException | RuntimeException e) {
                  failure.set(e);
                }
              });
      writer.start();
      List<List<String>> seen = new ArrayList<>();
      do {
        seen.add(latest(directory));
      } while (writer.isAlive() && seen.size() < 300);
      writer.join();
      assertThat(failure.get()).as("seed=" + seed).isNull();
      int before = 0;
      for (List<String> state : seen) {
        assertThat(state.size()).isGreaterThanOrEqualTo(before);
        before = state.size();
        assertThat(state).as("seed=" + seed).isEqualTo(appended.subList(0, before));
      }
    }
    assertThat(latest(disk)).isEqualTo(appended);
  }

  @Test
  void whatAPublisherRemovesUnderARecoveryIsNotMissed() throws IOException {
    writeThreeSegments();
    String first = WalMaintenance.segments(disk).get(0).file();
    int[] opened = {0};
    directory.before(
        (operation, path) -> {
          if (operation == Operation.OPEN && path.equals(first) && ++opened[0] == 1) {
            try {
              Checkpoints.in(disk, Clock.systemUTC())
                  .write(
                      Objects.requireNonNull(WalMaintenance.logId(disk)),
                      1,
                      out -> MACHINE.write(List.of("a"), out));
              disk.delete(first);
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          }
        });
    assertThat(latest(directory)).hasSize(3).startsWith("a");
    assertThat(opened[0]).as("the publisher was at work").isPositive();
  }

  @Test
  void aPublisherThatIsFasterManyTimesIsWaitedFor() throws IOException {
    publishAtEachReadingOfACheckpoint(50);
    assertThat(latest(directory)).hasSize(SEGMENTS);
    assertThat(published).isEqualTo(50);
  }

  @Test
  void aPublisherThatIsAlwaysFasterIsNamed() throws IOException {
    publishAtEachReadingOfACheckpoint(SEGMENTS);
    assertThatThrownBy(() -> latest(directory))
        .isInstanceOf(DurabilityException.class)
        .hasMessageStartingWith("the log was truncated 100 times while it was recovered")
        .hasMessageContaining("WalHolds");
  }

  /** While a checkpoint is read, a newer one takes its place, and the next segment is removed. */
  private void publishAtEachReadingOfACheckpoint(int publications) throws IOException {
    WalOptions options = WalOptions.builder().segmentBytes(4096).bufferBytes(4096).build();
    List<String> appended = new ArrayList<>();
    try (WalWriter<String> log = WalWriter.open(disk, Codecs.utf8(), options)) {
      for (int i = 0; i < SEGMENTS; i++) {
        appended.add(i + "x".repeat(3_000));
        log.appendDurable(appended.get(i));
      }
    }
    List<SegmentRange> written = WalMaintenance.segments(disk);
    publish(written.get(0), appended);
    directory.before(
        (operation, path) -> {
          if (operation == Operation.OPEN
              && path.equals(Checkpoints.pathOf(published))
              && published < publications) {
            publish(written.get(published), appended);
          }
        });
  }

  private void publish(SegmentRange oldest, List<String> appended) {
    try {
      published++;
      List<String> state = appended.subList(0, published);
      Checkpoints.in(disk, Clock.systemUTC())
          .write(
              Objects.requireNonNull(WalMaintenance.logId(disk)),
              published,
              out -> MACHINE.write(state, out));
      disk.delete(oldest.file());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
