package dev.durability.append;

import static dev.durability.testkit.Fault.Operation.CLOSE_APPEND;
import static dev.durability.testkit.Fault.Operation.CREATE;
import static dev.durability.testkit.Fault.Operation.DELETE;
import static dev.durability.testkit.Fault.Operation.SYNC_DIRECTORY;
import static dev.durability.testkit.Fault.Operation.SYNC_FILE;
import static dev.durability.testkit.Fault.Operation.TRUNCATE;
import static dev.durability.testkit.Fault.Operation.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.LockLostException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
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
import dev.durability.testkit.Fault;
import dev.durability.testkit.Fault.Operation;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.Await;
import dev.durability.wal.Logs;
import dev.durability.wal.WalMaintenance;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One thread that writes blocks: what is promised when, and what becomes of each file. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SegmentAppenderTest {
  private static final int FRAME = 24;
  private static final int MARK = FrameFormat.PROMISE_FRAME_BYTES;
  private static final int HEADER = FileHeader.BYTES;
  private static final SegmentPlan FIRST =
      new SegmentPlan(new SegmentName(1, 1), 7, 0, 0, Optional.empty(), List.of());
  private static final LogReport NEW =
      new LogReport(Verdict.CLEAN, 0, 0, 0, 0, new LogReport.Position("wal", 0), null, null, null);
  private static final Clock CLOCK = Clock.systemUTC();
  private static final SegmentSettings SMALL =
      new SegmentSettings(4096, Long.MAX_VALUE, 4096, 0, CLOCK);
  private static final String SPARE = "wal/spare.tmp";

  private final MemoryDirectory memory = new MemoryDirectory();
  private final FaultDirectory directory = new FaultDirectory(memory);
  private final LosableLock lock = new LosableLock();
  private final FrameEncoder encoder = new FrameEncoder();
  private final List<Long> reserved = new CopyOnWriteArrayList<>();
  private final List<String> steps = new CopyOnWriteArrayList<>();
  private final AtomicLong longestSync = new AtomicLong(-1);

  private SegmentAppender started(SegmentSettings settings) throws IOException {
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

  private SegmentAppender withSpares(int segmentBytes) throws IOException {
    return started(
        new SegmentSettings(segmentBytes, Long.MAX_VALUE, 1 << 20, Long.MAX_VALUE, CLOCK));
  }

  /** A block with one entry, whose frame has so many bytes. */
  private Block block(SegmentPlan plan, long id, int frameBytes) {
    Block block = Block.single(frameBytes, plan, id, id - 1);
    int length = frameBytes - FrameFormat.OVERHEAD_BYTES;
    block.end = block.entry(encoder, block.end, FrameKind.ENTRY, id, new byte[length], 0, length);
    block.nextId = id + 1;
    block.position = id;
    return block;
  }

  private static Block last(Block block, SegmentPlan successor) {
    block.endSegment(successor);
    return block;
  }

  private long size(SegmentPlan plan) throws IOException {
    return Logs.bytes(memory, plan.name().path()).length;
  }

  private void recordSteps() {
    directory.before((operation, path) -> steps.add(operation + " " + path));
  }

  @Test
  void whatIsDurableIsOwedAPromiseUntilAMarkTellsIt() throws IOException {
    SegmentAppender appender = started(SMALL);
    appender.mark();
    assertThat(size(FIRST)).isEqualTo(HEADER);
    appender.write(block(FIRST, 1, FRAME), true);
    assertThat(appender.owesPromise()).isFalse();
    assertThat(appender.durableId()).isZero();
    appender.sync();
    assertThat(appender.durableId()).isEqualTo(1);
    assertThat(appender.owesPromise()).isTrue();
    appender.mark();
    assertThat(appender.owesPromise()).isFalse();
    assertThat(size(FIRST)).isEqualTo(HEADER + FRAME + MARK);
    appender.mark();
    assertThat(size(FIRST)).isEqualTo(HEADER + FRAME + MARK);
    assertThat(WalMaintenance.verify(memory).promised()).isEqualTo(1);
    appender.abandon();
  }

  @Test
  void whatWasGivenUpOwesNothing() throws IOException {
    SegmentAppender appender = started(SMALL);
    appender.write(block(FIRST, 1, FRAME), true);
    appender.sync();
    appender.abandon();
    assertThat(appender.owesPromise()).isFalse();
  }

  @Test
  void nextBlockTellsWhatIsOwedAndTheOneBehindItDoesNotTellItAgain() throws IOException {
    SegmentAppender appender = started(SMALL);
    appender.write(block(FIRST, 1, FRAME), true);
    appender.sync();
    appender.write(block(FIRST, 2, FRAME), false);
    assertThat(size(FIRST)).isEqualTo(HEADER + 2 * FRAME + MARK);
    assertThat(appender.owesPromise()).isFalse();
    appender.write(block(FIRST, 3, FRAME), false);
    assertThat(size(FIRST)).isEqualTo(HEADER + 3 * FRAME + MARK);
    assertThat(appender.owesPromise()).isFalse();
    assertThat(appender.writtenId()).isEqualTo(3);
    assertThat(appender.durableId()).isEqualTo(1);
    appender.abandon();
  }

  @Test
  void syncOfWhatIsDurableDoesNothing() throws IOException {
    SegmentAppender appender = started(SMALL);
    appender.write(block(FIRST, 1, FRAME), true);
    long start = System.nanoTime();
    appender.sync();
    long took = System.nanoTime() - start;
    long syncs = directory.count(SYNC_FILE);
    appender.sync();
    assertThat(directory.count(SYNC_FILE)).isEqualTo(syncs);
    assertThat(longestSync.get()).as("what the observer is told").isBetween(0L, took);
    appender.abandon();
  }

  @Test
  void endTellsWhatIsOwedAndTheHeaderBehindItTheRest() throws IOException {
    SegmentPlan second = FIRST.next(3, 8);
    SegmentAppender appender = started(SMALL);
    appender.write(block(FIRST, 1, FRAME), true);
    appender.sync();
    appender.write(last(block(FIRST, 2, FRAME), second), true);
    assertThat(appender.durableId()).as("a segment that ended is durable").isEqualTo(2);
    assertThat(appender.owesPromise()).isTrue();
    assertThat(memory.exists(second.name().path())).isFalse();
    appender.mark();
    assertThat(appender.owesPromise()).isFalse();
    assertThat(size(second)).isEqualTo(HEADER);
    assertThat(WalMaintenance.verify(memory).promised()).isEqualTo(2);
    appender.abandon();
  }

  @Test
  void nameOfTheSegmentThatAMarkStartsIsDurableWhenTheMarkIs() throws IOException {
    SegmentPlan second = FIRST.next(2, 8);
    SegmentAppender appender = started(SMALL);
    appender.write(last(block(FIRST, 1, FRAME), second), true);
    recordSteps();
    appender.mark();
    assertThat(steps)
        .containsSubsequence("RENAME " + second.name().path() + ".tmp", "SYNC_DIRECTORY wal");
    appender.abandon();
  }

  @Test
  void endOfASegmentThatIsDurableAlreadyLeavesNothingOwed() throws IOException {
    SegmentPlan second = FIRST.next(2, 8);
    SegmentAppender appender = started(SMALL);
    appender.write(block(FIRST, 1, FRAME), true);
    appender.sync();
    appender.write(last(Block.single(0, FIRST, 2, 1), second), true);
    assertThat(size(FIRST)).isEqualTo(HEADER + FRAME + MARK);
    assertThat(appender.owesPromise()).isFalse();
    appender.abandon();
  }

  @Test
  void fileOfASegmentThatEndedIsClosedAtOnceWhereNothingIsReserved() throws IOException {
    SegmentAppender appender = started(SMALL);
    appender.write(last(block(FIRST, 1, FRAME), FIRST.next(2, 8)), true);
    assertThat(directory.count(CLOSE_APPEND)).isEqualTo(1);
    assertThat(appender.ended()).containsExactly(new SegmentRange(1, 1, 1, FIRST.name().path()));
    appender.abandon();
    assertThat(directory.count(CLOSE_APPEND)).as("of the next one, too").isEqualTo(2);
    assertThat(Logs.names(memory)).hasSize(1);
  }

  @Test
  void segmentThatWasBegunInAdvanceIsRemovedWhenTheLogIsClosed() throws IOException {
    SegmentAppender appender = started(SMALL);
    appender.write(last(block(FIRST, 1, FRAME), FIRST.next(2, 8)), true);
    appender.finish();
    assertThat(Logs.names(memory)).hasSize(1);
    assertThat(directory.count(CLOSE_APPEND)).isEqualTo(2);
  }

  @Test
  void closingSyncsWhatIsWrittenBeforeItPromisesIt() throws IOException {
    SegmentAppender appender = started(SMALL);
    appender.write(block(FIRST, 1, FRAME), false);
    appender.finish();
    assertThat(WalMaintenance.verify(memory).promised()).isEqualTo(1);
    assertThat(size(FIRST)).isEqualTo(HEADER + FRAME + MARK);
    assertThat(directory.count(CLOSE_APPEND)).isEqualTo(1);
    assertThat(directory.count(TRUNCATE)).as("nothing was reserved").isZero();
  }

  @Test
  void closingSyncsTheEndBeforeItGivesUpTheFile() throws IOException {
    String path = FIRST.name().path();
    SegmentAppender appender = started(SMALL);
    appender.write(block(FIRST, 1, FRAME), true);
    appender.sync();
    recordSteps();
    appender.finish();
    assertThat(steps).containsExactly("WRITE " + path, "SYNC_FILE " + path, "CLOSE_APPEND " + path);
  }

  /** Fills the first segment so that a spare is made, which has the size of what is there. */
  private SegmentAppender withSpareMade(int fill) throws IOException {
    SegmentAppender appender = withSpares(8192);
    appender.write(block(FIRST, 1, FRAME), true);
    appender.sync();
    appender.write(block(FIRST, 2, fill), true);
    Await.until("a spare is made", appender::nextSegmentIsReady);
    return appender;
  }

  @Test
  void spareIsMadeBehindTheMiddleOfASegmentAsLargeAsWhatWasWritten() throws IOException {
    int toMiddle = 4096 - HEADER - FRAME - MARK;
    SegmentAppender appender = withSpares(8192);
    appender.write(block(FIRST, 1, FRAME), true);
    appender.sync();
    appender.write(block(FIRST, 2, toMiddle), true);
    appender.abandon(); // Waits for what was begun.
    assertThat(reserved).isEmpty();
    memory.delete(FIRST.name().path());

    SegmentAppender other = withSpareMade(toMiddle + 8);
    assertThat(reserved).containsExactly(4096L + 8);
    other.abandon();
  }

  @Test
  void noSpareIsMadeWhereSyncsAreLarge() throws IOException {
    int most = 256 << 10;
    for (int more : new int[] {8, 0}) {
      SegmentAppender appender = withSpares(most);
      appender.write(block(FIRST, 1, FRAME), true);
      appender.sync();
      appender.write(block(FIRST, 2, most - HEADER - FRAME - MARK + more), true);
      appender.abandon();
      assertThat(reserved).as("%s bytes behind one sync", most + more).hasSize(more > 0 ? 0 : 1);
      memory.delete(FIRST.name().path());
    }
  }

  @Test
  void spareIsGoneOnceTheLogIsGivenUp() throws IOException {
    withSpareMade(5000).abandon();
    assertThat(memory.exists(SPARE)).isFalse();
    assertThat(directory.count(CLOSE_APPEND)).isEqualTo(2);
  }

  @Test
  void spareMakesRoomForTheEndThatIsWrittenAtClosing() throws IOException {
    SegmentAppender appender = withSpareMade(5000);
    recordSteps();
    appender.finish();
    assertThat(steps).containsSubsequence("DELETE " + SPARE, "WRITE " + FIRST.name().path());
    assertThat(memory.exists(SPARE)).isFalse();
  }

  @Test
  void spareGivesItsRoomToAWriteThatFailed() throws IOException {
    SegmentAppender appender = withSpareMade(5000);
    directory.inject(Fault.of(WRITE));
    assertThatThrownBy(() -> appender.write(block(FIRST, 3, FRAME), true))
        .isInstanceOf(OutcomeOpenException.class);
    assertThat(appender.nextSegmentIsReady()).isFalse();
    assertThat(memory.exists(SPARE)).isFalse();
    appender.abandon();
  }

  /** Goes on in a second segment, which took the spare. */
  private SegmentPlan enterSpare(SegmentAppender appender) throws IOException {
    SegmentPlan second = FIRST.next(4, 8);
    long created = directory.count(CREATE);
    appender.write(last(block(FIRST, 3, FRAME), second), true);
    appender.write(block(second, 4, FRAME), true);
    appender.sync();
    assertThat(directory.count(CREATE)).as("files made for the second").isEqualTo(created);
    assertThat(size(second)).isGreaterThan(4096);
    return second;
  }

  @Test
  void zerosBehindTheEndAreCutOnceTheNextSegmentIsDurable() throws IOException {
    SegmentAppender appender = withSpareMade(5000);
    SegmentPlan second = enterSpare(appender);
    SegmentPlan third = second.next(6, 9);
    long closed = directory.count(CLOSE_APPEND);
    appender.write(last(block(second, 5, FRAME), third), true);
    assertThat(directory.count(CLOSE_APPEND)).as("it is cut before").isEqualTo(closed);
    appender.write(block(third, 6, FRAME), false);
    Await.until("the file is closed", () -> directory.count(CLOSE_APPEND) > closed);
    assertThat(size(second)).isEqualTo(HEADER + 2 * FRAME + 2 * MARK);
    appender.abandon();
  }

  @Test
  void zerosBehindTheEndAreCutWhenTheLogIsGivenUpBeforeThatIsOver() throws IOException {
    SegmentAppender appender = withSpareMade(5000);
    SegmentPlan second = enterSpare(appender);
    appender.write(last(block(second, 5, FRAME), second.next(6, 9)), true);
    Thread closing = Thread.currentThread();
    AtomicBoolean over = new AtomicBoolean();
    directory.before(
        (operation, path) -> {
          if (operation == TRUNCATE) {
            Await.until(
                "the caller waits for the cut",
                () -> over.get() || closing.getState() == Thread.State.TIMED_WAITING);
          }
        });
    try {
      appender.abandon();
      assertThat(size(second)).isEqualTo(HEADER + 2 * FRAME + 2 * MARK);
    } finally {
      over.set(true);
    }
  }

  @Test
  void zerosBehindTheEndAreCutAtClosing() throws IOException {
    SegmentAppender appender = withSpareMade(5000);
    SegmentPlan second = enterSpare(appender);
    appender.finish();
    assertThat(size(second)).isEqualTo(HEADER + FRAME + MARK);
    assertThat(directory.count(TRUNCATE)).isEqualTo(1);
  }

  @Test
  void segmentThatOutgrewItsReserveIsNotCut() throws IOException {
    SegmentAppender appender = withSpareMade(5000);
    SegmentPlan second = enterSpare(appender);
    appender.write(block(second, 5, 7000), true);
    appender.finish();
    assertThat(directory.count(TRUNCATE)).isZero();
    assertThat(size(second)).isEqualTo(HEADER + FRAME + MARK + 7000 + MARK);
  }

  /** The lock is lost, and was found held so long ago that the appender asks again. */
  private void loseLock() {
    lock.lose();
    long lost = System.nanoTime();
    Await.until(
        "what is known of the lock is too old",
        () -> System.nanoTime() - lost > LockCheck.HELD_FOR_NANOS);
  }

  private void loseLockAt(Operation operation) {
    directory.before(
        (each, path) -> {
          if (each == operation) {
            lock.lose();
          }
        });
  }

  private static void assertLost(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(LockLostException.class);
  }

  @Test
  void noSegmentIsMadeWithoutTheLock() throws IOException {
    lock.lose();
    assertLost(() -> started(SMALL));
    assertThat(Logs.names(memory)).isEmpty();
  }

  @Test
  void nothingIsWrittenOnceTheLockIsLost() throws IOException {
    SegmentAppender appender = started(SMALL);
    appender.write(block(FIRST, 1, FRAME), true);
    appender.sync();
    loseLock();
    assertLost(() -> appender.write(block(FIRST, 2, FRAME), true));
    assertLost(appender::mark);
    assertLost(appender::finish);
    assertThat(size(FIRST)).isEqualTo(HEADER + FRAME);
  }

  @Test
  void whatIsSyncedAfterTheLockWasLostIsNotAcknowledged() throws IOException {
    SegmentAppender appender = started(SMALL);
    appender.write(block(FIRST, 1, FRAME), true);
    loseLockAt(SYNC_FILE);
    assertLost(appender::sync);
    assertThat(appender.durableId()).isZero();
    assertThat(appender.durable()).isZero();
    appender.abandon();
  }

  @Test
  void closingFailsIfTheLockIsLostWhileTheEndIsSynced() throws IOException {
    SegmentAppender appender = started(SMALL);
    appender.write(block(FIRST, 1, FRAME), true);
    appender.sync();
    loseLockAt(SYNC_FILE);
    assertLost(appender::finish);
  }

  /** Three entries, and a cut after the first that is not made durable yet. */
  private SegmentPlan cutAfterTheFirst(SegmentAppender appender) throws IOException {
    for (long id = 1; id < 3; id++) {
      appender.write(block(FIRST, id, FRAME), true);
    }
    appender.sync();
    SegmentPlan second = FIRST.startingOver(2, FileHeader.REWINDS);
    Block third = last(block(FIRST, 3, FRAME), second);
    third.position = 4; // The cut has a position of its own.
    appender.write(third, true);
    return second;
  }

  @Test
  void whatACutMakesVoidIsNotThereAnyMoreBeforeTheCutIsDurable() throws IOException {
    SegmentAppender appender = started(SMALL);
    SegmentPlan second = cutAfterTheFirst(appender);
    assertThat(appender.durableId()).isEqualTo(1);
    assertThat(appender.writtenId()).isEqualTo(1);
    assertThat(appender.written()).as("the cut is not written").isEqualTo(3);
    assertThat(memory.exists(second.name().path())).isFalse();
    appender.abandon();
  }

  /** Something that the appender does. */
  private interface Step {
    void of(SegmentAppender appender, SegmentPlan second) throws IOException;
  }

  @Test
  void cutThatIsDueComesBeforeAllElse() throws IOException {
    List<Step> steps =
        List.of(
            (appender, second) -> appender.write(block(second, 2, FRAME), true),
            (appender, second) -> appender.sync(),
            (appender, second) -> appender.mark());
    for (Step step : steps) {
      SegmentAppender appender = started(SMALL);
      SegmentPlan second = cutAfterTheFirst(appender);
      assertThat(appender.cuts.count()).isZero();
      step.of(appender, second);
      assertThat(appender.cuts.count()).isEqualTo(1);
      assertThat(memory.exists(second.name().path())).isTrue();
      assertThat(appender.ended()).containsExactly(new SegmentRange(1, 1, 1, FIRST.name().path()));
      appender.abandon();
      memory.delete(FIRST.name().path());
      memory.delete(second.name().path());
    }
  }

  @Test
  void nothingIsCutWithoutTheLock() throws IOException {
    SegmentAppender appender = started(SMALL);
    SegmentPlan second = cutAfterTheFirst(appender);
    lock.lose();
    assertLost(appender::startOverIfDue);
    assertThat(memory.exists(second.name().path())).isFalse();
    appender.abandon();
  }

  @Test
  void cutIsNotAcknowledgedIfTheLockIsLostWhileItBecomesDurable() throws IOException {
    SegmentAppender appender = started(SMALL);
    cutAfterTheFirst(appender);
    loseLockAt(SYNC_DIRECTORY);
    assertLost(appender::startOverIfDue);
    assertThat(appender.cuts.count()).isZero();
    assertThat(appender.durable()).isEqualTo(3);
    appender.abandon();
  }

  @Test
  void cutIsNotAcknowledgedIfTheNameOfItsSegmentIsNotDurable() throws IOException {
    SegmentAppender appender = started(SMALL);
    cutAfterTheFirst(appender);
    directory.inject(Fault.of(SYNC_DIRECTORY));
    assertThatThrownBy(appender::startOverIfDue).isInstanceOf(WriterPoisonedException.class);
    assertThat(appender.cuts.count()).isZero();
    appender.abandon();
  }

  @Test
  void spareThatTheStorageFailedToMakeAndLeftIsRemoved() throws IOException {
    directory.inject(Fault.of(CREATE).endingIn("spare.tmp").afterEffect());
    SegmentAppender appender = withSpares(8192);
    appender.write(block(FIRST, 1, FRAME), true);
    appender.sync();
    appender.write(block(FIRST, 2, 5000), true);
    appender.abandon(); // Waits for what was begun.
    assertThat(directory.count(CREATE)).as("one for the segment").isEqualTo(2);
    assertThat(memory.exists(SPARE)).isFalse();
  }

  @Test
  void spareThatCannotBeRemovedIsReportedAndClosed() throws Exception {
    List<Throwable> reported = new CopyOnWriteArrayList<>();
    SegmentAppender appender = withSpareMade(5000);
    directory.inject(Fault.of(DELETE).endingIn("spare.tmp"));
    Thread closer =
        new Thread(
            () -> {
              try {
                appender.abandon();
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    closer.setUncaughtExceptionHandler((thread, e) -> reported.add(e));
    closer.start();
    closer.join();
    assertThat(reported).singleElement().satisfies(e -> assertThat(e).hasMessageContaining(SPARE));
    assertThat(directory.count(CLOSE_APPEND)).isEqualTo(2);
  }

  /** A segment that is begun ahead of need, while the storage fails. */
  private List<Throwable> reportedOnAbandoning(Fault fault) throws Exception {
    List<Throwable> reported = new CopyOnWriteArrayList<>();
    SegmentAppender appender = started(SMALL);
    directory.inject(fault);
    appender.write(last(block(FIRST, 1, FRAME), FIRST.next(2, 8)), true);
    Thread closer =
        new Thread(
            () -> {
              try {
                appender.abandon();
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    closer.setUncaughtExceptionHandler((thread, e) -> reported.add(e));
    closer.start();
    closer.join();
    return reported;
  }

  @Test
  void nextSegmentThatCouldNotBeMadeIsReportedIfNobodyEntersIt() throws Exception {
    assertThat(reportedOnAbandoning(Fault.of(CREATE).endingIn(".tmp")))
        .singleElement()
        .isInstanceOf(OutcomeOpenException.class);
  }

  @Test
  void nextSegmentThatCouldNotBeRemovedIsReportedIfNobodyEntersIt() throws Exception {
    assertThat(reportedOnAbandoning(Fault.of(DELETE).endingIn(".tmp")))
        .singleElement()
        .satisfies(e -> assertThat(e).hasMessageContaining(".tmp"));
    assertThat(directory.count(CLOSE_APPEND)).isEqualTo(2);
  }

  @Test
  void whatIsLeftOfASegmentThatCouldNotBeMadeIsToldWithTheFailure() throws Exception {
    directory.inject(Fault.of(WRITE).endingIn(".tmp").saying("the write failed"));
    directory.inject(Fault.of(DELETE).endingIn(".tmp").saying("the deletion failed"));
    assertThatThrownBy(() -> started(SMALL))
        .isInstanceOf(OutcomeOpenException.class)
        .cause()
        .hasMessageContaining("the write failed")
        .satisfies(
            e ->
                assertThat(e.getSuppressed())
                    .singleElement()
                    .satisfies(it -> assertThat(it).hasMessageContaining("the deletion failed")));
    assertThat(Logs.names(memory)).as("the file that could not be removed").hasSize(1);
  }

  @Test
  void fileOfASegmentThatCouldNotBeMadeIsClosedBeforeItIsRemoved() {
    directory.inject(Fault.of(WRITE).endingIn(".tmp"));
    recordSteps();
    assertThatThrownBy(() -> started(SMALL)).isInstanceOf(OutcomeOpenException.class);
    String path = FIRST.name().path() + ".tmp";
    assertThat(steps).containsSubsequence("CLOSE_APPEND " + path, "DELETE " + path);
  }
}
