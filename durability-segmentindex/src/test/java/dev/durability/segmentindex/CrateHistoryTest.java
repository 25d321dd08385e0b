package dev.durability.segmentindex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.durability.CheckpointPolicy;
import dev.durability.DurableState;
import dev.durability.codec.Codecs;
import dev.durability.errors.DurabilityException;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.segmentindex.SegmentIndexEntry.AddSegment;
import dev.durability.segmentindex.SegmentIndexEntry.Checkpoint;
import dev.durability.segmentindex.SegmentIndexEntry.DeleteDocuments;
import dev.durability.segmentindex.SegmentIndexEntry.Document;
import dev.durability.segmentindex.SegmentIndexEntry.EndMerge;
import dev.durability.segmentindex.SegmentIndexEntry.StartMerge;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Histories that the Rust crate accepts, whatever is in them. */
class CrateHistoryTest {
  /** The entries of a log that the Rust crate wrote, at random, in hex. */
  private static final List<String> ENTRIES =
      """
          000413
          011203020c0b
          04010f2c
          020a0106
          0309110106011117
          000301
          010103030a01
          04020b000a15
          021400
          03020b0108020b2f0b02
          00020e
          0107030c1308
          04020a0d0316
          021102130a
          03070c020408010f11
          001218
          010f030a010f
          040207140e10
          020300
          030612020a0201120c
          000f14
          010500
          04010f22
          020c021301
          030b11010100
          00062d
          010903050c05
          040314020c0c1017
          020900
          030814020b14031418092b0e2e
          000b26
          0113021201
          0400
          021400
          030806011003060406170615
          000419
          010300
          04030a19051a0726
          020802120c
          030402020e0803122a0215020f
      """
          .lines()
          .map(String::strip)
          .toList();

  /** What the crate recovered from them: the live segments, with their deleted documents. */
  private static Map<Long, List<Long>> recovered() {
    Map<Long, List<Long>> recovered = new TreeMap<>();
    recovered.put(2L, List.of(15L, 21L));
    recovered.put(3L, List.of(22L));
    recovered.put(4L, List.of());
    recovered.put(6L, List.of(4L, 21L, 23L));
    recovered.put(11L, List.of());
    recovered.put(12L, List.of(12L));
    recovered.put(15L, List.of(34L));
    recovered.put(17L, List.of());
    recovered.put(18L, List.of(12L));
    recovered.put(20L, List.of(24L));
    return recovered;
  }

  private final MemoryDirectory disk = new MemoryDirectory();

  private void writeHistory() throws IOException {
    try (WalWriter<byte[]> log = WalWriter.open(disk, Codecs.bytes(), WalOptions.defaults())) {
      for (String hex : ENTRIES) {
        long unused = log.append(HexFormat.of().parseHex(hex));
      }
    }
  }

  private DurableState<SegmentIndexState, SegmentIndexEntry> open() throws IOException {
    return DurableState.open(
        disk,
        SegmentIndexEntry.codec(),
        SegmentIndexRecovery.unchecked(),
        CheckpointPolicy.manual(),
        WalOptions.defaults());
  }

  private static Map<Long, List<Long>> deletes(SegmentIndexState state) {
    Map<Long, List<Long>> deletes = new TreeMap<>();
    for (Long id : state.liveSegments()) {
      deletes.put(id, LongStream.of(state.deletedDocs(id)).boxed().toList());
    }
    return deletes;
  }

  @Test
  void itsHistoryGivesTheSegmentsAndDeletesThatItRecovered() throws IOException {
    writeHistory();
    assertThat(ENTRIES).hasSize(40);
    assertThat(WalReader.of(disk, SegmentIndexEntry.codec()).readAll()).hasSize(40);
    try (var index = open()) {
      assertThat(index.read(CrateHistoryTest::deletes)).isEqualTo(recovered());
      index.checkpoint();
    }
    try (var index = open()) {
      assertThat(index.read(CrateHistoryTest::deletes)).as("checkpoint").isEqualTo(recovered());
      // The counts that its entries tell. Of the others, a merge took segments that did not live,
      // or a document beyond the count was deleted.
      Map<Long, Long> known = new TreeMap<>();
      for (Long id : recovered().keySet()) {
        index
            .<OptionalLong>read(state -> state.docCount(id))
            .ifPresent(count -> known.put(id, count));
      }
      assertThat(known).isEqualTo(Map.of(4L, 25L, 11L, 38L));
    }
  }

  @Test
  void itIsRefusedWhereEntriesAreChecked() throws IOException {
    writeHistory();
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(() -> SegmentIndexRecovery.recover(disk, RecoveryOptions.latest()))
        .withMessageContaining("StartMerge does not fit the index: segment 2 does not live");
  }

