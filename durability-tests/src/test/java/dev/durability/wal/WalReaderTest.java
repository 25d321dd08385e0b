package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.errors.CodecException;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.frame.FrameKind;
import dev.durability.log.ReplayMode;
import dev.durability.log.Verdict;
import dev.durability.segment.CheckpointName;
import dev.durability.segment.SegmentName;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.testkit.Fault;
import dev.durability.testkit.Fault.Operation;
import dev.durability.testkit.FaultDirectory;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WalReaderTest {
  private final MemoryDirectory directory = new MemoryDirectory();
  private final WalReader<String> reader = WalReader.of(directory, Codecs.utf8());
  private final WalReader<String> strict =
      WalReader.of(directory, Codecs.utf8(), ReplayMode.STRICT);

  /** Entries 1 to 4, 5 to 8 with a CHECKPOINT among them, 9 to 11, the last unpromised. */
  private LogBuilder log() throws IOException {
    LogBuilder log = new LogBuilder(directory);
    log.segment(1).entries(3).mark(3).entries(1).end(4).write();
    log.segment(2).mark(4).entries(2).checkpoint(6, "nowhere").mark(6).entries(2).end(8).write();
    return log.segment(3).part("e9").part("e10").entry("e11").write();
  }

  private static List<Long> ids(WalReader<String> reader, long from, long to) throws IOException {
    List<Long> ids = new ArrayList<>();
    reader.replay(
        from,
        to,
        (id, entry) -> {
          assertThat(entry).isEqualTo("e" + id);
          ids.add(id);
        });
    return ids;
  }

  private static List<Long> range(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  @Test
  void segmentThatGoesBackIsRefusedAndNotReadAsIfItWereTheNext() throws IOException {
    for (ReplayMode mode : ReplayMode.values()) {
      LogBuilder log = new LogBuilder(directory).segment(1).entries(2).end(2).write();
      log.segment(2, 2).entries(1).end(2).write();
      SegmentName last = new SegmentName(3, 3);
      log.segment(3).entries(1).write();
      List<Long> read = new ArrayList<>();
      assertThatThrownBy(
              () ->
                  WalReader.of(directory, Codecs.utf8(), mode)
                      .replay(1, Long.MAX_VALUE, (id, entry) -> read.add(id)))
          .isInstanceOfSatisfying(
              CorruptLogException.class,
              e -> assertThat(e.file()).isEqualTo(new SegmentName(2, 2).path()));
      assertThat(read).containsExactly(1L, 2L);
      directory.delete(last.path());
    }
  }

  @Test
  void everyRangeIsReplayedWithoutMarkersByCallbackStreamAndList() throws IOException {
    log();
    for (long from = 0; from <= 14; from++) {
      for (long to = 0; to <= 13; to++) {
        // 9 to 11 are one atomic batch: a range that ends within it leaves it out whole.
        long last = to == 9 || to == 10 ? 8 : Math.min(11, to);
        List<Long> expected = range(Math.max(1, from), last);
        assertThat(ids(reader, from, to)).as(from + " to " + to).isEqualTo(expected);
        assertThat(ids(strict, from, to)).as(from + " to " + to).isEqualTo(expected);
      }
      try (Stream<WalRecord<String>> stream = reader.stream(from)) {
        assertThat(stream.map(WalRecord::id)).isEqualTo(range(Math.max(1, from), 11));
      }
    }
    assertThat(reader.readAll()).extracting(WalRecord::id).isEqualTo(range(1, 11));
    assertThatThrownBy(() -> ids(reader, -1, 5)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> reader.stream(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void olderSegmentsAndCheckpointsAreNotOpenedWhenReadingFromAnEntryOn() throws IOException {
    LogBuilder log = new LogBuilder(directory);
    for (int segment = 1; segment <= 9; segment++) {
      log.segment(segment).entries(2).end(2L * segment).write();
    }
    log.checkpointFile(CheckpointName.path(4), LogBuilder.LOG_ID, 4);
    List<String> opened = new ArrayList<>();
    FaultDirectory counting =
        new FaultDirectory(directory)
            .before(
                (operation, path) -> {
                  if (operation == Operation.OPEN) {
                    opened.add(path);
                  }
                });
    assertThat(ids(WalReader.of(counting, Codecs.utf8()), 15, 16)).containsExactly(15L, 16L);
    assertThat(opened)
        .containsOnly(new SegmentName(8, 15).path(), new SegmentName(9, 17).path())
        .hasSizeLessThanOrEqualTo(4);
  }

  @Test
  void nothingBehindTheLastWantedEntryIsReadOrJudged() throws IOException {
    LogBuilder log = log();
    log.segment(2, 5).mark(4).entries(2).checkpoint(6, "nowhere");
    int broken = log.offset();
    log.mark(6).entries(2).end(8).flip(broken + 8).write();
    assertThat(ids(reader, 0, 6)).isEqualTo(range(1, 6));
    assertThatThrownBy(() -> ids(reader, 0, 7))
        .isInstanceOfSatisfying(
            CorruptLogException.class,
            e -> {
              assertThat(e.file()).isEqualTo(new SegmentName(2, 5).path());
              assertThat(e.offset()).isEqualTo(broken);
              assertThat(e.firstLostId()).isEqualTo(7);
              assertThat(e.lastLostId()).isEqualTo(8);
            });
  }

  @Test
  void modesAcceptTheVerdictsThatTheyShouldAfterThePrefixWasHandedOver() throws IOException {
    LogBuilder log = log();
    int end = log.offset();
    log.raw(new byte[] {1, 2, 3}).write(); // torn
    assertThat(ids(reader, 0, 99)).isEqualTo(range(1, 11));
    refusesAfter(strict, "TORN", range(1, 11));
    log.cut(end).raw(new byte[8]).frame(FrameKind.ENTRY, 12, new byte[9]).write(); // ambiguous
    assertThat(ids(reader, 0, 99)).isEqualTo(range(1, 11));
    refusesAfter(strict, "AMBIGUOUS", range(1, 11));
    log.cut(end).zeros(4096).write(); // clean
    assertThat(ids(strict, 0, 99)).isEqualTo(range(1, 11));
    log.cut(end).zeros(8).mark(11).flip(end - 20).write(); // the batch is broken, and promised
    refusesAfter(strict, "CORRUPT", range(1, 8));
    refusesAfter(reader, "CORRUPT", range(1, 8));
    log.flip(end - 20).write(); // whole again, but behind it stands a mark out of place
    refusesAfter(strict, "AMBIGUOUS", range(1, 11));
  }

  private static void refusesAfter(WalReader<String> reader, String verdict, List<Long> prefix) {
    List<Long> seen = new ArrayList<>();
    assertThatThrownBy(() -> reader.replay(0, Long.MAX_VALUE, (id, entry) -> seen.add(id)))
        .isExactlyInstanceOf(
            verdict.equals("CORRUPT") ? CorruptLogException.class : DurabilityException.class)
        .hasMessageContaining(verdict);
    assertThat(seen).isEqualTo(prefix);
  }

  @Test
  void entryThatWasTruncatedAwayIsAClearErrorAndOneBehindTheEndIsNone() throws IOException {
    log();
    directory.delete(new SegmentName(1, 1).path());
    assertThatThrownBy(() -> ids(reader, 3, 99))
        .isInstanceOf(DurabilityException.class)
        .isNotInstanceOf(CorruptLogException.class)
        .hasMessageContaining("from entry 3 on")
        .hasMessageContaining("starts at entry 5")
        .hasMessageContaining("truncated");
    assertThatThrownBy(() -> ids(reader, 0, 99))
        .isInstanceOf(CorruptLogException.class)
        .hasMessageContaining("entries 1 to 4 are missing");
    assertThat(ids(reader, 5, 99)).isEqualTo(range(5, 11));
    assertThat(ids(reader, 12, 99)).isEmpty();
    assertThat(ids(reader, Long.MAX_VALUE, Long.MAX_VALUE)).isEmpty();
  }

  @Test
  void noLogIsNoSuchFile() {
    assertThatThrownBy(reader::readAll).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> reader.stream(0)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> reader.follow(0)).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void tornBatchIsNotShown() throws IOException {
    LogBuilder log = log();
    int end = log.offset();
    for (int offset = end - 1; offset >= 64; offset--) {
      log.segment(3, 9).part("e9").part("e10").entry("e11").cut(offset).write();
      boolean whole = offset >= end - 5; // without its padding
      assertThat(ids(reader, 0, 99))
          .as("cut at " + offset)
          .isEqualTo(whole ? range(1, 11) : range(1, 8));
    }
  }

  @Test
  void refusalOfTheCodecNamesTheEntryAndItsPlace() throws IOException {
    new LogBuilder(directory).segment(1).entries(3).write();
    for (Exception thrown :
        List.of(
            new IllegalStateException("odd"),
            new Odd(),
            new EOFException(),
            new IOException("odd"),
            new NoSuchFileException("other"),
            new CorruptLogException("odd", "elsewhere", 0, 1, 1),
            new InterruptedException("checked"))) {
      WalReader<String> picky = WalReader.of(directory, new Picky(thrown));
      assertThatThrownBy(() -> picky.replay(0, 9, (id, entry) -> {}))
          .isInstanceOf(CodecException.class)
          .hasMessageContaining("entry 2")
          .hasMessageContaining("offset 112 of " + new SegmentName(1, 1).path())
          .hasMessageContaining(String.valueOf(thrown))
          .hasCause(thrown);
    }
    WalReader<byte[]> malformed = WalReader.of(directory, new TwoIsMalformed());
    assertThatThrownBy(malformed::readAll)
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("entry 2")
        .hasMessageContaining("malformed");
  }

  private static final class Odd extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private record Picky(Exception thrown) implements Codec<String> {
    @Override
    public void encode(String value, OutputStream out) {}

    @Override
    public String decode(ByteBuffer in) {
      if (in.get(in.position() + 1) == '2') {
        sneak(thrown, RuntimeException.class);
      }
      return "";
    }

    @SuppressWarnings({"unchecked", "unused"}) // the class only says what T is
    private static <T extends Exception> void sneak(Exception thrown, Class<T> declared) throws T {
      throw (T) thrown;
    }
  }

  private record TwoIsMalformed() implements Codec<byte[]> {
    @Override
    public void encode(byte[] value, OutputStream out) {}

    @Override
    public byte[] decode(ByteBuffer in) throws IOException {
      if (in.get(in.position() + 1) == '2') {
        throw new CodecException("malformed");
      }
      return new byte[0];
    }
  }

  @Test
  void codecThatTurnsTheByteOrderOfItsViewDoesNotDisturbTheReading() throws IOException {
    log();
    Codec<Integer> turning =
        new Codec<>() {
          @Override
          public void encode(Integer value, OutputStream out) {}

          @Override
          public Integer decode(ByteBuffer in) {
            assertThat(in.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
            return in.order(ByteOrder.BIG_ENDIAN).remaining();
          }
        };
    assertThat(WalReader.of(directory, turning).readAll())
        .extracting(WalRecord::id)
        .isEqualTo(range(1, 11));
  }

  @Test
  void streamThrowsUncheckedClosesItsFileAndIsNotReadAfterwards() throws IOException {
    log();
    Open files = new Open(directory);
    FaultDirectory failing = new FaultDirectory(files);
    WalReader<String> failingReader = WalReader.of(failing, Codecs.utf8());
    try (Stream<WalRecord<String>> stream = failingReader.stream(1)) {
      Iterator<WalRecord<String>> iterator = stream.iterator();
      iterator.next();
      failing.inject(Fault.of(Operation.READ).always());
      failing.inject(Fault.of(Operation.OPEN).always());
      assertThatThrownBy(() -> iterator.forEachRemaining(record -> {}))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("injected");
    }
    assertThat(files.count()).isZero();
    failing.heal();
    Stream<WalRecord<String>> stream = failingReader.stream(1);
    Iterator<WalRecord<String>> iterator = stream.iterator();
    iterator.next();
    stream.close();
    assertThat(files.count()).isZero();
    assertThatThrownBy(() -> iterator.forEachRemaining(record -> {}))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("closed");
    assertThat(files.count()).isZero();
  }

  @Test
  void streamWhoseFileCannotBeClosedThrowsUnchecked() throws IOException {
    log();
    boolean[] fails = {false};
    Directory bad =
        new ForwardingDirectory(directory) {
          @Override
          public ReadFile open(String path) throws IOException {
            ReadFile file = super.open(path);
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
                file.close();
                if (fails[0]) {
                  throw new IOException("not closed");
                }
              }
            };
          }
        };
    Stream<WalRecord<String>> stream = WalReader.of(bad, Codecs.utf8()).stream(9);
    stream.iterator().next();
    fails[0] = true;
    assertThatThrownBy(stream::close)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("not closed");
  }

  @Test
  void failureAnywhereReachesTheCallerAndLeavesNoFileOpen() throws IOException {
    LogBuilder log = log();
    log.checkpointFile(CheckpointName.path(2), LogBuilder.LOG_ID, 2);
    log.flip(80).write(); // Damage makes it look again.
    for (Operation operation :
        List.of(Operation.OPEN, Operation.READ, Operation.SIZE, Operation.LIST)) {
      for (int nth = 1; ; nth++) {
        Open files = new Open(directory);
        FaultDirectory failing = new FaultDirectory(files).inject(Fault.of(operation).nth(nth));
        WalReader<String> one = WalReader.of(failing, Codecs.utf8(), ReplayMode.STRICT);
        if (failingReplay(one) && failing.injected() == 0) {
          break; // It needed fewer.
        }
        assertThat(failing.injected()).isEqualTo(1);
        assertThat(files.count()).as(operation + " " + nth).isZero();
      }
    }
  }

  /** Whether it ended with the verdict, and not with the injected failure. */
  private static boolean failingReplay(WalReader<String> one) {
    try {
      one.replay(0, Long.MAX_VALUE, (id, entry) -> {});
      throw new AssertionError("neither the failure nor the damage was seen");
    } catch (DurabilityException verdict) {
      return true;
    } catch (IOException failure) {
      assertThat(failure).hasMessageContaining("injected");
      return false;
    }
  }

  @Test
  void targetThatThrowsEndsTheReplayAndItsExceptionComesThrough() throws IOException {
    log();
    IOException mine = new IOException("enough");
    List<Long> seen = new ArrayList<>();
    assertThatThrownBy(
            () ->
                reader.replay(
                    0,
                    99,
                    (id, entry) -> {
                      seen.add(id);
                      if (id == 5) {
                        throw mine;
                      }
                    }))
        .isSameAs(mine);
    assertThat(seen).isEqualTo(range(1, 5));
  }

  @Test
  void entriesThatAreTruncatedWhileOlderOnesAreReadAreAClearErrorAndNoDamage() throws IOException {
    log();
    List<Long> seen = new ArrayList<>();
    assertThatThrownBy(
            () ->
                reader.replay(
                    0,
                    99,
                    (id, entry) -> {
                      seen.add(id);
                      if (id == 2) {
                        directory.delete(new SegmentName(1, 1).path());
                        directory.delete(new SegmentName(2, 5).path());
                      }
                    }))
        .isInstanceOf(DurabilityException.class)
        .isNotInstanceOf(CorruptLogException.class)
        .hasMessageContaining("from entry 5 on")
        .hasMessageContaining("starts at entry 9");
    assertThat(seen).isEqualTo(range(1, 4));
  }

  @Test
  void replayFromTheStartBeginsAnewWhereThatWasTruncatedBeforeTheFirstEntry() throws IOException {
    LogBuilder log = log();
    FaultDirectory racing = new FaultDirectory(directory);
    int[] opens = {0};
    racing.before(
        (operation, path) -> {
          if (operation == Operation.OPEN && path.equals(new SegmentName(1, 1).path())) {
            opens[0]++;
            assertThatCode(
                    () -> {
                      log.checkpointFile(CheckpointName.path(4), LogBuilder.LOG_ID, 4);
                      directory.delete(path);
                    })
                .doesNotThrowAnyException();
          }
        });
    assertThat(ids(WalReader.of(racing, Codecs.utf8()), 0, 99)).isEqualTo(range(5, 11));
    assertThat(opens[0]).isEqualTo(1);
  }

  @Test
  void promiseThatIsWrittenWhileTheEndIsJudgedIsNoDamage() throws IOException {
    for (boolean verifies : new boolean[] {false, true}) {
      LogBuilder log = new LogBuilder(directory).segment(1).entries(2).mark(2).write();
      int end = log.offset();
      int[] sizes = {0};
      FaultDirectory racing =
          new FaultDirectory(directory)
              .before(
                  (operation, path) -> {
                    // The first is asked for the window, the second when the run has stopped.
                    if (operation == Operation.SIZE && ++sizes[0] == 2) {
                      byte[] more = log.entries(2).mark(4).bytes();
                      try (var file = directory.resume(path, end)) {
                        file.write(ByteBuffer.wrap(more, end, more.length - end));
                      } catch (IOException e) {
                        throw new AssertionError(e);
                      }
                    }
                  });
      if (verifies) {
        assertThat(WalMaintenance.verify(racing).verdict()).isEqualTo(Verdict.CLEAN);
      } else {
        assertThat(ids(WalReader.of(racing, Codecs.utf8()), 0, 99)).isEqualTo(range(1, 4));
      }
      assertThat(sizes[0]).isGreaterThan(2);
    }
  }

  @Test
  void oneWindowServesAllSegments() throws IOException {
    LogBuilder log = new LogBuilder(directory);
    for (int segment = 1; segment <= 300; segment++) {
      log.segment(segment).entries(1).end(segment).write();
    }
    var direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .findFirst()
            .orElseThrow();
    long before = direct.getMemoryUsed();
    long[] most = {0};
    reader.replay(
        1, 300, (id, entry) -> most[0] = Math.max(most[0], direct.getMemoryUsed() - before));
    assertThat(most[0]).isLessThan(16L << 20);
  }

  /** Counts the files that are open. */
  static final class Open extends ForwardingDirectory {
    private int count;

    Open(Directory under) {
      super(under);
    }

    int count() {
      return count;
    }

    @Override
    public ReadFile open(String path) throws IOException {
      ReadFile file = super.open(path);
      count++;
      return new ReadFile() {
        private boolean closed;

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
          count -= closed ? 0 : 1;
          closed = true;
          file.close();
        }
      };
    }
  }
}
