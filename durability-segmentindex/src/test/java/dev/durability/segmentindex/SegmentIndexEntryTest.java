package dev.durability.segmentindex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.durability.codec.Codec;
import dev.durability.errors.CodecException;
import dev.durability.segmentindex.SegmentIndexEntry.AddSegment;
import dev.durability.segmentindex.SegmentIndexEntry.CancelMerge;
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
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class SegmentIndexEntryTest {

  private final Codec<SegmentIndexEntry> codec = SegmentIndexEntry.codec();

  @Test
  void entriesHaveTheBytesOfTheRecordedOnesAndTheMergesCountBehindThem() throws IOException {
    Map<String, SegmentIndexEntry> recorded = new LinkedHashMap<>();
    recorded.put("000d18", new AddSegment(13, 24));
    recorded.put("0103020313", new StartMerge(3, List.of(3L, 19L)));
    recorded.put("0207021013", new CancelMerge(7, List.of(16L, 19L)));
    recorded.put(
        "0309110106011117" + "20",
        new EndMerge(9, 17, List.of(6L), List.of(new Document(17, 23)), 32));
    recorded.put(
        "0402122c0a21", new DeleteDocuments(List.of(new Document(18, 44), new Document(10, 33))));
    for (Map.Entry<String, SegmentIndexEntry> each : recorded.entrySet()) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      codec.encode(each.getValue(), out);
      assertThat(HexFormat.of().formatHex(out.toByteArray())).isEqualTo(each.getKey());
      assertThat(codec.decode(bytes(each.getKey()))).isEqualTo(each.getValue());
    }
  }

  @Test
  void numbersThatJavaCannotHoldAreRefusedWhenRead() {
    // Segment 2^63 and document count 2^31.
    for (String hex : List.of("008080808080808080800100", "0001" + "8080808008")) {
      assertThatExceptionOfType(CodecException.class)
          .isThrownBy(() -> codec.decode(bytes(hex)))
          .withMessageContaining("is negative");
    }
  }

  @Test
  void whatCannotBeMeantIsRefusedByTheConstructors() {
    refuses(() -> new AddSegment(-1, 0), "segment id -1 is negative");
    refuses(() -> new AddSegment(1, -1), "document count -1 is negative");
    refuses(() -> new Document(1, -1), "document id -1 is negative");
    refuses(() -> new StartMerge(1, List.of()), "names no segments");
    refuses(() -> new StartMerge(-1, List.of(1L)), "transaction id -1 is negative");
    refuses(() -> new StartMerge(1, List.of(1L, 2L, 1L)), "segment 1 is named twice");
    refuses(() -> new CancelMerge(1, List.of(-5L)), "segment id -5 is negative");
    Document document = new Document(1, 1);
    refuses(() -> new DeleteDocuments(List.of(document, document)), "is named twice");
    refuses(() -> new EndMerge(1, 2, List.of(1L), List.of(document), 5), "is not one of the 5");
    refuses(
        () -> new EndMerge(1, 2, List.of(1L), List.of(new Document(2, 5)), 5),
        "is not one of the 5");
  }

  private static void refuses(ThrowingCallable making, String message) {
    assertThatIllegalArgumentException().isThrownBy(making).withMessageContaining(message);
  }

  @Test
  void entriesDoNotChangeWithTheListsTheyWereMadeOf() {
    List<Long> ids = new ArrayList<>(List.of(1L));
    StartMerge start = new StartMerge(1, ids);
    ids.add(2L);
    assertThat(start.segmentIds()).containsExactly(1L);
  }

  private static ByteBuffer bytes(String hex) {
    return ByteBuffer.wrap(HexFormat.of().parseHex(hex)).asReadOnlyBuffer();
  }
}