  @Test
  void whereAHistoryIsInOrderReplayingItIsApplyingIt() throws IOException {
    List<SegmentIndexEntry> history =
        List.of(
            new AddSegment(1, 100),
            new AddSegment(-1, 50),
            new DeleteDocuments(List.of(new Document(1, 3), new Document(-1, 49))),
            new StartMerge(7, List.of(1L, -1L)),
            new DeleteDocuments(List.of(new Document(1, 4))),
            new EndMerge(7, 3, List.of(1L, -1L), List.of(new Document(3, 3))),
            new Checkpoint("c", 6),
            new StartMerge(8, List.of(3L)));
    SegmentIndexState applied = new SegmentIndexState();
    SegmentIndexState replayed = new SegmentIndexState();
    for (SegmentIndexEntry each : history) {
      applied.apply(each);
      replayed.replay(each);
      assertThat(bytes(replayed)).as("%s", each).isEqualTo(bytes(applied));
    }
    assertThat(replayed.docCount(3)).hasValue(148);
    assertThat(replayed.liveDocCount(3)).hasValue(147);
  }

  @Test
  void mergesThatDoNotFitAreNotOpenAndTheirEndCountsNevertheless() throws IOException {
    SegmentIndexState state = new SegmentIndexState();
    replay(state, new StartMerge(1, List.of(5L)));
    assertThat(state.openMerges()).isEmpty();
    replay(state, new AddSegment(5, 10), new AddSegment(6, 10), new AddSegment(7, 10));
    replay(state, new StartMerge(1, List.of(5L, 6L)), new StartMerge(2, List.of(7L)));
    // It takes a segment of the other merge, which cannot end any more.
    replay(state, new EndMerge(2, 9, List.of(6L, 7L, 7L), List.of(new Document(9, 19))));
    assertThat(state.openMerges()).isEmpty();
    assertThat(state.liveSegments()).containsExactly(5L, 9L);
    assertThat(state.docCount(9)).as("20 documents and the one deleted since").hasValue(21);
    replay(state, new StartMerge(3, List.of(5L)));
    replay(state, new SegmentIndexEntry.CancelMerge(3, List.of(77L)));
    replay(state, new SegmentIndexEntry.CancelMerge(4, List.of(5L)));
    assertThat(state.openMerges()).isEmpty();
  }

  @Test
  void whatTheEntriesDoNotTellIsNotKnownAndNotGuessed() throws IOException {
    SegmentIndexState state = new SegmentIndexState();
    replay(state, new AddSegment(1, 10), new DeleteDocuments(List.of(new Document(1, 9))));
    assertThat(state.liveDocCount(1)).hasValue(9);
    replay(state, new DeleteDocuments(List.of(new Document(1, 10), new Document(2, 0))));
    assertThat(state.docCount(1)).as("a document beyond the count").isEmpty();
    assertThat(state.liveDocCount(1)).isEmpty();
    assertThat(state.deletedDocs(1)).containsExactly(9, 10);
    replay(state, new AddSegment(2, 10), new StartMerge(1, List.of(1L, 2L)));
    assertThat(state.endMerge(1, 3, 12_345, List.of(new Document(3, -1))))
        .as("any count is right if that of an old segment is not known")
        .isEqualTo(new EndMerge(1, 3, List.of(1L, 2L), List.of(new Document(3, -1))));
    replay(state, new EndMerge(1, 3, List.of(1L, 2L), List.of(new Document(3, -1))));
    assertThat(state.docCount(3)).as("of a segment whose count is not known").isEmpty();
    replay(state, new EndMerge(1, 4, List.of(3L, 77L), List.of(new Document(5, 1))));
    assertThat(state.docCount(4)).as("of a segment that did not live").isEmpty();
    assertThat(state.deletedDocs(4)).as("a document of another segment").isEmpty();
    replay(state, new EndMerge(1, 4, List.of(), List.of()));
    assertThat(state.docCount(4)).as("of no segments").isEmpty();
    replay(state, new AddSegment(5, 10));
    replay(state, new EndMerge(1, 6, List.of(5L), List.of(new Document(6, 11))));
    assertThat(state.docCount(6)).as("a delete beyond the count").isEmpty();
    replay(state, new AddSegment(7, -1), new AddSegment(8, 1));
    replay(state, new EndMerge(1, 9, List.of(7L, 8L), List.of()));
    assertThat(state.docCount(9)).as("more than a segment can have").isEmpty();
  }

  /** What a replay leaves is also what a checkpoint holds. */
  private static void replay(SegmentIndexState state, SegmentIndexEntry... entries)
      throws IOException {
    for (SegmentIndexEntry each : entries) {
      SegmentIndexState before = state.snapshot();
      byte[] frozen = bytes(before);
      state.replay(each);
      byte[] bytes = bytes(state);
      assertThat(bytes(SegmentIndexState.readFrom(new ByteArrayInputStream(bytes))))
          .as("%s", each)
          .isEqualTo(bytes);
      assertThat(bytes(before)).as("a snapshot before %s", each).isEqualTo(frozen);
    }
  }

  private static byte[] bytes(SegmentIndexState state) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    state.writeTo(out);
    return out.toByteArray();
  }
}
