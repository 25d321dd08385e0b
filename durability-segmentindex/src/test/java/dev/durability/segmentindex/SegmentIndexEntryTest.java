package dev.durability.segmentindex;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.codec.Codec;
import dev.durability.segmentindex.SegmentIndexEntry.AddSegment;
import dev.durability.segmentindex.SegmentIndexEntry.CancelMerge;
import dev.durability.segmentindex.SegmentIndexEntry.Checkpoint;
import dev.durability.segmentindex.SegmentIndexEntry.DeleteDocuments;
import dev.durability.segmentindex.SegmentIndexEntry.Document;
import dev.durability.segmentindex.SegmentIndexEntry.EndMerge;
import dev.durability.segmentindex.SegmentIndexEntry.StartMerge;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SegmentIndexEntryTest {
  /** 2^63. */
  private static final long HALF = Long.MIN_VALUE;

  /** 2^64-1 and 2^64-2. */
  private static final long LAST = -1;

  private static final long LAST_BUT_ONE = -2;

  private final Codec<SegmentIndexEntry> codec = SegmentIndexEntry.codec();

  /** Bytes that the Rust crate wrote, and what it read from them. */
  private static Map<String, SegmentIndexEntry> recorded() {
    Map<String, SegmentIndexEntry> recorded = new LinkedHashMap<>();
    recorded.put("000d18", new AddSegment(13, 24));
    recorded.put("00feffffffffffffffff01ffffffff0f", new AddSegment(LAST_BUT_ONE, -1));
    recorded.put("008080808080808080800100", new AddSegment(HALF, 0));
    recorded.put("0103020313", new StartMerge(3, List.of(3L, 19L)));
    recorded.put(
        "018080808080808080800103feffffffffffffffff0161f287aec2869cd78ee301",
        new StartMerge(
            HALF, List.of(LAST_BUT_ONE, 97L, Long.parseUnsignedLong("16365338739826459634"))));
    recorded.put("01ff7f00", new StartMerge(16383, List.of()));
    recorded.put("0207021013", new CancelMerge(7, List.of(16L, 19L)));
    recorded.put("028180010180808080808080808001", new CancelMerge(16385, List.of(HALF)));
    recorded.put(
        "0309110106011117", new EndMerge(9, 17, List.of(6L), List.of(new Document(17, 23))));
    recorded.put(
        "03feffffffffffffffff01ffffffffffffffffff010001ffffffffffffffffff0100",
        new EndMerge(LAST_BUT_ONE, LAST, List.of(), List.of(new Document(LAST, 0))));
    recorded.put(
        "0381800180808080100100021f28808080801000",
        new EndMerge(
            16385,
            1L << 32,
            List.of(0L),
            List.of(new Document(31, 40), new Document(1L << 32, 0))));
    recorded.put(
        "0402122c0a21", new DeleteDocuments(List.of(new Document(18, 44), new Document(10, 33))));
    recorded.put(
        "0401808080808080808080018ac5de8609",
        new DeleteDocuments(List.of(new Document(HALF, Integer.parseUnsignedInt("2430050954")))));
    recorded.put("0400", new DeleteDocuments(List.of()));
    recorded.put(
        "0512636865636b706f696e74732f63312e63686bfeffffffffffffffff01",
        new Checkpoint("checkpoints/c1.chk", LAST_BUT_ONE));
    recorded.put("05008001", new Checkpoint("", 128));
    return recorded;
  }

  @Test
  void entriesHaveTheBytesOfTheRecordedOnes() throws IOException {
    for (Map.Entry<String, SegmentIndexEntry> each : recorded().entrySet()) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      codec.encode(each.getValue(), out);
      assertThat(HexFormat.of().formatHex(out.toByteArray())).isEqualTo(each.getKey());
      assertThat(codec.decode(bytes(each.getKey()))).isEqualTo(each.getValue());
    }
  }

  @Test
  void numbersAreShownUnsigned() {
    recorded()
        .values()
        .forEach(each -> assertThat(each.toString()).as(each.toString()).doesNotContain("-"));
    assertThat(new AddSegment(LAST, -1))
        .hasToString("AddSegment[segmentId=18446744073709551615, docCount=4294967295]");
    assertThat(new StartMerge(HALF, List.of(LAST, 1L)))
        .hasToString(
            "StartMerge[transactionId=9223372036854775808, segmentIds=[18446744073709551615, 1]]");
    assertThat(new CancelMerge(LAST, List.of()))
        .hasToString("CancelMerge[transactionId=18446744073709551615, segmentIds=[]]");
    assertThat(new EndMerge(1, LAST, List.of(2L), List.of(new Document(LAST, -1))))
        .hasToString(
            "EndMerge[transactionId=1, segmentIds=[2], newSegmentId=18446744073709551615,"
                + " remappedDeletes=[Document[segmentId=18446744073709551615,"
                + " docId=4294967295]]]");
    assertThat(new Checkpoint("c", LAST))
        .hasToString("Checkpoint[checkpointPath=c, lastEntryId=18446744073709551615]");
  }

  @Test
  void entriesDoNotChangeWithTheListsTheyWereMadeOf() {
    List<Long> ids = new ArrayList<>(List.of(1L));
    List<Document> documents = new ArrayList<>(List.of(new Document(1, 1)));
    StartMerge start = new StartMerge(1, ids);
    CancelMerge cancel = new CancelMerge(1, ids);
    EndMerge end = new EndMerge(1, 2, ids, documents);
    DeleteDocuments delete = new DeleteDocuments(documents);
    ids.add(2L);
    documents.clear();
    assertThat(start.segmentIds()).containsExactly(1L);
    assertThat(cancel.segmentIds()).containsExactly(1L);
    assertThat(end.oldSegmentIds()).containsExactly(1L);
    assertThat(end.remappedDeletes()).hasSize(1);
    assertThat(delete.deletes()).hasSize(1);
  }

  private static ByteBuffer bytes(String hex) {
    return ByteBuffer.wrap(HexFormat.of().parseHex(hex)).asReadOnlyBuffer();
  }
}
