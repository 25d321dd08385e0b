package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.durability.codec.Codecs;
import dev.durability.log.LogVisitor;
import dev.durability.log.SegmentEnd;
import dev.durability.log.SegmentInfo;
import dev.durability.storage.AppendFile;
import dev.durability.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** What a log holds, segment by segment, damaged or not. */
class WalSurveyTest {
  private static final Instant BEGIN = Instant.parse("2026-01-02T03:00:00Z");

  private final MemoryDirectory directory = new MemoryDirectory();
  private volatile Instant now = BEGIN;

  private final Clock clock =
      new Clock() {
        @Override
        public Instant instant() {
          return now;
        }

        @Override
        public ZoneOffset getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
          return this;
        }
      };

  /** All that a survey hands over. */
  private static final class Seen implements LogVisitor {
    private final List<SegmentInfo> segments = new ArrayList<>();
    private final List<SegmentEnd> ends = new ArrayList<>();
    private final TreeMap<Instant, List<String>> entries = new TreeMap<>();
    private final List<Long> marks = new ArrayList<>();
    private Instant time = Instant.EPOCH;

    @Override
    public void segment(SegmentInfo segment) {
      segments.add(segment);
    }

    @Override
    public void clock(Instant next) {
      time = next;
    }

    @Override
    public void mark(Instant next, long offset) throws IOException {
      LogVisitor.super.mark(next, offset);
      marks.add(offset);
    }

    @Override
    public void entry(long id, int payloadBytes) {
      entries.computeIfAbsent(time, none -> new ArrayList<>()).add(id + ":" + payloadBytes);
    }

    @Override
    public void end(SegmentEnd end) {
      ends.add(end);
    }
  }

  private WalWriter<byte[]> open(WalOptions.Builder options) throws IOException {
    return WalWriter.open(
        directory, Codecs.bytes(), options.clock(clock).preallocatedBytesMax(0).build());
  }

  private static void append(WalWriter<byte[]> log, int... sizes) throws IOException {
    for (int size : sizes) {
      long unused = log.append(new byte[size]);
    }
  }

  private Seen seen() throws IOException {
    Seen seen = new Seen();
    WalMaintenance.survey(directory, seen);
    return seen;
  }

  private void put(String path, byte... content) throws IOException {
    directory.delete(path);
    try (AppendFile file = directory.create(path, 0)) {
      file.write(ByteBuffer.wrap(content));
    }
  }

  @Test
  void entriesBelongToTheLastTimeThatTheLogCarriesBeforeThem() throws IOException {
    try (WalWriter<byte[]> log = open(WalOptions.builder())) {
      append(log, 1, 2);
      now = now.plus(Duration.ofHours(2)); // Before a promise is owed, which an idle log writes.
      log.sync();
      append(log, 3);
      log.sync();
      append(log, 0);
      now = now.plus(Duration.ofHours(1));
    }
    Seen seen = seen();
    assertThat(seen.entries)
        .containsEntry(BEGIN, List.of("1:1", "2:2"))
        .containsEntry(BEGIN.plus(Duration.ofHours(2)), List.of("3:3", "4:0"))
        .hasSize(2);
    assertThat(seen.segments).hasSize(1);
    assertThat(seen.segments.get(0).created()).isEqualTo(BEGIN);
    assertThat(seen.segments.get(0).state()).isEqualTo(SegmentInfo.State.READ);
    SegmentEnd end = seen.ends.get(0);
    assertThat(end.lastEntryId()).isEqualTo(4);
    assertThat(end.isEnded()).isTrue();
    assertThat(end.leftBytes()).isZero();
    assertThat(end.offset()).isEqualTo(seen.segments.get(0).bytes());
    assertThat(end.lastClock()).isEqualTo(BEGIN.plus(Duration.ofHours(3)));
    ByteBuffer bytes = ByteBuffer.wrap(Logs.bytes(directory, seen.segments.get(0).file()));
    for (long mark : seen.marks) {
      int kind = bytes.order(ByteOrder.LITTLE_ENDIAN).getInt((int) mark + 4) >>> 28;
      assertThat(kind).isEqualTo(mark + 32 == end.offset() ? 5 : 3);
    }
    assertThat(seen.marks).hasSizeGreaterThan(1).isSorted().endsWith(end.offset() - 32);
  }

  @Test
  void cutEndsNewBeginningsAndVoidSegmentsAreTold() throws IOException {
    try (WalWriter<byte[]> log = open(WalOptions.builder().segmentBytes(4096))) {
      append(log, 3000, 3000, 3000); // Three segments.
      log.sync();
      log.truncateAfter(1);
      append(log, 5);
      log.sync();
      log.restartAt(100);
      append(log, 6);
    }
    Seen seen = seen();
    List<SegmentInfo> rewinding = seen.segments.stream().filter(SegmentInfo::rewinds).toList();
    assertThat(rewinding).extracting(SegmentInfo::firstEntryId).containsExactly(2L);
    List<SegmentInfo> begun = seen.segments.stream().filter(SegmentInfo::startsCovered).toList();
    assertThat(begun).extracting(SegmentInfo::firstEntryId).containsExactly(100L);
    assertThat(seen.segments)
        .filteredOn(each -> each.state() == SegmentInfo.State.VOID)
        .extracting(SegmentInfo::firstEntryId)
        .containsExactly(2L, 3L);
    assertThat(seen.ends).extracting(SegmentEnd::isCut).containsExactly(true, false, false);
    assertThat(seen.ends).extracting(SegmentEnd::lastEntryId).containsExactly(1L, 2L, 100L);
    assertThat(seen.entries.get(BEGIN)).containsExactly("1:3000", "2:5", "100:6");
  }

  @Test
  void whatIsDamagedIsToldAndTheRestIsHandedOver() throws IOException {
    try (WalWriter<byte[]> log = open(WalOptions.builder().segmentBytes(4096))) {
      append(log, 3000, 3000, 3000, 3000);
    }
    List<String> names = Logs.segments(directory);
    byte[] header = Logs.bytes(directory, "wal/" + names.get(0));
    header[30] ^= 1;
    put("wal/" + names.get(0), header);
    byte[] entry = Logs.bytes(directory, "wal/" + names.get(1));
    entry[200] ^= 1;
    put("wal/" + names.get(1), entry);
    byte[] other = Logs.bytes(directory, "wal/" + names.get(2));
    System.arraycopy(new byte[] {'V', 'W', 'A', 'L'}, 0, other, 0, 4);
    put("wal/" + names.get(2), other);
    Seen seen = seen();
    assertThat(seen.segments)
        .extracting(SegmentInfo::state)
        .containsExactly(
            SegmentInfo.State.DAMAGED,
            SegmentInfo.State.READ,
            SegmentInfo.State.OTHER_VERSION,
            SegmentInfo.State.READ);
    assertThat(seen.segments.get(0).created()).isNull();
    assertThat(seen.ends).hasSize(2);
    assertThat(seen.ends.get(0).lastEntryId()).isEqualTo(1);
    assertThat(seen.ends.get(0).isEnded()).isFalse();
    assertThat(seen.ends.get(0).leftBytes()).isGreaterThan(3000);
    assertThat(seen.entries.get(BEGIN)).containsExactly("4:3000");
  }

  @Test
  void aLogOfAnotherVersionIsTold() throws IOException {
    new LogBuilder(directory).segment(1).entries(2).write();
    String path = "wal/" + Logs.segments(directory).get(0);
    ByteBuffer bytes = ByteBuffer.wrap(Logs.bytes(directory, path)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(4, 99);
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(0, 60));
    put(path, bytes.putInt(60, (int) crc.getValue()).array());
    Seen seen = seen();
    assertThat(seen.segments)
        .extracting(SegmentInfo::state)
        .containsExactly(SegmentInfo.State.OTHER_VERSION);
    assertThat(seen.entries).isEmpty();
  }

  @Test
  void aSegmentUnderTheNameOfAnotherIsDamaged() throws IOException {
    try (WalWriter<byte[]> log = open(WalOptions.builder().segmentBytes(4096))) {
      append(log, 3000, 3000);
    }
    List<String> names = Logs.segments(directory);
    put("wal/" + names.get(1), Logs.bytes(directory, "wal/" + names.get(0)));
    assertThat(seen().segments.get(1).state()).isEqualTo(SegmentInfo.State.DAMAGED);
  }

  @Test
  void withoutALogThereIsNothingAndWhatTheVisitorThrowsReachesTheCaller() throws IOException {
    assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(this::seen);
    try (WalWriter<byte[]> log = open(WalOptions.builder())) {
      append(log, 1);
    }
    assertThatIOException()
        .isThrownBy(
            () ->
                WalMaintenance.survey(
                    directory,
                    new LogVisitor() {
                      @Override
                      public void segment(SegmentInfo segment) throws IOException {
                        throw new NoSuchFileException("of the visitor");
                      }

                      @Override
                      public void clock(Instant time) {}

                      @Override
                      public void entry(long id, int payloadBytes) {}

                      @Override
                      public void end(SegmentEnd end) {}
                    }))
        .withMessage("of the visitor");
  }
}
