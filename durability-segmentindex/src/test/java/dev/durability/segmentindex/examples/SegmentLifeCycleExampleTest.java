package dev.durability.segmentindex.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.durability.CheckpointPolicy;
import dev.durability.DurableState;
import dev.durability.segmentindex.SegmentIndexEntry;
import dev.durability.segmentindex.SegmentIndexEntry.AddSegment;
import dev.durability.segmentindex.SegmentIndexEntry.DeleteDocuments;
import dev.durability.segmentindex.SegmentIndexEntry.Document;
import dev.durability.segmentindex.SegmentIndexEntry.StartMerge;
import dev.durability.segmentindex.SegmentIndexRecovery;
import dev.durability.segmentindex.SegmentIndexState;
import dev.durability.storage.Directory;
import dev.durability.testkit.CrashDirectory;
import dev.durability.wal.WalOptions;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The segments of a search index, with a crash in the middle of a merge, as the guide shows it. */
class SegmentLifeCycleExampleTest {

  // begin:index
  static DurableState<SegmentIndexState, SegmentIndexEntry> open(Directory directory)
      throws IOException {
    return DurableState.open(
        directory,
        SegmentIndexEntry.codec(),
        SegmentIndexRecovery.machine(),
        CheckpointPolicy.defaults(),
        WalOptions.defaults());
  }

  /** Writes an entry if it fits the index as it is, and throws if it does not. */
  static void write(
      DurableState<SegmentIndexState, SegmentIndexEntry> index, SegmentIndexEntry entry)
      throws IOException {
    index.updateIf(
        state -> {
          state.check(entry);
          return Optional.of(entry);
        });
  }

  // end:index

  @Test
  void segmentsLiveAndAreMergedAndACrashInAMergeLeavesThemAsTheyWere() throws IOException {
    CrashDirectory disk = new CrashDirectory();
    buildAndMerge(disk);
    cleanUp(disk.afterPowerLoss(7));
  }

  private static void buildAndMerge(Directory directory) throws IOException {
    // begin:segments
    var index = open(directory);
    write(index, new AddSegment(1, 100)); // Its files are durable before.
    write(index, new AddSegment(2, 50));
    write(index, new DeleteDocuments(List.of(new Document(1, 3), new Document(2, 49))));

    write(index, new StartMerge(7, List.of(1L, 2L)));
    // Copy the 148 documents that live into segment 3. One is deleted after it was copied:
    write(index, new DeleteDocuments(List.of(new Document(1, 4)))); // It is 3 in segment 3.
    index.updateIf(state -> Optional.of(state.endMerge(7, 3, 148, List.of(new Document(3, 3)))));

    write(index, new AddSegment(4, 10));
    write(index, new StartMerge(8, List.of(3L, 4L))); // And now the power fails.
    // end:segments
    assertThatIllegalArgumentException()
        .isThrownBy(() -> write(index, new StartMerge(9, List.of(4L))))
        .withMessageContaining("segment 4 is being merged by 8");
  }

  private static void cleanUp(Directory directory) throws IOException {
    // begin:segments-after-a-crash
    try (var index = open(directory)) {
      for (SegmentIndexEntry cancel : index.read(SegmentIndexRecovery::abandonedMerges)) {
        write(index, cancel); // Nobody is going to end merge 8.
      }
      List<Long> live = index.read(SegmentIndexState::liveSegments); // Delete all other files.
      OptionalLong documents = index.read(state -> state.liveDocCount(3)); // 147
      // end:segments-after-a-crash
      assertThat(live).containsExactly(3L, 4L);
      assertThat(documents).hasValue(147);
      assertThat(index.<Boolean>read(state -> state.openMerges().isEmpty())).isTrue();
      write(index, new StartMerge(9, List.of(4L)));
    }
  }
}
