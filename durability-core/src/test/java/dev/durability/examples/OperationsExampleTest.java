package dev.durability.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.examples.LogExampleTest.Sum;
import dev.durability.log.LogExtent;
import dev.durability.log.LogReport;
import dev.durability.log.OpenMode;
import dev.durability.log.SegmentRange;
import dev.durability.log.Verdict;
import dev.durability.recovery.Recoverer;
import dev.durability.recovery.Recovery;
import dev.durability.recovery.RecoveryOptions;
import dev.durability.storage.Directory;
import dev.durability.storage.DurableFile;
import dev.durability.storage.FsDirectory;
import dev.durability.storage.FsOptions;
import dev.durability.storage.QuarantinedFile;
import dev.durability.wal.FlushPolicy;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalObserver;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalTail;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Options, following, recovery to an instant, and upkeep, as the guide shows them. */
public class OperationsExampleTest {
  @TempDir Path path;

  @Test
  void optionsApplyAndTheObserverSeesSyncs() throws IOException {
    LongAdder syncNanos = new LongAdder();
    // begin:options
    WalOptions options =
        WalOptions.builder()
            .segmentBytes(16 << 20) // 16 MiB; truncation removes whole segments.
            .flushPolicy(FlushPolicy.manual()) // Written by sync, or once 896 KiB are waiting.
            .syncInterval(Duration.ofMillis(100)) // Nothing stays unsynced for much longer.
            .observer(
                new WalObserver() {
                  @Override
                  public void onSync(long lastId, long durationNanos) {
                    syncNanos.add(durationNanos); // Be quick, and never call the log from here.
                  }
                })
            .build();
    // end:options
    try (WalWriter<String> log = WalWriter.open(FsDirectory.open(path), Codecs.utf8(), options)) {
      log.appendDurable("one");
    }
    assertThat(syncNanos.sum()).isPositive();
  }

  @Test
  void smallFileIsWrittenReadAndDeleted() throws IOException {
    // begin:small-file
    Directory directory = FsDirectory.open(path);
    DurableFile.write(directory, "settings", "color=blue".getBytes(UTF_8)); // Durable, whole.
    String settings = new String(DurableFile.read(directory, "settings", 64 << 10), UTF_8);
    boolean deleted = DurableFile.delete(directory, "settings"); // Durable, too.
    // end:small-file
    assertThat(settings).isEqualTo("color=blue");
    assertThat(deleted).isTrue();
    assertThat(directory.exists("settings")).isFalse();
  }

