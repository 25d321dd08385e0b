package dev.durability.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.FormatException;
import dev.durability.frame.BadHeaderException;
import dev.durability.frame.FileHeader;
import dev.durability.frame.FileType;
import dev.durability.frame.FrameRun;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.wal.LogBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A segment is opened, or it is told what is wrong with it, and no file stays open. */
class SegmentTest {
  private static final SegmentName NAME = new SegmentName(4, 10);

  private final MemoryDirectory memory = new MemoryDirectory();
  private int open;

  private final Directory directory =
      new ForwardingDirectory(memory) {
        @Override
        public ReadFile open(String path) throws IOException {
          ReadFile file = super.open(path);
          open++;
          return new ReadFile() {
            @Override
            public int read(ByteBuffer target, long position) throws IOException {
              return file.read(target, position);
            }

            @Override
            public long size() throws IOException {
              return file.size();
            }

            @Override
            public void close() throws IOException {
              open--;
              file.close();
            }
          };
        }
      };

  @AfterEach
  void noFileIsOpen() {
    assertThat(open).isZero();
  }

  private LogBuilder segment() throws IOException {
    return new LogBuilder(memory).segment(4, 10);
  }

  @Test
  void goodSegmentHasItsHeaderAndItsRun() throws Exception {
    segment().entries(3).write();
    try (Segment segment = Segment.open(directory, NAME);
        FrameRun run = segment.run(segment.windowBytes())) {
      assertThat(segment.header().logId()).isEqualTo(LogBuilder.LOG_ID);
      assertThat(segment.header().salt()).isEqualTo(LogBuilder.saltOf(4));
      assertThat(segment.headerFitsName()).isTrue();
      for (int id = 10; id <= 12; id++) {
        assertThat(run.next()).isEqualTo(FrameRun.Step.ENTRY);
        assertThat(run.id()).isEqualTo(id);
      }
      assertThat(run.next()).isEqualTo(FrameRun.Step.STOP);
      assertThat(segment.size()).isEqualTo(run.offset());
    }
    assertThat(Segment.goodHeader(directory, NAME)).isNotNull();
  }

  @Test
  void memoryOfOneRunServesAnotherSegment() throws Exception {
    LogBuilder log = segment().entries(3).write().segment(5).entries(2).write();
    try (Segment first = Segment.open(directory, NAME);
        Segment second = Segment.open(directory, new SegmentName(5, 13));
        FrameRun run = first.run(first.windowBytes())) {
      assertThat(run.next()).isEqualTo(FrameRun.Step.ENTRY);
      assertThat(second.runIn(run)).isSameAs(run);
      assertThat(run.nextId()).isEqualTo(13);
      assertThat(run.next()).isEqualTo(FrameRun.Step.ENTRY);
      assertThat(run.next()).isEqualTo(FrameRun.Step.ENTRY);
      assertThat(run.offset()).isEqualTo(log.offset());
    }
  }

  @Test
  void missingSegmentIsNoDamage() {
    assertThatThrownBy(() -> Segment.open(directory, NAME)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> Segment.openGood(directory, NAME))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> Segment.goodHeader(directory, NAME))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void damagedHeaderIsNoOtherName() throws Exception {
    segment().flip(9).write();
    assertThatThrownBy(() -> Segment.open(directory, NAME)).isInstanceOf(BadHeaderException.class);
    assertThat(Segment.openGood(directory, NAME)).isNull();
    assertThat(Segment.goodHeader(directory, NAME)).isNull();
  }

  @Test
  void shortFileHasADamagedHeader() throws Exception {
    segment().cut(63).write();
    assertThatThrownBy(() -> Segment.open(directory, NAME))
        .isInstanceOf(BadHeaderException.class)
        .hasMessageContaining("63 bytes");
  }

  @Test
  void headerOfAnotherNameIsWholeAndNotGood() throws Exception {
    for (SegmentName other : new SegmentName[] {new SegmentName(4, 11), new SegmentName(5, 10)}) {
      LogBuilder.put(memory, other.path(), ByteBuffer.wrap(segment().bytes()));
      try (Segment segment = Segment.open(directory, other)) {
        assertThat(segment.headerFitsName()).isFalse();
        assertThat(segment.whyNotNext(null, null, other.firstEntryId()))
            .isEqualTo("its header says segment 4 from entry 10, but its name says otherwise");
      }
      assertThat(Segment.openGood(directory, other)).isNull();
      assertThat(Segment.goodHeader(directory, other)).isNull();
    }
  }

  @Test
  void headerOfAnUnknownVersionIsAnError() throws Exception {
    ByteBuffer newer = ByteBuffer.wrap(segment().bytes()).order(ByteOrder.LITTLE_ENDIAN);
    newer.putInt(4, 2);
    CRC32C crc = new CRC32C();
    crc.update(newer.slice(0, 60));
    newer.putInt(60, (int) crc.getValue());
    LogBuilder.put(memory, NAME.path(), newer);
    assertThatThrownBy(() -> Segment.open(directory, NAME)).isInstanceOf(FormatException.class);
    assertThatThrownBy(() -> Segment.openGood(directory, NAME)).isInstanceOf(FormatException.class);
  }

  private static FileHeader header(long segmentId, long firstEntryId, int salt) {
    return new FileHeader(FileType.SEGMENT, LogBuilder.LOG_ID, segmentId, firstEntryId, 1, 0, salt);
  }

  private @Nullable String whyNotNext(@Nullable FileHeader previous, UUID logId, long nextId)
      throws IOException {
    try (Segment segment = Objects.requireNonNull(Segment.openGood(directory, NAME))) {
      return segment.whyNotNext(previous, logId, nextId);
    }
  }

  @Test
  void segmentThatDoesNotContinueARunSaysWhy() throws IOException {
    segment().entries(1).write();
    int salt = LogBuilder.saltOf(3);
    UUID log = LogBuilder.LOG_ID;
    assertThat(whyNotNext(null, log, 7)).isNull();
    assertThat(whyNotNext(header(3, 5, salt), log, 10)).isNull();
    assertThat(whyNotNext(null, new UUID(5, 5), 10)).startsWith("it belongs to the log ");
    assertThat(whyNotNext(header(4, 5, salt), log, 10))
        .isEqualTo("another segment before it has the same number");
    assertThat(whyNotNext(header(2, 5, salt), log, 10)).isEqualTo("segment 3 before it is missing");
    assertThat(whyNotNext(header(3, 5, salt), log, 9))
        .isEqualTo("it starts at entry 10, but the one before ends at 8");
    assertThat(whyNotNext(header(3, 5, salt + 1), log, 10)).endsWith("the salts differ");
  }
}
