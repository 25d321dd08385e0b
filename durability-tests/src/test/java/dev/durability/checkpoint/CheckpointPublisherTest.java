package dev.durability.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.log.SegmentRange;
import dev.durability.log.Verdict;
import dev.durability.recovery.Recovery;
import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.testkit.Fault;
import dev.durability.testkit.Fault.Operation;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalObserver;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class CheckpointPublisherTest extends PublishingFixture {
  private static void flip(Directory where, String path, long offset) throws IOException {
    ByteBuffer octet = ByteBuffer.allocate(1);
    try (ReadFile file = where.open(path)) {
      file.read(octet, offset);
    }
    octet.flip();
    octet.put(0, (byte) (octet.get(0) ^ 0x10));
    try (AppendFile file = where.resume(path, offset)) {
      file.write(octet);
    }
  }

  @Test
  void damagedNewestCheckpointIsPassedOverForTheOneBefore() throws IOException {
    publishThree();
    List<Long> kept = Checkpoints.in(disk, CLOCK).list();
    for (int offset : new int[] {3, 40, 70, 500}) {
      flip(disk, Checkpoints.pathOf(kept.get(0)), offset);
      Recovery<List<String>> recovered = recover(disk);
      assertThat(recovered.state()).isEqualTo(appended);
      assertThat(recovered.checkpointId()).isEqualTo(kept.get(1));
      assertThat(recovered.damagedCheckpoints()).isPositive();
      flip(disk, Checkpoints.pathOf(kept.get(0)), offset);
    }
    assertThat(recover(disk).checkpointId()).isEqualTo(kept.get(0));
    disk.delete(Checkpoints.pathOf(kept.get(0)));
    assertThat(recover(disk).state()).isEqualTo(appended);
    assertThat(recover(disk).checkpointId()).isEqualTo(kept.get(1));
  }

  @Test
  void allCheckpointsDamagedOnATruncatedLogIsAnErrorAndNoPartialState() throws IOException {
    publishThree();
    for (long id : Checkpoints.in(disk, CLOCK).list()) {
      flip(disk, Checkpoints.pathOf(id), 80);
    }
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(() -> recover(disk))
        .withMessageContaining("no usable checkpoint");
    assertThatExceptionOfType(CorruptLogException.class).isThrownBy(() -> open(disk));
    assertThat(WalMaintenance.verify(disk).verdict()).isEqualTo(Verdict.CORRUPT);
  }

  private void publishThree() throws IOException {
    try (WalWriter<String> log = open(directory)) {
      CheckpointPublisher publisher = CheckpointPublisher.of(directory, CLOCK, log);
      for (int i = 0; i < 3; i++) {
        append(log, 30);
        publishAll(publisher, log);
      }
      append(log, 5);
    }
    assertThat(WalMaintenance.firstEntryId(disk)).isGreaterThan(1);
  }

  @Test
  void keepingNoCheckpointIsRefused() throws IOException {
    try (WalWriter<String> log = WalWriter.open(directory, Codecs.utf8(), WalOptions.defaults())) {
      CheckpointPublisher publisher = CheckpointPublisher.of(directory, Clock.systemUTC(), log);
      assertThatIllegalArgumentException().isThrownBy(() -> publisher.keeping(0));
    }
  }

  @Test
  void observerCanKeepSegments() throws IOException {
    WalObserver second =
        new WalObserver() {
          @Override
          public boolean mayRemove(SegmentRange segment) {
            return segment.segmentId() != 2;
          }
        };
    WalOptions options = small().observer(second).build();
    try (WalWriter<String> log = WalWriter.open(directory, Codecs.utf8(), options)) {
      append(log, 50);
      PublishResult result =
          publishAll(CheckpointPublisher.of(directory, CLOCK, log).keeping(1), log);
      assertThat(result.removedSegments()).extracting(SegmentRange::segmentId).containsExactly(1L);
    }
    assertThat(recover(disk).state()).isEqualTo(appended);
  }

  @Test
  void checkpointBeyondTheLogIsRefusedAndNothingIsDone() throws IOException {
    try (WalWriter<String> log = open(directory)) {
      append(log, 3);
      CheckpointPublisher publisher = CheckpointPublisher.of(directory, CLOCK, log);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> publisher.publish(4, out -> out.write(1)));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> publisher.publish(-1, out -> out.write(1)));
      assertThat(disk.exists(Checkpoints.DIRECTORY)).isFalse();
      assertThat(log.lastAppendedId()).isEqualTo(3);
    }
  }

  @Test
  void publishingToAClosedLogLeavesNothingBesideIt() throws IOException {
    WalWriter<String> log = open(directory);
    append(log, 3);
    log.close();
    CheckpointPublisher publisher = CheckpointPublisher.of(directory, CLOCK, log);
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(() -> publishAll(publisher, log))
        .withMessageContaining("closed");
    assertThat(disk.exists(Checkpoints.DIRECTORY)).isFalse();
  }

  @Test
  void checkpointWithinABatchKeepsTheBatchWhole() throws IOException {
    try (WalWriter<String> log = open(directory)) {
      log.appendBatch(List.of("a", "b", "c", "d"));
      CheckpointPublisher.of(directory, CLOCK, log)
          .publish(2, out -> MACHINE.write(List.of("a", "b"), out));
    }
    assertThat(recover(disk).state()).containsExactly("a", "b", "c", "d");
    assertThat(recover(disk).replayedEntries()).isEqualTo(2);
  }

  @Test
  void olderCheckpointAndTheSameAgainAreHarmless() throws IOException {
    try (WalWriter<String> log = open(directory)) {
      CheckpointPublisher publisher = CheckpointPublisher.of(directory, CLOCK, log);
      append(log, 40);
      long newest = log.lastAppendedId();
      publishAll(publisher, log);
      publishAll(publisher, log);
      assertThat(recover(disk).checkpointId()).isEqualTo(newest);
      List<String> older = appended.subList(0, 20);
      PublishResult result = publisher.publish(20, out -> MACHINE.write(older, out));
      assertThat(result.removedCheckpoints()).isEmpty();
      assertThat(recover(disk).state()).isEqualTo(appended);
      publisher.publish(newest, out -> MACHINE.write(appended, out));
      append(log, 3);
    }
    assertThat(recover(disk).state()).isEqualTo(appended);
  }

  @Test
  void concurrentPublishesRunOneAfterTheOther() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (WalWriter<String> log = open(directory)) {
      CheckpointPublisher publisher = CheckpointPublisher.of(directory, CLOCK, log);
      append(log, 64);
      log.sync();
      List<Future<PublishResult>> results = new ArrayList<>();
      for (int i = 1; i <= 32; i++) {
        int id = i % 2 == 0 ? 2 * i : i;
        List<String> state = List.copyOf(appended.subList(0, id));
        results.add(threads.submit(() -> publisher.publish(id, out -> MACHINE.write(state, out))));
      }
      for (Future<PublishResult> result : results) {
        assertThat(result.get().marker().nextEntryId()).isEqualTo(65);
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(recover(disk).state()).isEqualTo(appended);
    assertThat(recover(disk).checkpointId()).isEqualTo(64);
  }

  @Test
  void contentThatGivesUpLeavesNoCheckpoint() throws IOException {
    try (WalWriter<String> log = open(directory)) {
      append(log, 3);
      CheckpointPublisher publisher = CheckpointPublisher.of(directory, CLOCK, log);
      IllegalStateException mine = new IllegalStateException("mine");
      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(
              () ->
                  publisher.publish(
                      3,
                      out -> {
                        out.write(new byte[3_000_000]);
                        throw mine;
                      }))
          .isSameAs(mine);
      assertThat(disk.list(Checkpoints.DIRECTORY)).isEmpty();
      publishAll(publisher, log);
    }
    assertThat(recover(disk).checkpointId()).isEqualTo(3);
  }

  @Test
  void checkpointUnderAPathOfItsOwnIsUsed() throws IOException {
    try (WalWriter<String> log = open(directory)) {
      append(log, 30);
      log.sync();
      try (CheckpointWriter writer =
          CheckpointWriter.create(directory, "elsewhere/mine", log.logId(), 30, CLOCK)) {
        MACHINE.write(appended, writer);
        writer.commit();
      }
      log.appendCheckpoint(30, "elsewhere/mine");
      assertThat(log.truncate(30)).isNotEmpty();
      append(log, 2);
    }
    assertThat(recover(disk).state()).isEqualTo(appended);
    assertThat(recover(disk).checkpointId()).isEqualTo(30);
    assertThat(WalMaintenance.verify(disk).covered()).isEqualTo(30);
  }

  @Test
  void nameOfACheckpointIsMadeDurableBeforeItsMarkerAlsoWhereAnotherProcessWroteIt()
      throws IOException {
    try (WalWriter<String> log = open(directory)) {
      append(log, 30);
      log.sync();
      Directory killed = // Before it synced the name.
          new ForwardingDirectory(disk) {
            @Override
            public void sync(String path) {}
          };
      String left =
          Checkpoints.in(killed, CLOCK).write(log.logId(), 30, out -> MACHINE.write(appended, out));
      directory.inject(Fault.of(Operation.SYNC_DIRECTORY).endingIn(Checkpoints.DIRECTORY));
      List<SegmentRange> before = log.segments();
      assertThatThrownBy(() -> log.appendCheckpoint(30, left)).hasMessageContaining("injected");
      assertThat(log.segments()).as("no segment for a marker").isEqualTo(before);

      List<String> order = new ArrayList<>();
      directory.before(
          (operation, path) -> {
            if (operation == Operation.WRITE || operation == Operation.SYNC_DIRECTORY) {
              order.add(path);
            }
          });
      log.appendCheckpoint(30, left);
      assertThat(order).first().isEqualTo(Checkpoints.DIRECTORY);
      assertThat(order).anyMatch(path -> path.startsWith("wal/"));
    }
  }

  @Test
  void checkpointWithoutItsMarkerIsUsed() throws IOException {
    try (WalWriter<String> log = open(directory)) {
      append(log, 30);
      log.sync();
      Checkpoints.in(directory, CLOCK).write(log.logId(), 30, out -> MACHINE.write(appended, out));
      append(log, 1);
    }
    assertThat(recover(disk).checkpointId()).isEqualTo(30);
    assertThat(recover(disk).state()).isEqualTo(appended);
  }

  @Test
  void checkpointThatContainsMoreThanTheLogHoldsIsCorruption() throws IOException {
    try (WalWriter<String> log = open(directory)) {
      append(log, 3);
      Checkpoints.in(directory, CLOCK).write(log.logId(), 9, out -> MACHINE.write(appended, out));
    }
    assertThatExceptionOfType(CorruptLogException.class)
        .isThrownBy(() -> recover(disk))
        .satisfies(
            e -> {
              assertThat(e.firstLostId()).isEqualTo(4);
              assertThat(e.lastLostId()).isEqualTo(9);
            });
    assertThatExceptionOfType(CorruptLogException.class).isThrownBy(() -> open(disk));
  }

  @Test
  void logOfAnyTypeOfEntryIsPublished() throws IOException {
    try (WalWriter<byte[]> log = WalWriter.open(directory, Codecs.bytes(), WalOptions.defaults())) {
      log.appendDurable(new byte[] {1, 2});
      PublishResult result =
          CheckpointPublisher.of(directory, CLOCK, log).publish(1, out -> out.write(9));
      assertThat(result.path()).isEqualTo(Checkpoints.pathOf(1));
      assertThat(result.marker().nextEntryId()).isEqualTo(2);
      assertThat(log.appendDurable(new byte[] {3})).as("a marker takes no id").isEqualTo(2);
    }
    byte[] payload =
        Checkpoints.in(disk, CLOCK).read(Checkpoints.pathOf(1), in -> in.readAllBytes());
    assertThat(payload).containsExactly(9);
  }

  @Test
  void checkpointOfNothingIsPublishedAndOneOfMoreThanThereIsIsRefused() throws IOException {
    try (WalWriter<String> log = open(directory)) {
      CheckpointPublisher publisher = CheckpointPublisher.of(directory, Clock.systemUTC(), log);
      assertThat(publisher.publish(0, out -> {}).lastEntryId()).isZero();
      assertThatThrownBy(() -> publisher.publish(1, out -> {}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("a checkpoint cannot contain entry 1: the log ends at entry 0");
    }
  }

  @Test
  void checkpointThatIsOlderThanAnotherOneIsKeptAndNothingAfterItIsRemoved() throws IOException {
    try (WalWriter<String> log = open(directory)) {
      append(log, 40);
      log.sync();
      CheckpointPublisher publisher =
          CheckpointPublisher.of(directory, Clock.systemUTC(), log).keeping(1);
      Checkpoints.in(directory, Clock.systemUTC())
          .write(log.logId(), 40, out -> MACHINE.write(appended, out));
      PublishResult older =
          publisher.publish(20, out -> MACHINE.write(appended.subList(0, 20), out));
      assertThat(older.removedCheckpoints()).isEmpty();
      assertThat(disk.exists(older.path())).isTrue();
      assertThat(older.removedSegments()).allMatch(segment -> segment.lastEntryId() <= 20);
    }
    assertThat(recover(disk).state()).isEqualTo(appended);
  }
}