  @Test
  void logIsCreatedOnlyOnceAndSaysHowMuchItHolds() throws IOException {
    // begin:open-mode
    WalOptions createOnly = WalOptions.builder().openMode(OpenMode.CREATE_ONLY).build();
    Directory directory = FsDirectory.open(path);
    try (WalWriter<String> log = WalWriter.open(directory, Codecs.utf8(), createOnly)) {
      log.appendDurable("the first entry");
      LogExtent extent = log.extent();
      System.out.println(extent.entries() + " entries, the next is " + extent.nextEntryId());
    } catch (FileAlreadyExistsException e) {
      System.out.println("there is a log already: " + e.getMessage());
    }
    // end:open-mode
    assertThat(WalReader.of(directory, Codecs.utf8()).readAll()).hasSize(1);
    assertThatThrownBy(() -> WalWriter.open(directory, Codecs.utf8(), createOnly))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void onlySegmentsThatWereArchivedAreRemoved() throws IOException {
    Directory directory = FsDirectory.open(path);
    WalOptions options = WalOptions.builder().segmentBytes(4096).build();
    try (WalWriter<String> log = WalWriter.open(directory, Codecs.utf8(), options)) {
      for (int i = 1; i <= 5; i++) {
        log.appendDurable("x".repeat(3000));
      }
    }
    Set<String> archived = Set.of(WalMaintenance.segments(directory).get(0).file());
    // begin:truncate
    WalObserver keepsUntilArchived =
        new WalObserver() {
          @Override
          public boolean mayRemove(SegmentRange segment) {
            return archived.contains(segment.file());
          }
        };
    List<SegmentRange> removed = WalMaintenance.truncate(directory, 4, keepsUntilArchived);
    // end:truncate
    assertThat(removed).extracting(SegmentRange::file).containsExactlyElementsOf(archived);
  }

  @Test
  void followerSeesWhatIsDurable() throws IOException {
    List<String> seen = new ArrayList<>();
    try (WalWriter<String> log =
        WalWriter.open(FsDirectory.open(path), Codecs.utf8(), WalOptions.defaults())) {
      log.appendDurable("one");
      log.appendDurable("two");
    }
    // begin:follow
    Directory directory = FsDirectory.openForReading(path);
    try (WalTail<String> tail = WalReader.of(directory, Codecs.utf8()).follow(1)) {
      WalRecord<String> next;
      while ((next = tail.poll(Duration.ofMillis(200))) != null) { // null: nothing came in time.
        seen.add(next.id() + " " + next.entry());
      }
    }
    // end:follow
    assertThat(seen).containsExactly("1 one", "2 two");
  }

  @Test
  void recoveryToAnInstantHasWhatWasDurableByThen() throws IOException {
    Directory directory = FsDirectory.open(path);
    Instant noon = Instant.parse("2026-01-02T12:00:00Z");
    append(directory, 3L, noon.minusSeconds(60));
    append(directory, 4L, noon.plusSeconds(60));
    // begin:instant
    Recoverer<Long, Long> recoverer = Recoverer.of(directory, Codecs.longs(), new Sum());
    Recovery<Long> then = recoverer.recover(RecoveryOptions.upToInstant(noon));
    long sum = then.state(); // Of all entries that the log says were durable by then.
    boolean certain = then.standstills().isEmpty(); // False if the wall clock was set back.
    // end:instant
    assertThat(sum).isEqualTo(3);
    assertThat(certain).isTrue();
  }

  private static void append(Directory directory, long number, Instant start) throws IOException {
    Clock clock = Clock.offset(Clock.systemUTC(), Duration.between(Instant.now(), start));
    WalOptions options = WalOptions.builder().clock(clock).build();
    try (WalWriter<Long> log = WalWriter.open(directory, Codecs.longs(), options)) {
      log.appendDurable(number);
    }
  }

  @Test
  void tornLogIsSeenCutAndItsQuarantineEmptied() throws IOException {
    tear();
    // begin:verify
    LogReport report = WalMaintenance.verify(FsDirectory.openForReading(path)); // Changes nothing.
    boolean damaged = report.verdict() == Verdict.CORRUPT; // Opening would be refused.
    long lost = Math.max(0, report.promised() - report.intact()); // Promised, and not there.
    // end:verify
    assertThat(report.verdict()).isEqualTo(Verdict.TORN);
    assertThat(damaged).isFalse();
    assertThat(lost).isZero();
    WalWriter.open(FsDirectory.open(path), Codecs.utf8(), WalOptions.defaults()).close();
    // begin:quarantine
    Directory directory = FsDirectory.open(path);
    List<QuarantinedFile> kept = WalMaintenance.quarantined(directory); // Look at it first.
    WalMaintenance.removeQuarantined(directory, kept);
    // end:quarantine
    assertThat(kept).hasSize(1);
    assertThat(WalMaintenance.quarantined(directory)).isEmpty();
  }

  /** Half a frame behind the end, as a crash leaves it. */
  private void tear() throws IOException {
    try (WalWriter<String> log =
        WalWriter.open(FsDirectory.open(path), Codecs.utf8(), WalOptions.defaults())) {
      log.appendDurable("one");
    }
    String segment = "wal/00000000000000000001-00000000000000000001.wal";
    Files.writeString(path.resolve(segment), "half a fra", StandardOpenOption.APPEND);
  }

  @Test
  void filesOfASharedLogHaveTheModeThatWasAskedFor() throws IOException {
    // begin:group
    FsOptions options =
        FsOptions.builder()
            .fileMode(PosixFilePermissions.fromString("rw-rw----"))
            .directoryMode(PosixFilePermissions.fromString("rwxrwx---"))
            .build(); // group("app") also sets the group.
    Directory directory = FsDirectory.open(path, options);
    // end:group
    directory.create("file", 0).close();
    assertThat(Files.getPosixFilePermissions(path.resolve("file")))
        .isEqualTo(PosixFilePermissions.fromString("rw-rw----"));
  }
}
