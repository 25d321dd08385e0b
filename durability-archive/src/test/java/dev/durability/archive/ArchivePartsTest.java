package dev.durability.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.errors.DurabilityException;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalWriter;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The parts of archives, and kinds of logs that are rare. */
class ArchivePartsTest {
  private static final String SHA = "ab".repeat(32);

  private final Lab lab = new Lab();

  private static ArchiveRecord record(long seq) {
    UUID log = new UUID(1, 2);
    ArchivedPart part = new ArchivedPart(0, 9, 1, SHA, "data/t/1");
    SegmentHeader header = new SegmentHeader(log, 3, 4, -5, -6, 3, 8);
    return new ArchiveRecord(
        "t",
        log,
        seq,
        ArchiveRecord.NONE,
        "me",
        ArchiveRecord.Kind.DELTA,
        10,
        0,
        List.of(
            new ArchiveRecord.Change(
                2, new ArchivedSegment(header, 11, 12, true, 3, 9, SHA, List.of(part)))),
        List.of(new ArchivedCheckpoint(4, -7, 13, "a dir/ü %", part)));
  }

  @Test
  void recordIsReadAsItWasWrittenAndEachFlippedBitIsFound() throws IOException {
    byte[] encoded = record(7).encode();
    assertThat(ArchiveRecord.decode(encoded, "key")).isEqualTo(record(7));
    for (int bit = 0; bit < encoded.length * 8; bit++) {
      byte[] flipped = encoded.clone();
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThatThrownBy(() -> ArchiveRecord.decode(flipped, "key"))
          .isInstanceOf(DamagedArchiveException.class)
          .hasMessageStartingWith("key: ");
    }
    for (int size = 0; size < encoded.length; size++) {
      byte[] cut = java.util.Arrays.copyOf(encoded, size);
      assertThatThrownBy(() -> ArchiveRecord.decode(cut, "key"))
          .isInstanceOf(DamagedArchiveException.class);
    }
  }

  @Test
  void recordOfAnotherFormIsToldFromADamagedOne() {
    String text = "durability archive record 2\n";
    String signed = text + "sha256 " + Sha256.of(text.getBytes(StandardCharsets.US_ASCII)) + "\n";
    assertThatThrownBy(
            () -> ArchiveRecord.decode(signed.getBytes(StandardCharsets.US_ASCII), "key"))
        .hasMessageContaining("does not know");
  }

