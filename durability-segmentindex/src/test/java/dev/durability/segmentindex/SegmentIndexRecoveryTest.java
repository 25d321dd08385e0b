package dev.durability.segmentindex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.durability.CheckpointPolicy;
import dev.durability.DurableState;
import dev.durability.errors.DurabilityException;
import dev.durability.recovery.Recovery;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.recovery.StateMachine;
import dev.durability.segmentindex.SegmentIndexEntry.AddSegment;
import dev.durability.segmentindex.SegmentIndexEntry.CancelMerge;
import dev.durability.segmentindex.SegmentIndexEntry.DeleteDocuments;
import dev.durability.segmentindex.SegmentIndexEntry.Document;
import dev.durability.segmentindex.SegmentIndexEntry.EndMerge;
import dev.durability.segmentindex.SegmentIndexEntry.StartMerge;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.CrashDirectory;
import dev.durability.wal.WalOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SegmentIndexRecoveryTest {
  private static DurableState<SegmentIndexState, SegmentIndexEntry> open(Directory disk)
      throws IOException {
    return DurableState.open(
        disk,
        SegmentIndexEntry.codec(),
        SegmentIndexRecovery.machine(),
        CheckpointPolicy.manual(),
        WalOptions.defaults());
  }

  /** Writes an entry only if it fits. */
  private static void write(
      DurableState<SegmentIndexState, SegmentIndexEntry> index, SegmentIndexEntry entry)
      throws IOException {
    index.updateIf(
        state -> {
          state.check(entry);
          return Optional.of(entry);
        });
  }

  private static byte[] bytes(SegmentIndexState state) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      state.writeTo(out);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toByteArray();
  }

  /** An index is built, merged, loses power in a merge, comes back, and goes on. */
  @Test
  void indexSurvivesPowerLossAndItsOpenMergesAreCancelled() throws IOException {
    CrashDirectory disk = new CrashDirectory();
    var index = open(disk);
    write(index, new AddSegment(1, 100));
    write(index, new AddSegment(2, 50));
    write(index, new DeleteDocuments(List.of(new Document(1, 3), new Document(2, 49))));
    write(index, new StartMerge(1, List.of(1L, 2L)));
    // Deleted while the merge runs: the merged segment has it under another number.
    write(index, new DeleteDocuments(List.of(new Document(1, 4))));
    index.updateIf(state -> Optional.of(state.endMerge(1, 3, 148, List.of(new Document(3, 3)))));
    index.checkpoint();
    write(index, new AddSegment(4, 10));
    write(index, new StartMerge(2, List.of(3L, 4L)));
    byte[] before = index.read(SegmentIndexRecoveryTest::bytes);

    disk = disk.afterPowerLoss(7);

    Recovery<SegmentIndexState> seen = SegmentIndexRecovery.recover(disk, RecoveryOptions.latest());
    assertThat(bytes(seen.state())).isEqualTo(before);
    assertThat(seen.checkpointId()).isEqualTo(6);
    assertThat(seen.replayedEntries()).isEqualTo(2);
    assertThat(seen.state().openMerges()).containsOnlyKeys(2L);
    assertThat(SegmentIndexRecovery.recover(disk, RecoveryOptions.latest()).state().openMerges())
        .as("reading cancels nothing")
        .containsOnlyKeys(2L);

    try (var reopened = open(disk)) {
      List<SegmentIndexEntry> abandoned = reopened.read(SegmentIndexRecovery::abandonedMerges);
      assertThat(abandoned).containsExactly(new CancelMerge(2, List.of(3L, 4L)));
      for (SegmentIndexEntry cancel : abandoned) {
        reopened.update(cancel);
      }
      assertThatIllegalArgumentException()
          .as("the merge of before the crash comes too late")
          .isThrownBy(() -> write(reopened, new EndMerge(2, 5, List.of(3L, 4L), List.of())));
      write(reopened, new StartMerge(3, List.of(3L, 4L)));
      write(reopened, new EndMerge(3, 5, List.of(3L, 4L), List.of()));
    }
    SegmentIndexState last =
        SegmentIndexRecovery.recover(disk, RecoveryOptions.latest().strict()).state();
    assertThat(last.liveSegments()).containsExactly(5L);
    assertThat(last.docCount(5)).hasValue(157);
    assertThat(last.liveDocCount(5)).hasValue(157);
    assertThat(last.openMerges()).isEmpty();
    SegmentIndexState earlier =
        SegmentIndexRecovery.recover(disk, RecoveryOptions.upToEntry(3)).state();
    assertThat(earlier.liveSegments()).containsExactly(1L, 2L);
    assertThat(earlier.liveDocCount(1)).hasValue(99);
  }

  @Test
  void stateOfASearchIndexFollowedByMoreIsNotRead() throws IOException {
    var machine = SegmentIndexRecovery.machine();
    StateMachine<SegmentIndexState, SegmentIndexEntry> writesMore =
        new StateMachine<>() {
          @Override
          public SegmentIndexState initial() {
            return machine.initial();
          }

          @Override
          public SegmentIndexState apply(SegmentIndexState state, SegmentIndexEntry entry) {
            return machine.apply(state, entry);
          }

          @Override
          public SegmentIndexState snapshot(SegmentIndexState state) {
            return machine.snapshot(state);
          }

          @Override
          public void write(SegmentIndexState state, OutputStream out) throws IOException {
            machine.write(state, out);
            out.write(7);
          }

          @Override
          public SegmentIndexState read(InputStream in) throws IOException {
            return machine.read(in);
          }
        };
    MemoryDirectory disk = new MemoryDirectory();
    try (var index =
        DurableState.open(
            disk,
            SegmentIndexEntry.codec(),
            writesMore,
            CheckpointPolicy.manual(),
            WalOptions.defaults())) {
      index.checkpoint();
    }
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(() -> SegmentIndexRecovery.recover(disk, RecoveryOptions.latest()))
        .withMessageContaining("left its last 1 bytes unread");
  }

  @Test
  void nothingIsAbandonedWhereNoMergeIsOpen() {
    assertThat(SegmentIndexRecovery.abandonedMerges(new SegmentIndexState())).isEmpty();
  }
}
