package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.errors.CodecException;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.DurabilityException;
import dev.durability.frame.FrameKind;
import dev.durability.segment.CheckpointName;
import dev.durability.segment.SegmentName;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.Fault.Operation;
import dev.durability.testkit.FaultDirectory;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Following logs that the tests write by hand, and logs with a writer at work. */
@Timeout(600)
class WalTailTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  private final MemoryDirectory directory = new MemoryDirectory();
  private final WalReader<String> reader = WalReader.of(directory, Codecs.utf8());

  /** Polls without waiting, often enough for whatever takes more than one look. */
  private static List<Long> drain(WalTail<String> tail) throws IOException {
    List<Long> ids = new ArrayList<>();
    for (int empty = 0; empty < 70; ) {
      WalRecord<String> record = tail.poll(Duration.ZERO);
      if (record == null) {
        empty++;
      } else {
        assertThat(record.entry()).isEqualTo("e" + record.id());
        ids.add(record.id());
      }
    }
    return ids;
  }

  private static @Nullable Long next(WalTail<String> tail) throws IOException {
    WalRecord<String> record = tail.poll(Duration.ZERO);
    return record == null ? null : record.id();
  }

  @Test
  void onlyPromisedEntriesAreGivenAndOthersOnceTheyArePromised() throws IOException {
    LogBuilder log = new LogBuilder(directory).segment(1).entries(3).write();
    try (WalTail<String> tail = reader.follow(0)) {
      assertThat(drain(tail)).isEmpty();
      log.mark(2);
      rewriteInPlace(log);
      assertThat(drain(tail)).containsExactly(1L, 2L);
      log.entries(2).mark(4);
      rewriteInPlace(log);
      assertThat(drain(tail)).containsExactly(3L, 4L);
      log.end(5);
      rewriteInPlace(log);
      assertThat(drain(tail)).containsExactly(5L);
      log.segment(2).entries(2).write();
      assertThat(drain(tail)).isEmpty();
      log.end(7);
      rewriteInPlace(log);
      log.segment(3).write();
      assertThat(drain(tail)).containsExactly(6L, 7L);
      log.checkpoint(7, "").mark(7).entries(1).mark(8);
      rewriteInPlace(log);
      assertThat(drain(tail)).containsExactly(8L);
    }
  }

  /** Makes the file hold what the builder does, as a reader that has it open sees it. */
  private void rewriteInPlace(LogBuilder log) throws IOException {
    rewriteInPlace(directory, log);
  }

  private static void rewriteInPlace(Directory directory, LogBuilder log) throws IOException {
    byte[] bytes = log.bytes();
    try (var file = directory.resume(log.path(), 0)) {
      file.write(ByteBuffer.wrap(bytes));
      file.truncate(bytes.length);
    }
  }

  @Test
  void firstEntryIsGivenBeforeTheWholeLogWasRead() throws IOException {
    LogBuilder log = new LogBuilder(directory);
    for (int segment = 1; segment <= 50; segment++) {
      log.segment(segment).entries(20).end(20L * segment).write();
    }
    FaultDirectory counting = new FaultDirectory(directory);
    try (WalTail<String> tail = WalReader.of(counting, Codecs.utf8()).follow(1)) {
      long before = counting.count(Operation.OPEN);
      assertThat(next(tail)).isEqualTo(1L);
      assertThat(counting.count(Operation.OPEN) - before).isLessThan(5);
      assertThat(drain(tail)).hasSize(999);
    }
  }

  @Test
  void olderSegmentsAreNotOpened() throws IOException {
    LogBuilder log = new LogBuilder(directory);
    for (int segment = 1; segment <= 9; segment++) {
      log.segment(segment).entries(2).end(2L * segment).write();
    }
    List<String> opened = new ArrayList<>();
    FaultDirectory counting =
        new FaultDirectory(directory)
            .before(
                (operation, path) -> {
                  if (operation == Operation.OPEN) {
                    opened.add(path);
                  }
                });
    try (WalTail<String> tail = WalReader.of(counting, Codecs.utf8()).follow(16)) {
      assertThat(drain(tail)).containsExactly(16L, 17L, 18L);
    }
    // The oldest one tells, by its header, whether it belongs to this log.
    assertThat(opened)
        .containsOnly(
            new SegmentName(1, 1).path(),
            new SegmentName(8, 15).path(),
            new SegmentName(9, 17).path());
  }

  @Test
  void entriesThatAreStillToComeCanBeWaitedFor() throws IOException {
    LogBuilder log = new LogBuilder(directory).segment(1).entries(3).end(3).write();
    try (WalTail<String> tail = reader.follow(8)) {
      assertThat(drain(tail)).isEmpty();
      log.segment(2).entries(3).end(6).write();
      assertThat(drain(tail)).isEmpty();
      log.segment(3).entries(3).end(9).write();
      assertThat(drain(tail)).containsExactly(8L, 9L);
    }
    assertThatThrownBy(() -> reader.follow(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void emptyLastSegmentThatIsReplacedUnderItsNameIsNoticed() throws IOException {
    LogBuilder log = new LogBuilder(directory).segment(1).entries(2).end(2).write();
    for (boolean ended : new boolean[] {false, true}) {
      log.segment(LogBuilder.LOG_ID, 2, 3, LogBuilder.saltOf(1), 999);
      (ended ? log.end(2) : log).write();
      try (WalTail<String> tail = reader.follow(1)) {
        assertThat(drain(tail)).containsExactly(1L, 2L);
        log.segment(2, 3).entries(2).end(4).write();
        assertThat(drain(tail)).containsExactly(3L, 4L);
      }
    }
  }

  @Test
  void framesThatWereSeenAheadAndRolledBackAreNeitherShownNorInTheWay() throws IOException {
    for (int shift = 0; shift < 4; shift++) {
      MemoryDirectory place = new MemoryDirectory();
      LogBuilder log = new LogBuilder(place).segment(1).entries(2).mark(2).write();
      int end = log.offset();
      try (WalTail<String> tail = WalReader.of(place, Codecs.utf8()).follow(1)) {
        assertThat(drain(tail)).containsExactly(1L, 2L);
        log.frame(FrameKind.ENTRY, 3, bytes("gone"))
            .frame(FrameKind.ENTRY, 4, bytes("gone as well"))
            .mark(2);
        rewriteInPlace(place, log);
        assertThat(drain(tail)).isEmpty();
        log.cut(end);
        rewriteInPlace(place, log);
        assertThat(drain(tail)).isEmpty();
        for (int i = 0; i < shift; i++) {
          log.mark(2);
        }
        log.entries(3).mark(5);
        rewriteInPlace(place, log);
        assertThat(drain(tail)).as("shift " + shift).containsExactly(3L, 4L, 5L);
      }
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void tornTailIsWaitedAtAndPassedOnceAWriterHasCutIt() throws IOException {
    LogBuilder log = new LogBuilder(directory).segment(1).entries(3).mark(3).entries(1);
    int end = log.offset();
    log.part("e5").part("e6").raw(new byte[] {1, 2, 3}).write();
    try (WalTail<String> tail = reader.follow(1)) {
      assertThat(drain(tail)).containsExactly(1L, 2L, 3L);
      try (WalWriter<String> writer =
          WalWriter.open(directory, Codecs.utf8(), WalOptions.defaults())) {
        assertThat(writer.recovered().cut().offset()).isEqualTo(end);
        assertThat(writer.appendDurable("e5")).isEqualTo(5);
        writer.appendDurable("e6");
      }
      assertThat(drain(tail)).containsExactly(4L, 5L, 6L);
    }
  }

  @Tag("slow")
  @Test
  void damageWithAPromiseOrASegmentBehindItIsAnErrorAfterWhatIsBeforeIt() throws IOException {
    LogBuilder log = new LogBuilder(directory).segment(1).entries(2).mark(2);
    int second = log.offset();
    log.entries(2).mark(4).flip(second + 17).write();
    expectDamage(2, 3);
    log.flip(second + 17).end(4).flip(second + 17).write();
    log.segment(2).entries(1).end(5).write();
    expectDamage(2, 3);
    log.segment(1, 1).entries(2).mark(2).write(); // no END
    expectDamage(2, 3);
    log.segment(1, 1).entries(4).end(4).write();
    log.segment(2).entries(1).end(5).flip(1).write();
    expectDamage(4, 0);
    directory.delete(log.path());
    log.segment(3, 6).entries(1).end(6).write();
    expectDamage(4, 5);
  }

  @Test
  void segmentThatGoesBackIsDamageAndNotReadAsIfItWereTheNext() throws IOException {
    LogBuilder log = new LogBuilder(directory).segment(1).entries(2).end(2).write();
    log.segment(3, 2).entries(2).mark(3).write();
    expectDamage(2, 3);
  }

  private void expectDamage(int readable, long firstLost) throws IOException {
    try (WalTail<String> tail = reader.follow(1)) {
      for (long id = 1; id <= readable; id++) {
        assertThat(next(tail)).isEqualTo(id);
      }
      for (int again = 0; again < 2; again++) {
        assertThatThrownBy(() -> tail.poll(LONG))
            .isInstanceOfSatisfying(
                CorruptLogException.class, e -> assertThat(e.firstLostId()).isEqualTo(firstLost));
      }
    }
  }

  @Test
  void promisedEntriesThatVanishAreAnErrorAndNoEndlessWait() throws IOException {
    LogBuilder log = new LogBuilder(directory).segment(1).entries(1);
    int end = log.offset();
    log.entries(3).mark(4).write();
    try (WalTail<String> tail = reader.follow(1)) {
      assertThat(next(tail)).isEqualTo(1L);
      try (var file = directory.resume(log.path(), end)) {
        file.truncate(end);
      }
      // What is in memory may be given: it was promised. Then the loss is told.
      assertThatThrownBy(
              () -> {
                while (tail.poll(LONG) != null) {
                  // On to the end.
                }
              })
          .isInstanceOf(CorruptLogException.class);
    }
  }

  @Test
  void truncationOfWhatWasReadDoesNotDisturbAndOfWhatWasNotIsAClearError() throws IOException {
    LogBuilder log = new LogBuilder(directory);
    for (int segment = 1; segment <= 5; segment++) {
      log.segment(segment).entries(2).end(2L * segment).write();
    }
    try (WalTail<String> tail = reader.follow(1);
        WalTail<String> lagging = reader.follow(1)) {
      assertThat(next(lagging)).isEqualTo(1L);
      for (long id = 1; id <= 6; id++) {
        assertThat(next(tail)).isEqualTo(id);
      }
      for (int segment = 1; segment <= 3; segment++) {
        directory.delete(new SegmentName(segment, 2L * segment - 1).path());
      }
      assertThat(drain(tail)).containsExactly(7L, 8L, 9L, 10L);
      for (int again = 0; again < 2; again++) {
        assertThatThrownBy(() -> drain(lagging))
            .isInstanceOf(DurabilityException.class)
            .isNotInstanceOf(CorruptLogException.class)
            .hasMessageContaining("starts at entry 7")
            .hasMessageContaining("truncated");
      }
      directory.delete(new SegmentName(4, 7).path());
      log.segment(6).entries(1).end(11).write();
      directory.delete(new SegmentName(5, 9).path());
      assertThat(drain(tail)).containsExactly(11L);
      // It sleeps while segments come and go.
      log.segment(7).entries(1).end(12);
      log.segment(8).entries(1).end(13).write();
      directory.delete(new SegmentName(6, 11).path());
      assertThatThrownBy(() -> drain(tail))
          .isInstanceOf(DurabilityException.class)
          .hasMessageContaining("starts at entry 13");
    }
  }

  /** Before each file that is opened, in turn, the segments that another one follows go. */
  @Test
  void segmentsThatGoBetweenListingAndOpeningAreNoFailedRead() throws IOException {
    int given = 0;
    int told = 0;
    for (int at = 1; ; at++) {
      MemoryDirectory disk = new MemoryDirectory();
      LogBuilder log = new LogBuilder(disk).segment(1).entries(2).end(2).write();
      int due = at;
      AtomicInteger opened = new AtomicInteger();
      FaultDirectory truncated =
          new FaultDirectory(disk)
              .before(
                  (operation, path) -> {
                    if (operation == Operation.OPEN && opened.incrementAndGet() == due) {
                      removeAllButTheLast(disk);
                    }
                  });
      try (WalTail<String> tail = WalReader.of(truncated, Codecs.utf8()).follow(1)) {
        List<Long> ids = new ArrayList<>(drain(tail));
        log.segment(2).entries(2).end(4).write();
        log.segment(3).entries(2).mark(6).write();
        ids.addAll(drain(tail));
        assertThat(ids).as("at=%d", at).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        given++;
      } catch (DurabilityException e) {
        assertThat(e).as("at=%d", at).hasMessageContaining("truncated");
        told++;
      }
      if (opened.get() < due) {
        break;
      }
    }
    assertThat(given).isGreaterThan(1);
    assertThat(told).isGreaterThan(1);
  }

  private static void removeAllButTheLast(Directory directory) {
    try {
      List<String> segments = Logs.segments(directory);
      for (String segment : segments.subList(0, segments.size() - 1)) {
        directory.delete("wal/" + segment);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void readErrorAnywhereIsThrownAndTryingAgainLeavesNothingOut() throws IOException {
    LogBuilder log = new LogBuilder(directory);
    for (int segment = 1; segment <= 3; segment++) {
      log.segment(segment).entries(2).end(2L * segment).write();
    }
    for (Operation operation : List.of(Operation.READ, Operation.OPEN, Operation.EXISTS)) {
      for (int nth = 1; ; nth++) {
        OpenFiles files = new OpenFiles(directory);
        FaultDirectory failing = new FaultDirectory(files);
        int failures = 0;
        List<Long> seen = new ArrayList<>();
        try (WalTail<String> tail = WalReader.of(failing, Codecs.utf8()).follow(1)) {
          failing.inject(Fault.of(operation).nth(nth));
          while (seen.size() < 6) {
            try {
              WalRecord<String> record = tail.poll(Duration.ZERO);
              if (record != null) {
                seen.add(record.id());
              }
            } catch (IOException injected) {
              assertThat(injected).hasMessageContaining("injected");
              failures++;
            }
          }
        }
        assertThat(seen).as(operation + " " + nth).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        assertThat(files.count()).as(operation + " " + nth).isZero();
        if (failures == 0) {
          break;
        }
      }
    }
  }

  @Test
  void entryThatTheCodecRefusesIsGivenAgain() throws IOException {
    new LogBuilder(directory).segment(1).entries(3).end(3).write();
    AtomicBoolean refuses = new AtomicBoolean(true);
    Codec<Long> picky =
        new Codec<>() {
          @Override
          public void encode(Long value, OutputStream out) {}

          @Override
          public Long decode(ByteBuffer in) throws IOException {
            long digit = Character.digit(in.get(in.position() + 1), 10);
            if (digit == 2 && refuses.get()) {
              throw new CodecException("not now");
            }
            return digit;
          }
        };
    try (WalTail<Long> tail = WalReader.of(directory, picky).follow(1)) {
      assertThat(tail.poll(Duration.ZERO)).isEqualTo(new WalRecord<>(1, 1L));
      for (int again = 0; again < 2; again++) {
        assertThatThrownBy(() -> tail.poll(Duration.ZERO))
            .isInstanceOf(CodecException.class)
            .hasMessageContaining("entry 2");
      }
      refuses.set(false);
      assertThat(tail.poll(Duration.ZERO)).isEqualTo(new WalRecord<>(2, 2L));
      assertThat(tail.poll(Duration.ZERO)).isEqualTo(new WalRecord<>(3, 3L));
      assertThat(tail.poll(Duration.ofSeconds(-5))).isNull();
    }
  }

  @Test
  void interruptedThreadGetsNullAndKeepsItsFlag() throws Exception {
    new LogBuilder(directory).segment(1).entries(1).end(1).write();
    try (WalTail<String> tail = reader.follow(1)) {
      Thread.currentThread().interrupt();
      assertThat(next(tail)).isEqualTo(1L);
      assertThat(tail.poll(Duration.ofSeconds(Long.MAX_VALUE))).isNull();
      assertThat(Thread.interrupted()).isTrue();
      AtomicBoolean kept = new AtomicBoolean();
      Thread waiting =
          new Thread(
              () -> {
                try {
                  kept.set(tail.poll(LONG) == null && Thread.currentThread().isInterrupted());
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      waiting.start();
      while (waiting.getState() != Thread.State.TIMED_WAITING) {
        Thread.onSpinWait();
      }
      waiting.interrupt();
      waiting.join();
      assertThat(kept).isTrue();
    }
  }

  @Tag("slow")
  @Test
  void waitingTouchesTheStorageSeldomAndOnlyAtTheEnd() throws IOException {
    LogBuilder log = new LogBuilder(directory);
    for (int segment = 1; segment <= 20; segment++) {
      log.segment(segment).entries(50).end(50L * segment).write();
    }
    log.checkpointFile(CheckpointName.path(400), LogBuilder.LOG_ID, 400);
    for (int state = 0; state < 3; state++) {
      log.segment(21, 1001).entries(900).mark(1900);
      if (state == 1) {
        log.zeros(4 << 20);
      } else if (state == 2) {
        for (int i = 0; i < 500; i++) {
          log.part("x".repeat(1000)); // a torn batch
        }
      }
      log.write();
      List<String> opened = new ArrayList<>();
      FaultDirectory counting =
          new FaultDirectory(directory)
              .before(
                  (operation, path) -> {
                    if (operation == Operation.OPEN) {
                      opened.add(path);
                    }
                  });
      try (WalTail<String> tail = WalReader.of(counting, Codecs.utf8()).follow(990)) {
        assertThat(drain(tail)).hasSize(911);
        opened.clear();
        long reads = counting.count(Operation.READ);
        long lists = counting.count(Operation.LIST);
        for (int look = 0; look < 400; look++) {
          assertThat(next(tail)).isNull();
        }
        // Two reads of its own and a header a look; seldom, ever more so, the whole segment.
        assertThat(counting.count(Operation.READ) - reads).isLessThan(400 * 3 + 600);
        assertThat(counting.count(Operation.LIST) - lists).isLessThan(20);
        assertThat(opened)
            .doesNotContain(new SegmentName(20, 951).path(), CheckpointName.path(400));
        long before = counting.count(Operation.LIST) + counting.count(Operation.OPEN);
        assertThat(tail.poll(Duration.ofMillis(300))).isNull();
        assertThat(counting.count(Operation.LIST) + counting.count(Operation.OPEN) - before)
            .isLessThan(40);
      }
    }
  }

  @Test
  void closedTailIsNotReadAndOpensNothing() throws IOException {
    new LogBuilder(directory).segment(1).entries(3).end(3).write();
    OpenFiles files = new OpenFiles(directory);
    WalTail<String> tail = WalReader.of(files, Codecs.utf8()).follow(1);
    assertThat(next(tail)).isEqualTo(1L);
    tail.close();
    assertThat(files.count()).isZero();
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 5; i++) {
                tail.poll(Duration.ZERO);
              }
            })
        .isInstanceOf(IOException.class)
        .hasMessageContaining("closed");
    tail.close();
    assertThat(files.count()).isZero();
  }

  @Test
  void zerosThatWereReadAheadOfTheWriterAreReadAgain() throws IOException {
    LogBuilder log = new LogBuilder(directory).segment(1).entries(1).mark(1);
    int written = log.offset();
    log.zeros(8192).write();
    try (WalTail<String> tail = reader.follow(1)) {
      assertThat(drain(tail)).containsExactly(1L);
      for (long id = 2; id < 5; id++) {
        byte[] more = log.cut(written).entries(1).mark(id).bytes();
        try (var file = directory.resume(log.path(), 0)) {
          file.write(ByteBuffer.wrap(more)); // The zeros after it stay.
        }
        written = log.offset();
        assertThat(drain(tail)).containsExactly(id);
      }
    }
  }
}
