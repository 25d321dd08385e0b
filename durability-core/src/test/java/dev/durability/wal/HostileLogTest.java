package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.frame.FrameKind;
import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.segment.CheckpointName;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Files that nobody wrote in good faith: memory stays bounded, and what is read is linear. */
class HostileLogTest {
  private static final int SIZE = 16 << 20;
  private static final long HEAP_BYTES_MAX = 4 << 20;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final MemoryDirectory memory = new MemoryDirectory();
  private final Counting directory = new Counting(memory);

  /** Verifies and reads; both in little memory, each byte read a few times at most. */
  private LogReport judge(long sizeOfAll) throws IOException {
    long before = allocated();
    LogReport report = WalMaintenance.verify(directory);
    assertThat(allocated() - before).isLessThan(HEAP_BYTES_MAX);
    // Each window may hold one unneeded MiB; what looks like damage is looked at twice.
    assertThat(directory.bytesRead).isLessThan(8 * sizeOfAll + (8 << 20));
    directory.bytesRead = 0;
    before = allocated();
    long[] last = {0};
    try {
      WalReader.of(directory, Codecs.bytes())
          .replay(0, Long.MAX_VALUE, (id, entry) -> last[0] = id);
      assertThat(report.verdict()).isNotEqualTo(Verdict.CORRUPT);
    } catch (CorruptLogException refused) {
      assertThat(report.verdict()).isEqualTo(Verdict.CORRUPT);
    }
    assertThat(last[0]).isEqualTo(report.intact());
    assertThat(allocated() - before).isLessThan(HEAP_BYTES_MAX);
    assertThat(directory.bytesRead).isLessThan(20 * sizeOfAll + (8 << 20));
    directory.bytesRead = 0;
    return report;
  }

  private static long allocated() {
    return THREADS.getCurrentThreadAllocatedBytes();
  }

  private static byte[] header(int kind, int length, long id) {
    return ByteBuffer.allocate(16)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(0x1234567)
        .putInt(kind << 28 | length)
        .putLong(id)
        .array();
  }

  @Test
  void hugeLengthInASmallFileTakesNoMemory() throws IOException {
    for (int kind = 0; kind < 16; kind++) {
      for (int length : new int[] {(1 << 28) - 1, 1 << 27, 4105, 4104, 100, 37}) {
        LogBuilder log = new LogBuilder(memory).segment(1).entries(1);
        int end = log.offset();
        log.raw(header(kind, length, 2)).raw(new byte[20]).write();
        LogReport report = judge(200);
        assertThat(report.verdict()).isEqualTo(Verdict.TORN);
        assertThat(report.end().offset()).isEqualTo(end);
      }
    }
  }

  @Test
  void endlessZerosAreCleanAndReadOnce() throws IOException {
    LogBuilder log = new LogBuilder(memory).segment(1).entries(2).mark(2).zeros(SIZE).write();
    assertThat(judge(SIZE).verdict()).isEqualTo(Verdict.CLEAN);
    log.raw(new byte[] {1}).write();
    assertThat(judge(SIZE).verdict()).isEqualTo(Verdict.TORN);
    log.segment(2, 3).entries(1).write();
    assertThat(judge(SIZE).verdict()).isEqualTo(Verdict.CORRUPT);
  }

  @Test
  void garbageThatLooksLikeFramesIsGoneOverOnce() throws IOException {
    Random random = new Random(7);
    LogBuilder log = new LogBuilder(memory).segment(1).entries(2).mark(2);
    ByteBuffer garbage = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
    while (garbage.hasRemaining()) {
      // Each of its 8-byte steps can be the start of a frame, and the id of the one before.
      garbage.putInt(random.nextInt() & Integer.MAX_VALUE);
      garbage.putInt((1 + random.nextInt(5)) << 28 | random.nextInt(4105));
    }
    log.raw(garbage.array()).write();
    LogReport report = judge(garbage.capacity());
    assertThat(report.verdict()).isEqualTo(Verdict.TORN);
    byte[] noise = new byte[SIZE];
    random.nextBytes(noise);
    log.raw(noise).write();
    assertThat(judge(SIZE).verdict()).isEqualTo(Verdict.TORN);
  }

  @Test
  void batchWithoutAnEndIsNotHeldInMemory() throws IOException {
    LogBuilder log = new LogBuilder(memory).segment(1).entries(1);
    int end = log.offset();
    byte[] part = new byte[100_000];
    for (int id = 2; id < SIZE / part.length; id++) {
      log.frame(FrameKind.PART, id, part);
    }
    log.write();
    LogReport report = judge(SIZE);
    assertThat(report.verdict()).isEqualTo(Verdict.TORN);
    assertThat(report.end().offset()).isEqualTo(end);
  }

  @Test
  void idsAtTheEdgeOfTheirRangeAreNoReasonToFail() throws IOException {
    LogBuilder log = new LogBuilder(memory);
    long lastId = Long.MAX_VALUE - 1;
    log.segment(Long.MAX_VALUE, lastId).entry("last").entry("one more").end(3).write();
    LogReport report = WalMaintenance.verify(memory);
    assertThat(report.verdict()).isEqualTo(Verdict.CORRUPT);
    assertThat(report.reason()).contains("missing");
    assertThat(WalMaintenance.segments(memory)).hasSize(1);
    log.checkpointFile(CheckpointName.path(lastId - 1), LogBuilder.LOG_ID, lastId - 1);
    assertThat(WalMaintenance.verify(memory).intact()).isEqualTo(lastId);
    assertThatThrownBy(() -> WalReader.of(memory, Codecs.bytes()).stream(-5))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Counts the bytes that are read. */
  private static final class Counting extends ForwardingDirectory {
    private long bytesRead;

    Counting(Directory under) {
      super(under);
    }

    @Override
    public ReadFile open(String path) throws IOException {
      ReadFile file = super.open(path);
      return new ReadFile() {
        @Override
        public int read(ByteBuffer target, long position) throws IOException {
          int count = file.read(target, position);
          bytesRead += Math.max(0, count);
          return count;
        }

        @Override
        public long size() throws IOException {
          return file.size();
        }

        @Override
        public void close() throws IOException {
          file.close();
        }
      };
    }
  }
}
