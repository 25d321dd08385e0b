package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.checkpoint.Checkpoints;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.storage.FsDirectory;
import dev.durability.storage.LoopMount;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A log on a file system that was made for it, which runs full, turns read-only, or fails. Needs
 * the right to mount one, and its tools.
 */
@Timeout(600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("slow")
abstract class RealFileSystemTest {
  private static final int MORE_THAN_FITS = 1_000_000;

  /** Some file systems look for room only then. What is durable is not known after that. */
  private static final String FULL_BUT_NOT_AT_A_WRITE =
      "(?s).*(syncing .* failed|making the segment .* durable failed|could not be rolled back).*";

  private final LoopMount.Type type;
  private @Nullable Path place;
  private @Nullable LoopMount mounted;

  private @Nullable FsDirectory opened;
  private @Nullable Path root;

  RealFileSystemTest(LoopMount.Type type) {
    this.type = type;
  }

  @BeforeAll
  void mount(@TempDir Path temp) throws IOException {
    place = temp;
    mount("first");
  }

  private void mount(String name) throws IOException {
    try {
      mounted = LoopMount.make(type, Objects.requireNonNull(place).resolve(name));
    } catch (LoopMount.UnavailableException e) {
      skip(e);
    }
  }

  private void skip(LoopMount.UnavailableException e) {
    String reason = getClass().getSimpleName() + " skipped: " + e.getMessage();
    System.out.println(reason);
    assumeTrue(false, reason);
  }

  @AfterAll
  void unmount() throws IOException {
    if (mounted != null) {
      mounted.close();
      mounted = null;
    }
  }

  @BeforeEach
  void makeDirectory(TestInfo test) throws IOException {
    makeDirectory(test.getTestMethod().orElseThrow().getName());
  }

  private void makeDirectory(String name) throws IOException {
    root = disk().path().resolve(name);
    opened = FsDirectory.open(root);
  }

  @AfterEach
  void makeRoom() throws IOException {
    disk().makeRoom();
  }

  private LoopMount disk() {
    return Objects.requireNonNull(mounted);
  }

  private FsDirectory directory() {
    return Objects.requireNonNull(opened);
  }

  /** Appends until that fails, and tells what was acknowledged. */
  private static IOException appendUntilFailure(
      WalWriter<String> log, List<String> acknowledged, String text) {
    for (int i = 0; i < MORE_THAN_FITS; i++) {
      String entry = acknowledged.size() + text;
      try {
        assertThat(log.appendDurable(entry)).isEqualTo(acknowledged.size() + 1);
      } catch (IOException e) {
        return e;
      }
      acknowledged.add(entry);
    }
    throw new AssertionError("the disk does not run full");
  }

  private void assertHolds(List<String> entries) throws IOException {
    assertThat(Logs.entries(directory()).equals(entries)).isTrue();
    assertThat(Logs.verdict(directory())).isEqualTo(Verdict.CLEAN);
  }

  /** All that was acknowledged, and perhaps more of what was appended. */
  private void assertStartsWith(List<String> acknowledged) throws IOException {
    List<String> entries = Logs.entries(directory());
    assertThat(entries.size()).isGreaterThanOrEqualTo(acknowledged.size());
    assertThat(entries.subList(0, acknowledged.size()).equals(acknowledged)).isTrue();
  }

  @Test
  void fullWhileAppendingLeavesTheOutcomeOpenAndWithRoomTheEntryComesOnce() throws IOException {
    fullWhileWriting(WalOptions.builder().segmentBytes(1 << 20).build(), "x".repeat(5000));
  }

  @Test
  void fullWhileRotatingLosesNothingAndIdsContinue() throws IOException {
    fullWhileWriting(Logs.small().build(), "x".repeat(4000)); // A segment holds one.
  }

  private void fullWhileWriting(WalOptions options, String text) throws IOException {
    List<String> entries = new ArrayList<>();
    try (WalWriter<String> log = Logs.open(directory(), options)) {
      entries.add("0" + text);
      log.appendDurable(entries.get(0));
      disk().fillUp();
      IOException full = appendUntilFailure(log, entries, text);
      assertThat(full).hasStackTraceContaining("No space left");
      Throwable again = catchThrowable(log::sync);
      assertStartsWith(entries);
      if (again instanceof WriterPoisonedException) {
        assertThat(again).hasMessageMatching(FULL_BUT_NOT_AT_A_WRITE);
        assertThatThrownBy(log::close).isInstanceOf(DurabilityException.class);
        disk().makeRoom();
        goesOn(entries);
        return;
      }
      assertThat(full).isInstanceOf(OutcomeOpenException.class);
      assertThat(again).isInstanceOf(OutcomeOpenException.class);
      entries.add(entries.size() + text); // It has an id, and waits.
      disk().makeRoom();
      log.sync();
      assertThat(log.lastDurableId()).isEqualTo(entries.size());
      entries.add("last");
      assertThat(log.appendDurable("last")).isEqualTo(entries.size());
    }
    assertHolds(entries);
  }

  @Test
  void fullWhilePublishingFailsAndTheNextPublishSucceeds() throws IOException {
    List<String> entries = new ArrayList<>();
    try (WalWriter<String> log = Logs.open(directory())) {
      for (int i = 0; i < 100; i++) {
        entries.add(i + "x".repeat(200));
        log.appendDurable(entries.get(i));
      }
      CheckpointPublisher publisher =
          CheckpointPublisher.of(directory(), Clock.systemUTC(), log).keeping(1);
      // On the full disk the log's thread has nothing left to write.
      Await.until("the last entry is promised", () -> Logs.promised(directory()) == 100);
      disk().fillUp();
      Checkpoints.Content content = out -> write(out, 4 << 20);
      assertThatThrownBy(() -> publisher.publish(100, content))
          .isInstanceOf(IOException.class)
          .hasStackTraceContaining("No space left");
      assertThat(Checkpoints.in(directory(), Clock.systemUTC()).list()).isEmpty();
      assertThat(Logs.entries(directory())).isEqualTo(entries);
      disk().makeRoom();
      assertThat(publisher.publish(100, content).removedSegments()).isNotEmpty();
      log.appendDurable("after");
    }
    assertThat(Logs.verdict(directory())).isEqualTo(Verdict.CLEAN);
    assertThat(WalMaintenance.verify(directory()).covered()).isEqualTo(100);
    assertThat(Logs.entries(directory())).endsWith("after");
  }

  private static void write(OutputStream out, int bytes) throws IOException {
    byte[] block = new byte[1 << 16];
    for (int written = 0; written < bytes; written += block.length) {
      out.write(block);
    }
  }

  @Test
  void openingOnAFullDiskFailsChangingNothingAndReadingWorks() throws IOException {
    List<String> entries = new ArrayList<>();
    try (WalWriter<String> log = Logs.open(directory())) {
      for (int i = 0; i < 20; i++) {
        entries.add(i + "x".repeat(900));
        log.appendDurable(entries.get(i));
      }
    }
    disk().fillUp();
    int opens = 0;
    IOException full = null;
    while (full == null && opens < 10_000) {
      // Some file systems have room for small files in what they keep for themselves.
      try (WalWriter<String> log = Logs.open(directory())) {
        entries.add("in the room that was left " + opens++);
        log.appendDurable(entries.get(entries.size() - 1));
      } catch (OutcomeOpenException | WriterPoisonedException e) {
        full = e; // After the opening; and closing does not say that it succeeded.
      } catch (DurabilityException e) {
        full = e;
        assertThat(e).hasMessageContaining("open it again once the storage works");
      } catch (IOException e) {
        full = e;
      }
    }
    assertThat(full).isNotNull().hasStackTraceContaining("No space left");
    System.out.println(disk() + ": full after " + opens + " more openings: " + full.getMessage());
    List<String> found = Logs.entries(directory());
    assertThat(entries).startsWith(found.toArray(String[]::new));
    assertThat(found.size()).isBetween(entries.size() - 1, entries.size());
    disk().makeRoom();
    try (WalWriter<String> log = Logs.open(directory())) {
      found = new ArrayList<>(Logs.entries(directory()));
      found.add("last");
      assertThat(log.appendDurable("last")).isEqualTo(found.size());
    }
    assertHolds(found);
  }

  @Test
  void readOnlyMountRefusesToOpenAndIsReadAndVerified() throws IOException {
    List<String> entries = List.of("one", "two");
    try (WalWriter<String> log = Logs.open(directory())) {
      for (String entry : entries) {
        log.appendDurable(entry);
      }
    }
    disk().makeReadOnly();
    try {
      FsDirectory reopened = FsDirectory.open(Objects.requireNonNull(root));
      assertThatThrownBy(() -> Logs.open(reopened))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Read-only file system");
      assertThat(Logs.entries(reopened)).isEqualTo(entries);
      assertThat(Logs.verdict(reopened)).isEqualTo(Verdict.CLEAN);
    } finally {
      disk().makeWritable();
    }
    try (WalWriter<String> log = Logs.open(directory())) {
      assertThat(log.appendDurable("three")).isEqualTo(3);
    }
    assertHolds(List.of("one", "two", "three"));
  }

  @Test
  void fileSystemThatTurnsReadOnlyStopsTheWriterAndMountedAgainHasEverythingAcknowledged()
      throws IOException {
    List<String> acknowledged = new ArrayList<>();
    try (WalWriter<String> log = Logs.open(directory())) {
      for (int i = 0; i < 50; i++) {
        acknowledged.add(i + "x".repeat(300));
        log.appendDurable(acknowledged.get(i));
      }
      try {
        disk().findError();
      } catch (LoopMount.UnavailableException e) {
        skip(e);
      }
      IOException stopped = appendUntilFailure(log, acknowledged, "y");
      assertThat(stopped)
          .isInstanceOfAny(OutcomeOpenException.class, WriterPoisonedException.class);
      assertThatThrownBy(log::sync).isInstanceOf(DurabilityException.class);
      assertStartsWith(acknowledged);
      assertThatThrownBy(log::close).isInstanceOf(DurabilityException.class);
    }
    disk().mountAgain();
    assertStartsWith(acknowledged);
    goesOn(acknowledged);
  }

  /** Opens and appends; what was acknowledged is there, and whatever came before the new entry. */
  private void goesOn(List<String> acknowledged) throws IOException {
    try (WalWriter<String> log = Logs.open(directory())) {
      assertThat(log.recovered().intact()).isGreaterThanOrEqualTo(acknowledged.size());
      log.appendDurable("goes on");
    }
    assertStartsWith(acknowledged);
    assertThat(Logs.entries(directory())).endsWith("goes on");
    assertThat(Logs.verdict(directory())).isEqualTo(Verdict.CLEAN);
  }

  @Test
  void deviceThatFailsStopsTheWriterAndMountedAgainHasEverythingAcknowledged() throws IOException {
    unmount();
    mount("never written");
    makeDirectory("log");
    List<String> acknowledged = new ArrayList<>();
    WalWriter<String> log =
        Logs.open(directory(), WalOptions.builder().segmentBytes(1 << 16).build());
    try {
      for (int i = 0; i < 50; i++) {
        acknowledged.add(i + "x".repeat(3000));
        log.appendDurable(acknowledged.get(i));
      }
      disk().failDevice();
      try {
        IOException failed = appendUntilFailure(log, acknowledged, "y".repeat(3000));
        System.out.println(disk() + ": the device failed: " + root(failed));
        // It is poisoned, unless the file system turned read-only before a sync met the failure.
        assertThat(failed)
            .isInstanceOfAny(WriterPoisonedException.class, OutcomeOpenException.class);
        assertThatThrownBy(log::sync).isInstanceOf(DurabilityException.class);
        assertThatThrownBy(log::close).isInstanceOf(DurabilityException.class);
      } finally {
        disk().mendDevice();
      }
    } finally {
      closeQuietly(log);
      disk().mountAgain();
    }
    assertStartsWith(acknowledged);
    goesOn(acknowledged);
  }

  private static void closeQuietly(WalWriter<String> log) {
    try {
      log.close();
    } catch (IOException e) {
      // Expected where it is tested.
    }
  }

  private static Throwable root(Throwable failure) {
    return failure.getCause() == null ? failure : root(failure.getCause());
  }

  @Test
  void powerLossAmongThreadsAndCheckpointsLosesNothingAcknowledged() throws Exception {
    long seed = Long.getLong("durability.seed", 1);
    Random random = new Random(seed);
    long acknowledged = 0;
    for (int round = 0; round < 4; round++) {
      acknowledged = losePower(50 + random.nextInt(1500));
      disk().mountAgain();
      LogReport report = WalMaintenance.verify(directory());
      System.out.println(
          disk() + ": seed=" + seed + ", " + acknowledged + " acknowledged, " + report.verdict());
      assertThat(report.verdict()).as("seed=" + seed).isNotEqualTo(Verdict.CORRUPT);
      assertThat(report.intact()).as("seed=" + seed).isGreaterThanOrEqualTo(acknowledged);
    }
    try (WalWriter<String> log = Logs.open(directory())) {
      assertThat(log.appendDurable("goes on")).isGreaterThan(acknowledged);
    }
    assertThat(Logs.entries(directory())).endsWith("goes on");
    assertThat(Logs.verdict(directory())).isEqualTo(Verdict.CLEAN);
  }

  /**
   * Appends and publishes with several threads until the power is lost.
   *
   * @return the last entry that was acknowledged before that
   */
  private long losePower(int appends) throws Exception {
    WalOptions options = WalOptions.builder().segmentBytes(1 << 15).build();
    WalWriter<String> log = Logs.open(directory(), options);
    AtomicLong acknowledged = new AtomicLong(log.lastDurableId());
    AtomicInteger left = new AtomicInteger(appends);
    long before = 0;
    CountDownLatch enough = new CountDownLatch(1);
    ExecutorService executor = Executors.newCachedThreadPool();
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        running.add(
            executor.submit(
                () -> {
                  for (int n = 0; n < MORE_THAN_FITS; n++) {
                    long id = log.appendDurable(n + "x".repeat(n * 31 % 900));
                    acknowledged.accumulateAndGet(id, Math::max);
                    if (left.decrementAndGet() == 0) {
                      enough.countDown();
                    }
                  }
                  return null;
                }));
      }
      CheckpointPublisher publisher = CheckpointPublisher.of(directory(), Clock.systemUTC(), log);
      running.add(
          executor.submit(
              () -> {
                while (true) {
                  publisher.publish(log.lastDurableId(), out -> write(out, 1 << 17));
                }
              }));
      enough.await();
      // A sync that is at work when the power goes may return after that, and say anything.
      before = acknowledged.get();
      disk().losePower();
      for (Future<?> each : running) {
        assertThatThrownBy(each::get).hasCauseInstanceOf(IOException.class);
      }
    } catch (LoopMount.UnavailableException e) {
      skip(e);
    } finally {
      closeQuietly(log);
      executor.shutdownNow();
    }
    return before;
  }

  @Test
  void killedWriterLosesNothingAcknowledged() throws Exception {
    long seed = Long.getLong("durability.seed", 1);
    Random random = new Random(seed);
    long acknowledged = 0;
    for (int round = 0; round < 3; round++) {
      Path place = Objects.requireNonNull(root);
      try (AppendingProcess process = AppendingProcess.start(place, "round " + round)) {
        assertThat(process.line()).isEqualTo("open");
        for (int left = 1 + random.nextInt(300); left > 0; left--) {
          acknowledged = Math.max(acknowledged, idOf(process.line()));
        }
        process.kill();
        for (String line = process.line(); line != null; line = process.line()) {
          acknowledged = Math.max(acknowledged, idOf(line));
        }
      }
      LogReport report = WalMaintenance.verify(directory());
      assertThat(report.verdict()).as("seed=" + seed).isNotEqualTo(Verdict.CORRUPT);
      assertThat(report.intact()).as("seed=" + seed).isGreaterThanOrEqualTo(acknowledged);
    }
    try (WalWriter<String> log = Logs.open(directory())) {
      assertThat(log.appendDurable("goes on")).isGreaterThan(acknowledged);
    }
    assertThat(Logs.verdict(directory())).isEqualTo(Verdict.CLEAN);
  }

  /** The last line of a process that was killed may be cut off, but not before its id. */
  private static long idOf(@Nullable String line) {
    int space = line == null ? -1 : line.indexOf(' ');
    return space < 0 ? 0 : Long.parseLong(line.substring(0, space));
  }
}
