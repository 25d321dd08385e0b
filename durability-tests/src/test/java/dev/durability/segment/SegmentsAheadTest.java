package dev.durability.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.durability.log.ReplayMode;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.Fault.Operation;
import dev.durability.testkit.FaultDirectory;
import dev.durability.wal.LogBuilder;
import dev.durability.wal.WalMaintenance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Several threads over a log find what one finds. */
class SegmentsAheadTest {
  private static final int LOGS = 3_000;
  private static final int FEW_LOGS = 100;
  private static final int WINDOW_BYTES = 8 << 10;

  private final MemoryDirectory memory = new MemoryDirectory();
  private final FaultDirectory directory = new FaultDirectory(memory);

  private static LogCursor cursor(Directory directory, long aheadBytesMin) throws IOException {
    LogListing listing = LogListing.of(directory, LogListing.segments(directory));
    return new LogCursor(directory, listing, listing.start(), WINDOW_BYTES, aheadBytesMin);
  }

  /** All that a pass finds, or how it fails, as text. */
  private static String found(Directory directory, long aheadBytesMin) {
    try (LogCursor cursor = cursor(directory, aheadBytesMin)) {
      return found(cursor);
    } catch (IOException failure) {
      return failure.toString();
    }
  }

  private static String found(LogCursor cursor) throws IOException {
    LogFindings found = LogFindings.finish(cursor);
    PromisedEnd end = found.promisedEnd();
    return found.judgement().report()
        + " "
        + List.of(found.ended(), found.runEnd(), found.fileSize(), found.remains())
        + found.lastStampMicros()
        + found.lastHeader()
        + (found.judgement().isAcceptable(ReplayMode.PREFIX)
            ? end.offset() + ", " + end.nextId()
            : "");
  }

  private static void frames(LogBuilder log, Random random) throws IOException {
    for (int frames = random.nextInt(6); frames > 0; frames--) {
      switch (random.nextInt(12)) {
        case 0 -> log.part("a").part("b").entry("c");
        case 1 -> log.mark(random.nextInt(20));
        case 2 -> log.checkpoint(random.nextInt(8), random.nextBoolean() ? "" : "nowhere");
        case 3 -> log.entry("x".repeat(random.nextInt(3 * WINDOW_BYTES)));
        default -> log.entries(1 + random.nextInt(3)).mark(1);
      }
    }
  }

  private static void damage(LogBuilder log, Random random) throws IOException {
    switch (random.nextInt(30)) {
      case 0 -> log.flip(random.nextInt(log.offset()));
      case 1 -> log.flip(random.nextInt(64));
      case 2 -> log.cut(random.nextInt(log.offset()));
      case 3 -> log.zeros(8 * random.nextInt(9));
      case 4 -> log.raw(new byte[] {0, 0, 1});
      case 5 -> log.part("torn");
      default -> {}
    }
  }

  private static void randomLog(Directory directory, Random random) throws IOException {
    LogBuilder log = new LogBuilder(directory).segment(1);
    int segments = 3 + random.nextInt(5);
    for (int number = 1; number <= segments; number++) {
      frames(log, random);
      boolean last = number == segments;
      if (random.nextInt(20) > 0 && (!last || random.nextBoolean())) {
        log.end(1);
      }
      damage(log, random);
      if (random.nextInt(40) > 0) {
        log.write();
      }
      if (random.nextInt(40) == 0) {
        log.segment(new UUID(7, 7), number + 1, 9, 1, 2);
      } else {
        log.segment(number + 1);
      }
    }
  }

  @Test
  void severalThreadsFindWhatOneFinds() throws IOException {
    expectTheSame(0, FEW_LOGS);
  }

  @Tag("slow")
  @Test
  void severalThreadsFindWhatOneFindsInManyLogs() throws IOException {
    expectTheSame(FEW_LOGS, LOGS);
  }

  private static void expectTheSame(int fromSeed, int toSeed) throws IOException {
    for (int seed = fromSeed; seed < toSeed; seed++) {
      MemoryDirectory random = new MemoryDirectory();
      randomLog(random, new Random(seed));
      if (!LogListing.segments(random).isEmpty()) {
        assertThat(found(random, 0)).as("seed " + seed).isEqualTo(found(random, Long.MAX_VALUE));
      }
    }
  }

