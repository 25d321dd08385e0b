package dev.durability.append;

import dev.durability.frame.FileHeader;
import dev.durability.frame.FrameEncoder;
import dev.durability.frame.FrameFormat;
import dev.durability.frame.FrameKind;
import dev.durability.log.LogReport;
import dev.durability.log.SegmentRange;
import dev.durability.log.Verdict;
import dev.durability.segment.SegmentName;
import dev.durability.segment.SegmentPlan;
import dev.durability.storage.AppendFile;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.LosableLock;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.Await;
import dev.durability.wal.Logs;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** An appender with a lock and a log in memory, which records its steps. */
abstract class SegmentAppenderFixture {
  static final int FRAME = 24;
  static final int MARK = FrameFormat.PROMISE_FRAME_BYTES;
  static final int HEADER = FileHeader.BYTES;

  static final SegmentPlan FIRST =
      new SegmentPlan(new SegmentName(1, 1), 7, 0, 0, Optional.empty(), List.of());
  static final LogReport NEW =
      new LogReport(Verdict.CLEAN, 0, 0, 0, 0, new LogReport.Position("wal", 0), null, null, null);

  static final Clock CLOCK = Clock.systemUTC();

  static final SegmentSettings SMALL = new SegmentSettings(4096, Long.MAX_VALUE, 4096, 0, CLOCK);

  static final String SPARE = "wal/spare.tmp";

  final MemoryDirectory memory = new MemoryDirectory();
  final FaultDirectory directory = new FaultDirectory(memory);
  final LosableLock lock = new LosableLock();
  final FrameEncoder encoder = new FrameEncoder();
  final List<Long> reserved = new CopyOnWriteArrayList<>();
  final List<String> steps = new CopyOnWriteArrayList<>();
  final AtomicLong longestSync = new AtomicLong(-1);

  SegmentAppender started(SegmentSettings settings) throws IOException {
    directory.createDirectories("wal");
    var counting =
        new ForwardingDirectory(directory) {
          @Override
          public AppendFile create(String path, long expectedBytes) throws IOException {
            if (expectedBytes > 0) {
              reserved.add(expectedBytes);
            }
            return super.create(path, expectedBytes);
          }
        };
    AppendEvents events =
        new AppendEvents() {
          @Override
          public void onFlush(long lastId, long entries, long bytes) {}

          @Override
          public void onEnd() {}

          @Override
          public void onSync(long lastId, long durationNanos) {
            longestSync.accumulateAndGet(durationNanos, Math::max);
          }

          @Override
          public void onRotate(SegmentRange ended) {}
        };
    SegmentAppender appender =
        new SegmentAppender(
            counting,
            lock,
            settings,
            events,
            new LogStart(NEW, new UUID(1, 2), FIRST, List.of(), 0));
    appender.start();
    return appender;
  }

  SegmentAppender withSpares(int segmentBytes) throws IOException {
    return started(
        new SegmentSettings(segmentBytes, Long.MAX_VALUE, 1 << 20, Long.MAX_VALUE, CLOCK));
  }

  /** A block with one entry, whose frame has so many bytes. */
  Block block(SegmentPlan plan, long id, int frameBytes) {
    Block block = Block.single(frameBytes, plan, id, id - 1);
    int length = frameBytes - FrameFormat.OVERHEAD_BYTES;
    block.end = block.entry(encoder, block.end, FrameKind.ENTRY, id, new byte[length], 0, length);
    block.nextId = id + 1;
    block.position = id;
    return block;
  }

  static Block last(Block block, SegmentPlan successor) {
    block.endSegment(successor);
    return block;
  }

  long size(SegmentPlan plan) throws IOException {
    return Logs.bytes(memory, plan.name().path()).length;
  }

  void recordSteps() {
    directory.before((operation, path) -> steps.add(operation + " " + path));
  }

  /** Fills the first segment so that a spare is made, which has the size of what is there. */
  SegmentAppender withSpareMade(int fill) throws IOException {
    SegmentAppender appender = withSpares(8192);
    appender.write(block(FIRST, 1, FRAME));
    appender.sync();
    appender.write(block(FIRST, 2, fill));
    Await.until("a spare is made", appender::nextSegmentIsReady);
    return appender;
  }

  /** Three entries, and a cut after the first that is not made durable yet. */
  SegmentPlan cutAfterTheFirst(SegmentAppender appender) throws IOException {
    for (long id = 1; id < 3; id++) {
      appender.write(block(FIRST, id, FRAME));
    }
    appender.sync();
    SegmentPlan second = FIRST.startingOver(2, FileHeader.REWINDS);
    Block third = last(block(FIRST, 3, FRAME), second);
    third.position = 4; // The cut has a position of its own.
    appender.write(third);
    return second;
  }
}