  @Test
  void optionsAndPoliciesAreChecked() {
    ArchiveOptions options = ArchiveOptions.defaults();
    for (org.assertj.core.api.ThrowableAssert.ThrowingCallable wrong :
        List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
            () -> options.name("A"),
            () -> options.interval(Duration.ZERO),
            () -> options.holdFor(Duration.ofDays(32)),
            () -> options.holdFor(Duration.ofDays(-1)),
            () -> options.letGoAfter(-1),
            () -> new Retention(0, Duration.ZERO),
            () -> new Retention(1, Duration.ofDays(-1)),
            () -> Restore.from(lab.store).toEntry(-1),
            () -> ArchiveStores.open("nothing://here"))) {
      assertThatThrownBy(wrong).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void pathIsTheLocationOfAStore(@TempDir Path temp) throws IOException {
    try (ArchiveStore store = ArchiveStores.open(temp.resolve("new").toString())) {
      assertThat(store.putIfAbsent("data/x/1", ObjectContent.of(new byte[] {1, 2}))).isTrue();
      assertThat(store.list("data/x/")).containsExactly("data/x/1");
      assertThat(store.get("data/x/1", 1).read()).isEqualTo(2);
      assertThat(store.toString()).contains("new");
      store.delete("data/x/1");
      store.delete("data/x/1");
      assertThatThrownBy(() -> store.get("data/x/1", 0)).isInstanceOf(NoSuchFileException.class);
    }
  }

  @Test
  void contentThatIsShorterThanItSaysIsNotStored() throws IOException {
    ObjectContent shorter =
        new ObjectContent() {
          @Override
          public long bytes() {
            return 5;
          }

          @Override
          public InputStream open() {
            return new ByteArrayInputStream(new byte[4]);
          }
        };
    assertThatThrownBy(() -> lab.store.putIfAbsent("data/a", shorter))
        .hasMessageContaining("1 bytes less");
    assertThat(lab.store.list("data/")).isEmpty();
    lab.store.putIfAbsent("data/b", ObjectContent.of(new byte[3]));
    try (var file = lab.objects.open("data/b");
        InputStream in = new FileRange(file, 1, 9, false)) {
      assertThat(in.read()).isZero();
      assertThat(in.read(new byte[0], 0, 0)).isZero();
      assertThat(in.read()).isZero();
      assertThatThrownBy(in::read).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void checkpointsUnderPathsOfTheirOwnComeBackThere() throws IOException {
    Archiver archiver = lab.archiver();
    lab.observer = archiver.observer();
    try (WalWriter<String> log = lab.open()) {
      for (int i = 0; i < 6; i++) {
        Lab.append(log, lab, i + "x".repeat(1500));
        archiver.step();
      }
      List<String> lines = Lab.lines(lab.log);
      CheckpointPublisher.of(lab.log, lab.clock, log)
          .keeping(1)
          .publishTo(
              "states/one",
              log.lastDurableId(),
              out -> out.write(String.join("\n", lines).getBytes(StandardCharsets.UTF_8)));
      archiver.step();
      archiver.step();
      log.truncate(log.lastDurableId());
      Lab.append(log, lab, "after");
      Lab.append(log, lab, "mark");
      archiver.step();
    }
    archiver.close();
    lab.requireWhole();
    MemoryDirectory target = new MemoryDirectory();
    RestoreReport report = lab.restore().into(target);
    assertThat(report.checkpoint()).isEqualTo("states/one");
    assertThat(report.segments()).isLessThan(3);
    assertThat(Lab.lines(target)).hasSize(8);
  }

  @Test
  void logThatIsCoveredElsewhereAndOneThatBeginsAnewComeBack() throws IOException {
    Archiver archiver = lab.archiver();
    try (WalWriter<String> log = lab.open()) {
      for (int i = 0; i < 6; i++) {
        Lab.append(log, lab, i + "x".repeat(1500));
      }
      log.appendCheckpoint(4, "");
      log.truncate(4);
      Lab.append(log, lab, "seven");
    }
    archiver.step();
    lab.requireWhole();
    MemoryDirectory target = new MemoryDirectory();
    lab.restore().into(target);
    assertThat(WalReader.of(target, dev.durability.codec.Codecs.utf8()).readAll())
        .extracting(record -> record.id())
        .endsWith(7L);
    try (WalWriter<String> log = lab.open()) {
      log.restartAt(100);
      Lab.append(log, lab, "hundred");
      Lab.append(log, lab, "mark");
    }
    archiver.close();
    lab.requireWhole();
    MemoryDirectory anew = new MemoryDirectory();
    lab.restore().into(anew);
    assertThat(WalReader.of(anew, dev.durability.codec.Codecs.utf8()).readAll())
        .extracting(record -> record.id())
        .containsExactly(100L, 101L);
    assertThatThrownBy(() -> lab.restore().toEntry(50).into(new MemoryDirectory()))
        .hasMessageContaining("does not have entry 50");
  }

  @Test
  void onlyAnEmptyDirectoryIsRestoredInto() throws IOException {
    lab.open().close();
    lab.archiver().step();
    for (String path : List.of("readme", "wal/x", "quarantine/y", "holds/z")) {
      MemoryDirectory target = new MemoryDirectory();
      target.createDirectories(dev.durability.storage.Directory.parentOf(path));
      target.create(path, 0).close();
      assertThatThrownBy(() -> lab.restore().into(target))
          .isInstanceOf(FileAlreadyExistsException.class);
    }
  }

  @Test
  void archivesThatAreNotThereOrEmptyAreToldApart() throws IOException {
    assertThatThrownBy(() -> lab.restore().into(new MemoryDirectory()))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("there is no archive here");
    Timeline.claimRoot(lab.store, new UUID(1, 2));
    assertThatThrownBy(() -> lab.restore().into(new MemoryDirectory()))
        .hasMessageContaining("no timeline yet");
    String id = Timeline.newId(lab.clock.instant(), 7);
    new Timeline(lab.store, id).begin(new UUID(1, 2), "");
    assertThatThrownBy(() -> lab.restore().into(new MemoryDirectory()))
        .isInstanceOf(DurabilityException.class)
        .hasMessageContaining("nothing is archived");
    assertThatThrownBy(() -> lab.restore().timeline("x").into(new MemoryDirectory()))
        .hasMessageContaining("there is no timeline x");
    assertThat(Archive.open(lab.store).timelines().get(0).lastEntryId()).isZero();
    assertThat(Archive.open(lab.store).expire(id, new Retention(1, Duration.ZERO), lab.clock))
        .isZero();
    assertThat(Archive.open(lab.store).logId()).isEqualTo(new UUID(1, 2));
    lab.requireWhole();
  }

  @Test
  void damageOfWhatStandsAboveTheRecordsIsFoundToo() throws IOException {
    lab.open().close();
    lab.archiver().step();
    String timeline = "timelines/" + Timeline.list(lab.store).get(0);
    byte[] whole = Lab.bytes(lab.objects, timeline);
    lab.overwrite(timeline, new byte[] {1});
    assertThat(lab.verify().problems()).anyMatch(text -> text.contains(timeline));
    lab.overwrite(timeline, whole);
    byte[] root = Lab.bytes(lab.objects, "archive");
    byte[] other = root.clone();
    other[root.length - 2] = (byte) (root[root.length - 2] == '0' ? '1' : '0'); // Another digit.
    lab.overwrite("archive", other);
    assertThat(lab.verify().problems()).anyMatch(text -> text.contains("archive says"));
    lab.overwrite("archive", new byte[300]);
    assertThatThrownBy(() -> Archive.open(lab.store)).isInstanceOf(DamagedArchiveException.class);
    lab.overwrite("archive", new byte[3]);
    assertThatThrownBy(() -> Archive.open(lab.store)).isInstanceOf(DamagedArchiveException.class);
  }

  @Test
  void timelineWhoseEntryInTheListIsLostIsNamedAndComesBackFromItsSecondCopy() throws IOException {
    lab.open().close();
    lab.archiver().step();
    String id = Timeline.list(lab.store).get(0);
    lab.objects.delete("timelines/" + id);
    assertThat(lab.verify().problems())
        .containsExactly("timelines/" + id + ": it is missing. Copy begun/" + id + " there");
    byte[] begun = Lab.bytes(lab.objects, "begun/" + id);
    assertThat(lab.store.putIfAbsent("timelines/" + id, ObjectContent.of(begun))).isTrue();
    lab.requireWhole();
    Lab.restored(lab.restore());
  }

  @Test
  void recordsThatAreLostAreToldByTheObjectsOfThoseAfterThem() throws IOException {
    try (WalWriter<String> log = lab.open()) {
      for (int i = 0; i < 3; i++) {
        Lab.append(log, lab, "line " + i);
        Lab.append(log, lab, "its mark");
        lab.archiver().step();
      }
    }
    Timeline timeline = new Timeline(lab.store, Timeline.list(lab.store).get(0));
    lab.objects.delete(timeline.recordKey(3)); // An archiver that was killed leaves the same.
    lab.requireWhole();
    lab.objects.delete(timeline.recordKey(2));
    assertThat(lab.verify().problems())
        .singleElement()
        .asString()
        .startsWith(timeline.recordKey(2) + ": it is missing");
    lab.objects.delete(timeline.recordKey(1));
    assertThat(lab.verify().problems())
        .singleElement()
        .asString()
        .startsWith(timeline.recordKey(1) + ": it is missing");
  }

  @Test
  void restoreSaysThatTheArchiveEndsBeforeTheInstantThatWasAskedFor() throws IOException {
    try (WalWriter<String> log = lab.open()) {
      Lab.append(log, lab, "line");
      lab.archiver().step();
    }
    Restore restore = lab.restore().toInstant(lab.clock.instant());
    assertThat(restore.into(new MemoryDirectory()).notes()).isEmpty();
    restore = lab.restore().toInstant(lab.clock.instant().plusSeconds(1));
    assertThat(restore.into(new MemoryDirectory()).notes())
        .singleElement()
        .asString()
        .contains("ends before that instant", lab.clock.instant().toString());
  }

  @Test
  void restoreGoesOnIfTheArchiverMergesMeanwhileAndIfReadingBreaksOff() throws IOException {
    Archiver archiver = lab.archiver();
    try (WalWriter<String> log = lab.open()) {
      for (int i = 0; i < 8; i++) {
        Lab.append(log, lab, "line " + i);
        archiver.step();
      }
    }
    // All but the last, or all if the log's own thread wrote its mark before the last step.
    long archived = archiver.status().archivedEntryId();
    assertThat(archived).isBetween(7L, 8L);
    ArchiveStore plain = lab.store;
    List<String> asked = new ArrayList<>();
    ArchiveStore merging =
        new FlakyStore(plain, -1, false, false) {
          @Override
          public InputStream get(String key, long offset) throws IOException {
            if (key.startsWith("data/")) {
              asked.add(key);
              if (asked.size() == 3) {
                archiver.close();
                plain.delete(key);
              }
              InputStream in = plain.get(key, offset);
              if (asked.size() == 2) {
                int first = in.read();
                return new InputStream() {
                  private boolean given;

                  @Override
                  public int read() throws IOException {
                    if (given) {
                      throw new IOException("the connection broke");
                    }
                    given = true;
                    return first;
                  }

                  @Override
                  public int read(byte[] target, int at, int length) throws IOException {
                    target[at] = (byte) read();
                    return 1;
                  }
                };
              }
              return in;
            }
            return plain.get(key, offset);
          }
        };
    assertThat(Lab.restored(Restore.from(merging))).hasSize((int) archived);
    assertThat(asked).hasSize(4);
  }

  @Test
  void timesThatAreFarAwayAreNoErrors() throws IOException {
    try (WalWriter<String> log = lab.open()) {
      Lab.append(log, lab, "one");
    }
    Archiver archiver = lab.archiver();
    archiver.close();
    assertThat(Lab.restored(lab.restore().toInstant(Instant.MAX))).containsExactly("one");
    assertThatThrownBy(() -> lab.restore().toInstant(Instant.MIN).into(new MemoryDirectory()))
        .isInstanceOf(DurabilityException.class)
        .hasMessageContaining("does not reach back");
    Retention forEver = new Retention(1, Duration.ofSeconds(Long.MAX_VALUE));
    assertThat(Archive.open(lab.store).expire(archiver.status().timeline(), forEver, lab.clock))
        .isZero();
    Instant then = Instant.parse("1969-12-31T23:59:59.999999Z");
    assertThat(Archive.instant(Archive.micros(then))).isEqualTo(then);
  }

  @Test
  void progressReachesItsEnd() throws IOException {
    Archiver archiver = lab.archiver();
    try (WalWriter<String> log = lab.open()) {
      for (int i = 0; i < 9; i++) {
        Lab.append(log, lab, i + "x".repeat(1500));
      }
      lab.publish(log);
      Lab.append(log, lab, "after");
    }
    archiver.close();
    long[] last = new long[2];
    Progress progress =
        (done, total) -> {
          last[0] = done;
          last[1] = total;
        };
    lab.restore().progress(progress).into(new MemoryDirectory());
    assertThat(last[0]).isPositive().isEqualTo(last[1]);
    Archive.open(lab.store).verify(progress);
    assertThat(last[0]).isPositive().isEqualTo(last[1]);
    Backup.copy(lab.log, new MemoryDirectory(), lab.clock, progress);
    assertThat(last[0]).isPositive();
    assertThat(archiver).hasToString("archiver to memory");
  }

  @Test
  void threadTriesAgainAfterFailuresAndEndsIfAnotherTookOver() throws Exception {
    FlakyStore flaky = new FlakyStore(lab.store, -1, false, false);
    flaky.down = true;
    Archiver archiver =
        Archiver.of(lab.log, flaky, lab.archiveOptions().interval(Duration.ofMillis(1)));
    try (WalWriter<String> log = lab.open()) {
      Lab.append(log, lab, "one");
      archiver.start();
      archiver.start();
      while (flaky.calls < 3) {
        Thread.onSpinWait();
      }
      flaky.down = false;
      while (archiver.status().archivedEntryId() == 0 && archiver.status().objects() == 0) {
        Thread.onSpinWait();
      }
      lab.archiver().step();
      Lab.append(log, lab, "two");
      while (!(archiver.status().failure() instanceof ArchiveConflictException)) {
        Thread.onSpinWait();
      }
    }
    archiver.close();
  }
}