  @Test
  void readFailureInAnySegmentIsAnIoExceptionOfTheFirst() throws IOException {
    List<String> paths = wholeLog(6);
    for (String path : paths) {
      expectReadFailure(path, path);
      expectReadFailure(path, path, paths.get(5));
    }
    expectReadFailure(paths.get(2), paths.get(4), paths.get(2));
  }

  /** Lets the first read of the frames of some segments fail, and none after it. */
  private void expectReadFailure(String first, String... paths) throws IOException {
    try (LogCursor cursor = cursor(directory, 0)) {
      for (String path : paths) {
        directory.inject(Fault.of(Operation.READ).endingIn(path).nth(2));
      }
      assertThatThrownBy(() -> LogFindings.finish(cursor))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(first)
          .hasMessageContaining("injected");
    } finally {
      directory.heal();
    }
  }

  private List<String> wholeLog(int segments) throws IOException {
    List<String> paths = new ArrayList<>();
    LogBuilder log = new LogBuilder(memory).segment(1);
    for (int number = 1; number <= segments; number++) {
      log.entries(4).end(4L * number).write();
      paths.add(log.path());
      log.segment(number + 1);
    }
    return paths;
  }

  private static void await(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        assertThat(latch.await(300, TimeUnit.SECONDS)).isTrue();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void assumeTwoProcessors() {
    boolean two = Runtime.getRuntime().availableProcessors() > 1;
    if (!two) {
      System.out.println("SegmentsAheadTest skipped: one processor, so no other thread takes part");
    }
    assumeTrue(two);
  }

  /**
   * Lets the caller go on to the third segment only once another thread did something: whoever
   * enters the first one looks at the header of the second.
   */
  private void letOthersBegin(List<String> paths, Runnable inOther) {
    Thread caller = Thread.currentThread();
    CountDownLatch begun = new CountDownLatch(1);
    directory.before(
        (operation, path) -> {
          if (Thread.currentThread() != caller) {
            begun.countDown();
            inOther.run();
          } else if (path.equals(paths.get(2))) {
            await(begun);
          }
        });
  }

  @Test
  void otherThreadTakesPartAndAnInterruptedCallerChangesNothing() throws IOException {
    assumeTwoProcessors();
    List<String> paths = wholeLog(6);
    String expected = found(memory, Long.MAX_VALUE);
    Set<String> others = ConcurrentHashMap.newKeySet();
    try (LogCursor cursor = cursor(directory, 0)) {
      letOthersBegin(paths, () -> others.add(Thread.currentThread().getName()));
      Thread.currentThread().interrupt();
      assertThat(found(cursor)).isEqualTo(expected);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(others).containsExactly(SegmentsAhead.THREAD_NAME);
  }

  @Test
  void errorInAnotherThreadReachesTheCaller() throws IOException {
    assumeTwoProcessors();
    List<String> paths = wholeLog(6);
    try (LogCursor cursor = cursor(directory, 0)) {
      letOthersBegin(
          paths,
          () -> {
            throw new OutOfMemoryError("for this test");
          });
      assertThatThrownBy(() -> LogFindings.finish(cursor))
          .isInstanceOf(OutOfMemoryError.class)
          .hasMessage("for this test");
    }
  }

  @Test
  void segmentThatIsAnotherByNowIsGoneOverAnew() throws IOException {
    String path = wholeLog(6).get(1);
    AtomicInteger opened = new AtomicInteger();
    try (LogCursor cursor = cursor(directory, 0)) {
      directory.before(
          (operation, where) -> {
            if (operation == Operation.OPEN
                && where.equals(path)
                && opened.incrementAndGet() == 2) {
              replaceSecond();
            }
          });
      assertThat(found(cursor)).isEqualTo(found(memory, Long.MAX_VALUE)).contains("intact=5");
    }
  }

  private void replaceSecond() {
    try {
      new LogBuilder(memory)
          .segment(LogBuilder.LOG_ID, 2, 5, LogBuilder.saltOf(1), 12345)
          .entries(1)
          .write();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void smallLogsAreReadByTheCallerAlone() throws IOException {
    wholeLog(6);
    Set<String> threads = ConcurrentHashMap.newKeySet();
    directory.before((operation, path) -> threads.add(Thread.currentThread().getName()));
    WalMaintenance.verify(directory);
    assertThat(threads).containsExactly(Thread.currentThread().getName());
  }
}
