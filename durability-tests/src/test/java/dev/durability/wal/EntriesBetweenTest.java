package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.frame.FileHeader;
import dev.durability.frame.WallClock;
import dev.durability.log.EntrySpan;
import dev.durability.storage.AppendFile;
import dev.durability.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Which entries a span of time may hold, held to the times and promises in the files. */
class EntriesBetweenTest {
  private static final int ENTRIES = 60;

  private final MemoryDirectory directory = new MemoryDirectory();
  private final List<Frame> frames = new ArrayList<>();

  /** A header or mark with what it promises, or an entry with no time. */
  private record Frame(long entryId, long promised, long micros) {}

  /** Each look is a second later. */
  private static final class RunningClock extends Clock {
    private final AtomicLong seconds = new AtomicLong(1_700_000_000);

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochSecond(seconds.getAndIncrement());
    }
  }

  private void write() throws IOException {
    WalOptions options = Logs.small().clock(new RunningClock()).build();
    for (int life = 0; life < 3; life++) {
      try (WalWriter<String> log = Logs.open(directory, options)) {
        for (int i = 0; i < ENTRIES / 3; i++) {
          long unused = i % 3 == 0 ? log.appendDurable("a".repeat(200)) : log.append("b");
        }
      }
    }
    for (String segment : Logs.segments(directory)) {
      read(ByteBuffer.wrap(Logs.bytes(directory, "wal/" + segment)).order(ByteOrder.LITTLE_ENDIAN));
    }
  }

  private void read(ByteBuffer bytes) {
    frames.add(new Frame(0, bytes.getLong(32) - 1, bytes.getLong(40)));
    for (int at = FileHeader.BYTES; at < bytes.capacity(); ) {
      int kindAndLength = bytes.getInt(at + 4);
      switch (kindAndLength >>> 28) {
        case 1, 2 -> frames.add(new Frame(bytes.getLong(at + 8), 0, 0));
        case 3, 5 -> frames.add(new Frame(0, bytes.getLong(at + 16), bytes.getLong(at + 24)));
        default -> {}
      }
      at += (16 + (kindAndLength & 0xfffffff) + 7) & ~7;
    }
  }

  private long durableBy(long entryId) {
    return frames.stream()
        .filter(frame -> frame.entryId() == 0 && frame.promised() >= entryId)
        .mapToLong(Frame::micros)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  private long notDurableBefore(long entryId) {
    long micros = Long.MIN_VALUE;
    for (Frame frame : frames) {
      if (frame.entryId() == entryId) {
        break;
      }
      micros = frame.entryId() == 0 ? frame.micros() : micros;
    }
    return micros;
  }

  private EntrySpan between(Instant since, Instant until) throws IOException {
    return WalMaintenance.entriesBetween(directory, since, until);
  }

  @Test
  void anEntryIsLeftOutOnlyIfItWasDurableBeforeOrNotYetWrittenAfter() throws IOException {
    write();
    assertThat(Logs.segments(directory)).hasSizeGreaterThanOrEqualTo(3);
    List<Long> times = frames.stream().filter(f -> f.entryId() == 0).map(Frame::micros).toList();
    assertThat(times).hasSizeGreaterThan(20).isSorted();
    for (long time : times) {
      for (long micros = time - 1; micros <= time + 1; micros++) {
        Instant instant = WallClock.instant(micros);
        long first = 1;
        while (first <= ENTRIES && durableBy(first) < micros) {
          first++;
        }
        assertThat(between(instant, Instant.MAX)).isEqualTo(new EntrySpan(first, Long.MAX_VALUE));
        long last = ENTRIES;
        while (last > 0 && notDurableBefore(last) > micros) {
          last--;
        }
        boolean isPast = micros >= times.get(times.size() - 1);
        assertThat(between(Instant.MIN, instant))
            .isEqualTo(new EntrySpan(1, isPast ? Long.MAX_VALUE : last));
        assertThat(between(instant, instant).firstEntryId()).isEqualTo(first);
      }
    }
  }

  @Test
  void ofATruncatedLogTheOldestEntryIsTheFirstAndNothingIsOlder() throws IOException {
    write();
    directory.delete(WalMaintenance.segments(directory).get(0).file());
    long oldest = WalMaintenance.firstEntryId(directory);
    assertThat(oldest).isGreaterThan(1);
    Instant before = WallClock.instant(notDurableBefore(oldest) - 1);
    assertThat(between(Instant.EPOCH, Instant.MAX))
        .isEqualTo(new EntrySpan(oldest, Long.MAX_VALUE));
    assertThat(between(Instant.EPOCH, before)).isEqualTo(new EntrySpan(oldest, oldest - 1));
  }

  @Test
  void whatWasCutOffOrIsBeforeANewBeginningDoesNotCount() throws IOException {
    Clock clock = new RunningClock();
    Instant cut;
    Instant begun;
    try (WalWriter<String> log = Logs.open(directory, WalOptions.builder().clock(clock).build())) {
      long unused = log.appendDurable("a");
      unused = log.appendDurable("b");
      cut = clock.instant();
      log.truncateAfter(1);
      unused = log.appendDurable("c");
      begun = clock.instant();
      log.restartAt(100);
      unused = log.appendDurable("d");
    }
    assertThat(between(Instant.MIN, begun)).isEqualTo(new EntrySpan(100, 2));
    assertThat(between(cut, Instant.MAX)).isEqualTo(new EntrySpan(100, Long.MAX_VALUE));
    assertThat(between(Instant.MAX, Instant.MAX).firstEntryId()).isEqualTo(101);
  }

  @Test
  void damageBeforeTheSpanIsNotRead() throws IOException {
    write();
    String first = WalMaintenance.segments(directory).get(0).file();
    Instant end = WallClock.instant(frames.get(frames.size() - 1).micros());
    EntrySpan whole = between(end, end);
    try (AppendFile file = directory.resume(first, FileHeader.BYTES)) {
      file.truncate(FileHeader.BYTES);
    }
    assertThat(between(end, end)).isEqualTo(whole);
    assertThat(WalMaintenance.verify(directory).intact()).isZero();
  }
}
