package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.log.LogReport;
import dev.durability.log.SegmentRange;
import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.WatchedReads;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Memory, threads, files and locks that a log uses are given back, or used again. */
@Timeout(600)
class ResourcesTest {
  private final MemoryDirectory memory = new MemoryDirectory();
  private final WatchedReads directory = new WatchedReads(memory);

  /** How many bytes outside of the heap are in use, or kept to be used again. */
  private static long directBytes() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getTotalCapacity)
        .sum();
  }

  private interface Use {
    void once() throws IOException;
  }

  /** Whoever does it again takes no more memory: less than the smallest window of a file. */
  private static void assertUsedAgain(String what, Use use) throws IOException {
    use.once();
    use.once();
    long before = directBytes();
    use.once();
    assertThat(directBytes() - before).as(what).isLessThan(4096);
  }

  @Test
  void memoryOfALogThatWasClosedServesTheNext() throws IOException {
    WalOptions options = Logs.small().bufferBytes(1 << 20).build();
    assertUsedAgain(
        "a log that is written",
        () -> {
          try (WalWriter<String> log = Logs.open(new MemoryDirectory(), options)) {
            log.appendDurable("a");
            log.appendDurable("b");
          }
        });
    try (WalWriter<String> log = Logs.open(directory)) {
      for (int i = 0; i < 20; i++) {
        log.append(i + "x".repeat(1_000));
      }
    }
    assertUsedAgain("a log that is verified", () -> WalMaintenance.verify(directory));
    assertUsedAgain("a log that is read", () -> assertThat(Logs.entries(directory)).hasSize(20));
    assertUsedAgain(
        "a log that is followed",
        () -> {
          try (WalTail<String> tail = WalReader.of(directory, Codecs.utf8()).follow(1)) {
            assertThat(tail.poll(Duration.ZERO)).isNotNull();
          }
        });
    assertUsedAgain(
        "a log whose entries are read by their ids",
        () -> {
          try (WalWriter<String> log = Logs.open(directory)) {
            assertThat(log.read(1)).isNotNull();
            assertThat(log.read(3, 4, (id, entry) -> {})).isEqualTo(5);
          }
        });
    Checkpoints checkpoints = Checkpoints.in(directory, Clock.systemUTC());
    assertUsedAgain(
        "a checkpoint that is written",
        () -> checkpoints.writeAlone("a.state", out -> out.write(new byte[10])));
    assertUsedAgain(
        "a checkpoint that is read",
        () -> {
          byte[] content = checkpoints.read("a.state", in -> in.readAllBytes());
          assertThat(content).hasSize(10);
        });
  }

  /** Keeps what is written only until it is told to forget: a disk whose memory does not count. */
  private static final class Forgetful extends ForwardingDirectory {
    private volatile boolean forgets;

    Forgetful() {
      super(new MemoryDirectory());
    }

    @Override
    public AppendFile create(String path, long expectedBytes) throws IOException {
      AppendFile under = super.create(path, expectedBytes);
      return new AppendFile() {
        private long position;

        @Override
        public void write(ByteBuffer source) throws IOException {
          position += source.remaining();
          if (forgets) {
            source.position(source.limit());
          } else {
            under.write(source);
          }
        }

        @Override
        public void sync() throws IOException {
          under.sync();
        }

        @Override
        public void truncate(long size) throws IOException {
          under.truncate(size);
        }

        @Override
        public long position() {
          return position;
        }

        @Override
        public void close() throws IOException {
          under.close();
        }
      };
    }
  }

  private interface Append {
    void to(WalWriter<byte[]> log) throws IOException;
  }

  private static long bytesPerCall(WalWriter<byte[]> log, Append append) throws IOException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < 100; i++) {
      append.to(log);
    }
    int calls = 400;
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < calls; i++) {
      append.to(log);
    }
    return (threads.getCurrentThreadAllocatedBytes() - before) / calls;
  }

  @Test
  void appendingTakesNoMemoryForWhatIsAppended() throws IOException {
    Forgetful disk = new Forgetful();
    WalOptions options = WalOptions.builder().preallocatedBytesMax(0).build();
    byte[] entry = new byte[4_000];
    List<byte[]> batch = List.of(entry);
    try (WalWriter<byte[]> log = WalWriter.open(disk, Codecs.bytes(), options)) {
      disk.forgets = true;
      assertThat(bytesPerCall(log, each -> each.append(entry))).as("append").isLessThan(150);
      assertThat(bytesPerCall(log, each -> each.appendBatch(batch))).as("batch").isLessThan(150);
      assertThat(bytesPerCall(log, each -> each.appendDurable(entry)))
          .as("durable")
          .isLessThan(150);
      assertThat(bytesPerCall(log, each -> each.appendAsync(entry).join()))
          .as("async")
          .isLessThan(1_000);
    }
  }

  @Test
  void segmentThatIsRemovedIsNotOpenAnyMoreAndAfterClosingNoneIs() throws IOException {
    WalWriter<String> log = Logs.open(directory);
    for (int i = 1; i <= 3; i++) {
      log.appendDurable(i + "x".repeat(3_000));
    }
    for (long id = 1; id <= 3; id++) {
      assertThat(log.read(id)).isNotNull();
    }
    List<SegmentRange> segments = log.segments();
    assertThat(directory.open())
        .containsExactlyElementsOf(segments.stream().map(SegmentRange::file).toList());
    assertThat(log.truncate(1)).hasSize(1);
    assertThat(directory.open()).doesNotContain(segments.get(0).file()).hasSize(2);
    log.close();
    assertThat(directory.open()).isEmpty();
  }

  @Test
  void threadOfALogDoesNotKeepTheProgramFromEnding() throws IOException {
    try (WalWriter<String> log = Logs.open(directory)) {
      log.append("a");
      assertThat(Thread.getAllStackTraces().keySet())
          .filteredOn(thread -> thread.getName().equals("durability-wal"))
          .isNotEmpty()
          .allMatch(Thread::isDaemon);
    }
  }

  @Test
  void logWhoseClosingErrorsBrokeOffCanBeClosedAgain() throws IOException {
    AtomicBoolean noMemory = new AtomicBoolean();
    AtomicInteger closed = new AtomicInteger();
    Directory losing =
        new ForwardingDirectory(memory) {
          @Override
          public DirectoryLock lock(String path) throws IOException {
            DirectoryLock under = super.lock(path);
            return new DirectoryLock() {
              @Override
              public boolean isHeld() {
                return under.isHeld();
              }

              @Override
              public void close() throws IOException {
                if (noMemory.get()) {
                  throw new OutOfMemoryError("planted");
                }
                closed.incrementAndGet();
                under.close();
              }
            };
          }
        };
    WalWriter<String> log = Logs.open(losing);
    log.appendDurable("a");
    noMemory.set(true);
    assertThatThrownBy(log::close).isInstanceOf(OutOfMemoryError.class);
    noMemory.set(false);
    log.close();
    assertThat(closed).as("the lock is given up").hasValue(1);
    log.close();
    assertThat(closed).hasValue(1);
    Logs.open(memory).close();
  }

  @Test
  void tailThatReadsAgainLeavesNoFileOpen() throws IOException {
    AtomicBoolean fails = new AtomicBoolean();
    Codec<String> codec =
        new Codec<>() {
          @Override
          public void encode(String value, OutputStream out) throws IOException {
            Codecs.utf8().encode(value, out);
          }

          @Override
          public String decode(ByteBuffer in) throws IOException {
            if (fails.get()) {
              throw new StackOverflowError("planted");
            }
            return Codecs.utf8().decode(in);
          }
        };
    new LogBuilder(memory).segment(1).entries(3).end(3).write();
    try (WalTail<String> tail = WalReader.of(directory, codec).follow(1)) {
      for (int i = 1; i <= 3; i++) {
        fails.set(true);
        assertThatThrownBy(() -> tail.poll(Duration.ZERO)).isInstanceOf(StackOverflowError.class);
        fails.set(false);
        assertThat(Objects.requireNonNull(tail.poll(Duration.ZERO)).id()).isEqualTo(i);
        assertThat(directory.open()).as("one ahead, one behind").hasSizeLessThanOrEqualTo(2);
      }
    }
    assertThat(directory.open()).isEmpty();
  }

  @Test
  void tailWhoseSegmentIsReplacedLeavesNoFileOpen() throws IOException {
    LogBuilder log = new LogBuilder(memory).segment(1).entries(2).end(2).write();
    log.segment(2).write();
    try (WalTail<String> tail = WalReader.of(directory, Codecs.utf8()).follow(1)) {
      assertThat(tail.poll(Duration.ZERO)).isNotNull();
      assertThat(tail.poll(Duration.ZERO)).isNotNull();
      assertThat(tail.poll(Duration.ZERO)).isNull();
      for (int salt = 100; salt < 105; salt++) {
        log.segment(LogBuilder.LOG_ID, 2, 3, LogBuilder.saltOf(1), salt).write();
        assertThat(tail.poll(Duration.ofMillis(5))).isNull();
        assertThat(directory.open()).as("one ahead, one behind").hasSizeLessThanOrEqualTo(2);
      }
    }
    assertThat(directory.open()).isEmpty();
  }

  @Test
  void entryThatThisWriterAppendedIsReadByItsIdWithoutGoingOverItsSegment() throws IOException {
    WalOptions options =
        Logs.small()
            .segmentBytes(1 << 20)
            .bufferBytes(1 << 16)
            .flushPolicy(FlushPolicy.manual())
            .build();
    try (WalWriter<String> log = Logs.open(directory, options)) {
      for (int i = 1; i <= 600; i++) {
        log.append(i + "x".repeat(500));
      }
      log.sync();
      for (long id : new long[] {600, 300, 1, 599}) {
        long unused = directory.bytesRead();
        WalRecord<String> record = Objects.requireNonNull(log.read(id));
        assertThat(record.entry()).startsWith(id + "x");
        assertThat(directory.bytesRead()).as("entry %d", id).isLessThan(64 << 10);
      }
    }
  }

  @Test
  void entriesBeforeAnEndThatIsWrittenWithThemAreFoundByTheirIds() throws IOException {
    WalOptions options =
        Logs.small().bufferBytes(1 << 16).flushPolicy(FlushPolicy.manual()).build();
    try (WalWriter<String> log = Logs.open(directory, options)) {
      for (int i = 1; i <= 9; i++) {
        log.append(i + "x".repeat(1_500));
      }
      log.sync();
      assertThat(log.segments()).hasSizeGreaterThan(3);
      for (long id = 1; id <= 9; id++) {
        assertThat(Objects.requireNonNull(log.read(id)).entry()).startsWith(id + "x");
      }
    }
  }

  @Test
  void observerIsToldOfEachOpeningWhatWasFound() throws IOException {
    List<String> found = new ArrayList<>();
    WalOptions options =
        Logs.small()
            .observer(
                new WalObserver() {
                  @Override
                  public void onRecovery(LogReport report) {
                    found.add(report.verdict() + " " + report.intact());
                  }
                })
            .build();
    for (int i = 0; i < 3; i++) {
      try (WalWriter<String> log = Logs.open(memory, options)) {
        log.appendDurable("a");
      }
    }
    assertThat(found).containsExactly("CLEAN 0", "CLEAN 1", "CLEAN 2");
  }
}
