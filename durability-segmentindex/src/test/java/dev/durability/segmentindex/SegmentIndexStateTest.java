package dev.durability.segmentindex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.durability.errors.CodecException;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.FormatException;
import dev.durability.segmentindex.SegmentIndexEntry.AddSegment;
import dev.durability.segmentindex.SegmentIndexEntry.CancelMerge;
import dev.durability.segmentindex.SegmentIndexEntry.DeleteDocuments;
import dev.durability.segmentindex.SegmentIndexEntry.Document;
import dev.durability.segmentindex.SegmentIndexEntry.EndMerge;
import dev.durability.segmentindex.SegmentIndexEntry.StartMerge;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SegmentIndexStateTest {

  private static final HexFormat HEX = HexFormat.of();

  private static Document doc(long segmentId, int docId) {
    return new Document(segmentId, docId);
  }

  private static DeleteDocuments delete(Document... documents) {
    return new DeleteDocuments(List.of(documents));
  }

  private static SegmentIndexState twoSegments() {
    SegmentIndexState state = new SegmentIndexState();
    state.apply(new AddSegment(2, 10));
    state.apply(new AddSegment(1, 5));
    return state;
  }

  @Test
  void segmentsGoLiveAndTheirDocumentsAreDeleted() {
    SegmentIndexState state = twoSegments();
    state.apply(delete(doc(2, 9), doc(2, 0), doc(1, 3)));
    state.apply(delete(doc(2, 9)));
    assertThat(state.liveSegments()).containsExactly(1L, 2L);
    assertThat(state.docCount(2)).hasValue(10);
    assertThat(state.liveDocCount(2)).hasValue(8);
    assertThat(state.deletedDocs(2)).containsExactly(0, 9);
    assertThat(state.isDeleted(doc(1, 3))).isTrue();
    assertThat(state.isDeleted(doc(1, 2))).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> state.docCount(3))
        .withMessageContaining("segment 3 does not live");
  }

  @Test
  void aMergeReplacesItsSegmentsAndKeepsWhatWasDeletedMeanwhile() {
    SegmentIndexState state = twoSegments();
    state.apply(delete(doc(1, 0)));
    state.apply(new StartMerge(7, List.of(2L, 1L)));
    assertThat(state.liveSegments()).containsExactly(1L, 2L);
    assertThat(state.openMerges()).containsExactly(Map.entry(7L, List.of(2L, 1L)));
    state.apply(delete(doc(2, 4)));

    // The merge copied 14 documents; one of them was deleted since.
    state.apply(new EndMerge(7, 3, List.of(1L, 2L), List.of(doc(3, 4))));
    assertThat(state.liveSegments()).containsExactly(3L);
    assertThat(state.docCount(3)).hasValue(14);
    assertThat(state.deletedDocs(3)).containsExactly(4);
    assertThat(state.openMerges()).isEmpty();
  }

  @Test
  void aCancelledMergeFreesItsSegments() {
    SegmentIndexState state = twoSegments();
    state.apply(new StartMerge(7, List.of(1L, 2L)));
    state.apply(new CancelMerge(7, List.of(2L, 1L)));
    assertThat(state.openMerges()).isEmpty();
    state.apply(new StartMerge(7, List.of(1L)));
    assertThat(state.openMerges()).containsOnlyKeys(7L);
  }

  @Test
  void whatDoesNotFitIsRefusedBeforeAnythingChanges() throws IOException {
    SegmentIndexState state = twoSegments();
    state.apply(delete(doc(1, 0)));
    state.apply(new StartMerge(7, List.of(1L)));
    refuses(state, new AddSegment(1, 5), "segment 1 lives already");
    refuses(state, delete(doc(2, 3), doc(3, 0)), "segment 3 does not live");
    refuses(state, delete(doc(2, 3), doc(2, 10)), "beyond the 10 documents");
    refuses(state, new StartMerge(7, List.of(2L)), "merge 7 is open already");
    refuses(state, new StartMerge(8, List.of(2L, 1L)), "segment 1 is being merged by 7");
    refuses(state, new StartMerge(8, List.of(2L, 9L)), "segment 9 does not live");
    refuses(state, new CancelMerge(8, List.of(1L)), "merge 8 is not open");
    refuses(state, new CancelMerge(7, List.of(1L, 2L)), "merge 7 began with the segments [1]");
    refuses(state, new EndMerge(8, 3, List.of(1L), List.of()), "merge 8 is not open");
    refuses(state, new EndMerge(7, 3, List.of(2L), List.of()), "began with the segments [1]");
    refuses(state, new EndMerge(7, 2, List.of(1L), List.of()), "segment 2 lives already");
    refuses(state, new EndMerge(7, 1, List.of(1L), List.of()), "segment 1 lives already");
    refuses(state, new StartMerge(8, List.of()), "names no segments");
    refuses(state, new StartMerge(8, List.of(2L, 2L)), "names a segment twice: [2, 2]");
    refuses(state, new CancelMerge(7, List.of(1L, 1L)), "merge 7 began with the segments [1]");
    refuses(state, delete(doc(2, 3), doc(2, 3)), "names a document twice");
  }

  @Test
  void aMergeThatBringsDeletedDocumentsBackOrLosesSomeIsRefused() throws IOException {
    SegmentIndexState state = twoSegments();
    state.apply(new StartMerge(7, List.of(1L)));
    state.apply(delete(doc(1, 0)));
    refusesEnd(
        state, 7, 5, List.of(), "5 documents, of which 0 are deleted, but the old ones have 4");
    refusesEnd(state, 7, 3, List.of(), "3 documents, of which 0 are deleted");
    refusesEnd(state, 7, 4, List.of(doc(3, 0)), "4 documents, of which 1 are deleted");
    refusesEnd(state, 8, 4, List.of(), "merge 8 is not open");
    assertThat(state.endMerge(7, 3, 4, List.of()))
        .as("it copied what was left")
        .isEqualTo(new EndMerge(7, 3, List.of(1L), List.of()));
    EndMerge end = state.endMerge(7, 3, 5, List.of(doc(3, 0)));
    assertThat(state.liveSegments()).as("it is only made").containsExactly(1L, 2L);
    state.apply(end);
    assertThat(state.docCount(3)).hasValue(5);
    assertThat(state.liveDocCount(3)).hasValue(4);
  }

  private static void refusesEnd(
      SegmentIndexState state, long merge, long docCount, List<Document> deletes, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> state.endMerge(merge, 3, docCount, deletes))
        .withMessageContaining("EndMerge does not fit the index")
        .withMessageContaining(message);
  }

  @Test
  void remappedDeletesThatAreNoDocumentsOfTheNewSegmentAreRefused() throws IOException {
    SegmentIndexState state = twoSegments();
    state.apply(new StartMerge(7, List.of(1L)));
    List<Long> old = List.of(1L);
    refuses(state, new EndMerge(7, 3, old, List.of(doc(1, 0))), "of the new segment 3");
    refuses(state, new EndMerge(7, 3, old, List.of(doc(3, 6))), "is not one of the 6 documents");
    refuses(state, new EndMerge(7, 3, old, List.of(doc(3, 1), doc(3, 1))), "a document twice");
    state.apply(new AddSegment(8, -1));
    state.apply(new StartMerge(9, List.of(8L)));
    refuses(
        state,
        new EndMerge(9, 10, List.of(8L), List.of(doc(10, 0))),
        "a segment of 4294967296 documents");
  }

  @Test
  void idsAndDocumentsAreUnsigned() throws IOException {
    SegmentIndexState state = new SegmentIndexState();
    long half = Long.MIN_VALUE;
    state.apply(new AddSegment(-1, -1));
    state.apply(new AddSegment(half, 2));
    state.apply(new AddSegment(0, 1));
    state.apply(new AddSegment(Long.MAX_VALUE, 1));
    state.apply(delete(doc(-1, -2), doc(-1, 0)));
    state.apply(new StartMerge(-1, List.of(half, -1L)));
    state.apply(new StartMerge(1, List.of(0L)));
    SegmentIndexState read = read(write(state));
    assertThat(write(read)).isEqualTo(write(state));
    assertThat(read.liveSegments()).containsExactly(0L, Long.MAX_VALUE, half, -1L);
    assertThat(read.openMerges().keySet()).containsExactly(1L, -1L);
    assertThat(read.docCount(-1)).hasValue(0xffff_ffffL);
    assertThat(read.liveDocCount(-1)).hasValue(0xffff_fffdL);
    assertThat(read.deletedDocs(-1)).containsExactly(0, 0xffff_fffeL);
    assertThat(read.isDeleted(doc(-1, -2))).isTrue();
    assertThat(read.isDeleted(doc(-1, -3))).isFalse();
    refuses(read, delete(doc(-1, -1)), "docId=4294967295] is beyond the 4294967295 documents");
    refuses(read, new AddSegment(-1, 0), "segment 18446744073709551615 lives already");
    refuses(read, new StartMerge(-1, List.of(5L)), "merge 18446744073709551615 is open already");
    refuses(
        read,
        new CancelMerge(-1, List.of(1L)),
        "began with the segments [9223372036854775808, 18446744073709551615]");
    assertThat(read)
        .hasToString(
            "SegmentIndexState[segments=[0, 9223372036854775807, 9223372036854775808,"
                + " 18446744073709551615], openMerges=[1, 18446744073709551615]]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read.docCount(-2))
        .withMessageContaining("segment 18446744073709551614 does not live");
  }

  private static void refuses(SegmentIndexState state, SegmentIndexEntry entry, String message)
      throws IOException {
    byte[] before = write(state);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> state.apply(entry))
        .withMessageContaining(entry.getClass().getSimpleName() + " does not fit")
        .withMessageContaining(message);
    assertThatIllegalArgumentException().isThrownBy(() -> state.check(entry));
    assertThat(write(state)).isEqualTo(before);
  }

  @Test
  void theBytesOfAStateAreThoseOfItsFormat() throws IOException {
    SegmentIndexState state = twoSegments();
    state.apply(new AddSegment(300, 1000));
    state.apply(delete(doc(300, 999), doc(2, 1), doc(2, 2)));
    state.apply(new StartMerge(7, List.of(2L, 1L)));
    String expected =
        "01" // version
            + "03" // segments
            + "010500" // segment 1: 5 documents, none deleted
            + "020a020100" // segment 2: 10 documents, 2 deleted: 1 and 2
            + "ac02e80701e707" // segment 300: 1000 documents, 1 deleted: 999
            + "01" // merges
            + "07020201"; // merge 7 of 2 segments: 2 and 1
    assertThat(HEX.formatHex(write(state))).isEqualTo(expected);
    assertThat(HEX.formatHex(write(new SegmentIndexState()))).isEqualTo("010000");
  }

  @Test
  void theSameStateHasTheSameBytesHoweverItCameAbout() throws IOException {
    SegmentIndexState one = twoSegments();
    one.apply(delete(doc(2, 7), doc(2, 3)));
    SegmentIndexState other = new SegmentIndexState();
    other.apply(new AddSegment(1, 5));
    other.apply(new AddSegment(2, 10));
    other.apply(new StartMerge(1, List.of(2L)));
    other.apply(delete(doc(2, 3)));
    other.snapshot();
    other.apply(delete(doc(2, 7)));
    other.apply(new CancelMerge(1, List.of(2L)));
    assertThat(write(other)).isEqualTo(write(one));
  }

  @Test
  void aSnapshotAndItsOriginalDoNotSeeEachOthersChanges() throws IOException {
    SegmentIndexState state = twoSegments();
    state.apply(delete(doc(2, 1)));
    byte[] before = write(state);
    SegmentIndexState snapshot = state.snapshot();
    SegmentIndexState second = state.snapshot();

    state.apply(delete(doc(2, 2)));
    state.apply(new StartMerge(7, List.of(1L)));
    state.apply(new AddSegment(3, 1));
    assertThat(write(snapshot)).isEqualTo(before);

    byte[] after = write(state);
    snapshot.apply(delete(doc(2, 5), doc(1, 0)));
    assertThat(write(state)).isEqualTo(after);
    assertThat(write(second)).isEqualTo(before);
  }

  @Test
  void readingLeavesTheStreamBehindTheState() throws IOException {
    byte[] bytes = HEX.parseHex("010000" + "ff");
    ByteArrayInputStream in = new ByteArrayInputStream(bytes);
    assertThat(SegmentIndexState.readFrom(in).liveSegments()).isEmpty();
    assertThat(in.read()).isEqualTo(0xff);
  }

  @Test
  void bytesThatAreNotAStateAreRefused() {
    assertBad("", CodecException.class, "the bytes end in the middle of the state");
    assertBad("020000", FormatException.class, "its version is 2");
    assertBad("01" + "02020500010500" + "00", CodecException.class, "the id 1 follows the id 2");
    assertBad("01" + "02010500010500" + "00", CodecException.class, "the id 1 follows the id 1");
    assertBad("01" + "0101050105" + "00", CodecException.class, "beyond the 5 of its segment");
    assertBad("01" + "010105020400" + "00", CodecException.class, "beyond the 5 of its segment");
    assertBad("01" + "01018180808010" + "00", CodecException.class, "4294967297 documents");
    assertBad(
        "01" + "02ffffffffffffffffff010000" + "feffffffffffffffff010000" + "00",
        CodecException.class,
        "the id 18446744073709551614 follows the id 18446744073709551615");
    assertBad("01" + "01" + "ffffffffffffffffff02", CodecException.class, "more than 64 bits");
    assertBad("01" + "00" + "01070101", CodecException.class, "segment 1 does not live");
    assertBad("01" + "01010500" + "010700", CodecException.class, "names no segments");
    assertBad("01" + "80808080808080808001", CodecException.class, "more than 63 bits");
  }

  @Test
  void aHugeDocumentNumberInFewBytesTakesLittleMemory() throws IOException {
    // 10,000 segments of 2^31-1 documents with only the last one deleted: a bit set for each
    // would take 2.5 TB.
    SegmentIndexState state = new SegmentIndexState();
    for (int id = 0; id < 10_000; id++) {
      state.apply(new AddSegment(id, Integer.MAX_VALUE));
      state.apply(delete(doc(id, Integer.MAX_VALUE - 1)));
    }
    SegmentIndexState read = read(write(state));
    assertThat(read.deletedDocs(9_999)).containsExactly(Integer.MAX_VALUE - 1);
  }

  private static void assertBad(
      String hex, Class<? extends DurabilityException> type, String message) {
    assertThatExceptionOfType(type)
        .as(hex)
        .isThrownBy(() -> read(HEX.parseHex(hex)))
        .withMessageContaining(message);
  }

  @Test
  void aFailureOfTheStreamLeavesTheStateAsItWas() throws IOException {
    SegmentIndexState state = twoSegments();
    byte[] before = write(state);
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int octet) throws IOException {
            throw new IOException("no room");
          }
        };
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> state.writeTo(full))
        .withMessage("no room");
    assertThat(write(state)).isEqualTo(before);
  }

  /** A plain model of the index, next to which random histories run. */
  @SuppressWarnings("NullAway") // its maps are asked only for keys that it put there
  private static final class Model {
    private final TreeMap<Long, Integer> counts = new TreeMap<>();
    private final TreeMap<Long, TreeSet<Integer>> deleted = new TreeMap<>();
    private final TreeMap<Long, List<Long>> merges = new TreeMap<>();
    private final Random random;
    private long nextId;

    Model(long seed) {
      random = new Random(seed);
    }

    SegmentIndexEntry next() {
      List<Long> free = new ArrayList<>(counts.keySet());
      merges.values().forEach(free::removeAll);
      Collections.shuffle(free, random);
      int choice = random.nextInt(10);
      if (choice < 3 || counts.isEmpty()) {
        return add(nextId++, random.nextInt(2000));
      } else if (choice < 7) {
        return delete();
      } else if (choice < 8 && !free.isEmpty()) {
        List<Long> some =
            List.copyOf(free.subList(0, 1 + random.nextInt(Math.min(3, free.size()))));
        merges.put(nextId, some);
        return new StartMerge(nextId++, some);
      } else if (!merges.isEmpty()) {
        long id = merges.firstKey();
        List<Long> old = merges.remove(id);
        return choice < 9 ? new CancelMerge(id, old) : end(id, old);
      }
      return add(nextId++, 1);
    }

    private AddSegment add(long id, int count) {
      counts.put(id, count);
      deleted.put(id, new TreeSet<>());
      return new AddSegment(id, count);
    }

    private DeleteDocuments delete() {
      TreeMap<String, Document> documents = new TreeMap<>();
      counts.forEach(
          (id, count) -> {
            if (count > 0) {
              Document document = new Document(id, random.nextInt(count));
              documents.put(document.toString(), document);
              deleted.get(id).add(document.docId());
            }
          });
      return new DeleteDocuments(List.copyOf(documents.values()));
    }

    private EndMerge end(long id, List<Long> old) {
      int live = 0;
      for (Long each : old) {
        live += counts.remove(each) - deleted.remove(each).size();
      }
      List<Document> deletes = new ArrayList<>();
      TreeSet<Integer> set = new TreeSet<>();
      long merged = nextId++;
      for (int i = random.nextInt(4); i > 0; i--) {
        // With one delete or more the new segment has more than this many documents.
        set.add(random.nextInt(live + 1));
      }
      set.forEach(each -> deletes.add(new Document(merged, each)));
      counts.put(merged, live + set.size());
      deleted.put(merged, set);
      return new EndMerge(id, merged, old, deletes);
    }

    void assertSameAs(SegmentIndexState state, String reproduce) {
      assertThat(state.liveSegments()).as(reproduce).containsExactlyElementsOf(counts.keySet());
      assertThat(state.openMerges()).as(reproduce).isEqualTo(merges);
      counts.forEach(
          (id, count) -> {
            assertThat(state.docCount(id)).as(reproduce).hasValue(count);
            assertThat(state.deletedDocs(id))
                .as(reproduce)
                .isEqualTo(deleted.get(id).stream().mapToLong(Integer::longValue).toArray());
          });
    }
  }

  @Test
  void randomHistoriesAgreeWithAPlainModelAlsoThroughCheckpointsAndSnapshots() throws IOException {
    for (long seed = 0; seed < 40; seed++) {
      Model model = new Model(seed);
      SegmentIndexState state = new SegmentIndexState();
      SegmentIndexState frozen = state.snapshot();
      byte[] frozenBytes = write(frozen);
      for (int step = 0; step < 150; step++) {
        String reproduce = "seed=" + seed + " step=" + step;
        state.apply(model.next());
        if (step % 10 == 0) {
          model.assertSameAs(state, reproduce);
          assertThat(write(frozen)).as(reproduce).isEqualTo(frozenBytes);
          frozen = state.snapshot();
          frozenBytes = write(frozen);
          SegmentIndexState read = read(frozenBytes);
          model.assertSameAs(read, reproduce);
          assertThat(write(read)).as(reproduce).isEqualTo(frozenBytes);
          state = step % 20 == 0 ? read : state;
        }
      }
    }
  }

  @Test
  void damagedBytesGiveARefusalOrAStateThatCanBeWritten() throws IOException {
    Model model = new Model(5);
    SegmentIndexState state = new SegmentIndexState();
    for (int step = 0; step < 60; step++) {
      state.apply(model.next());
    }
    byte[] bytes = write(state);
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatExceptionOfType(CodecException.class)
          .as("seed=5 length=%d", length)
          .isThrownBy(() -> read(cut));
    }
    int refused = 0;
    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      byte[] damaged = bytes.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      try {
        SegmentIndexState read = read(damaged);
        assertThat(write(read(write(read)))).as("seed=5 bit=%d", bit).isEqualTo(write(read));
      } catch (DurabilityException e) {
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }

  private static byte[] write(SegmentIndexState state) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    state.writeTo(out);
    return out.toByteArray();
  }

  private static SegmentIndexState read(byte[] bytes) throws IOException {
    return SegmentIndexState.readFrom(new ByteArrayInputStream(bytes));
  }
}
