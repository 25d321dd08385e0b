package dev.durability.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who continues a timeline, and who begins one: two archivers, copies, restored logs. */
class TimelinesTest {
  @Test
  void ofTwoArchiversOfOneTimelineTheOneThatTookOverGoesOnAndTheOtherStops() throws IOException {
    Lab lab = new Lab();
    try (WalWriter<String> log = lab.open()) {
      Lab.append(log, lab, "one");
      Archiver first = lab.archiver();
      first.step();
      Archiver second = lab.archiver();
      Lab.append(log, lab, "two");
      second.step();
      Lab.append(log, lab, "three");
      assertThatThrownBy(first::step).isInstanceOf(ArchiveConflictException.class);
      assertThatThrownBy(first::step).isInstanceOf(ArchiveConflictException.class);
      assertThat(first.status().failure()).isInstanceOf(ArchiveConflictException.class);
      second.step();
      first.close();
      lab.requireWhole();
      assertThat(Timeline.list(lab.store)).hasSize(1);
    }
  }

  @Test
  void stalledArchiverFindsItsRecordsNameFreeAgainAndStopsAllTheSame() throws IOException {
    Lab lab = new Lab();
    try (WalWriter<String> log = lab.open()) {
      Lab.append(log, lab, "one");
      Archiver stalled = lab.archiver();
      stalled.step();
      Archiver second = Archiver.of(lab.log, lab.store, lab.archiveOptions());
      for (int i = 0; i < 10; i++) {
        Lab.append(log, lab, i + "x".repeat(1500));
        second.step();
      }
      String timeline = second.status().timeline();
      lab.objects.delete(new Timeline(lab.store, timeline).recordKey(2));
      assertThatThrownBy(stalled::step).isInstanceOf(ArchiveConflictException.class);
    }
  }

  @Test
  void logThatIsPutBackUnderARunningArchiverBeginsATimelineOfItsOwn() throws IOException {
    Lab lab = new Lab();
    Archiver archiver = lab.archiver();
    lab.goOn();
    archiver.step();
    MemoryDirectory old = Lab.copy(lab.log);
    lab.goOn();
    lab.goOn();
    archiver.step();
    String before = archiver.status().timeline();
    for (String path : LogNames.segments(lab.log).values()) {
      lab.log.delete(path);
    }
    for (String path : LogNames.segments(old).values()) {
      try (var file = lab.log.create(path, 0)) {
        file.write(java.nio.ByteBuffer.wrap(Lab.bytes(old, path)));
      }
    }
    archiver.step();
    assertThat(archiver.status().timeline()).isNotEqualTo(before);
    archiver.close();
    lab.requireWhole();
    assertThat(Lab.restored(lab.restore())).hasSize(4);
    assertThat(Lab.restored(lab.restore().timeline(before))).hasSize(12);
  }

  @Test
  void copiesThatBothGoOnBeginTimelinesOfTheirOwnAndBothComeBack() throws IOException {
    Lab lab = new Lab();
    Archiver archiver = lab.archiver();
    try (WalWriter<String> log = lab.open()) {
      for (int i = 0; i < 5; i++) {
        Lab.append(log, lab, "both " + i);
      }
    }
    archiver.step();
    MemoryDirectory copy = Lab.copy(lab.log);
    MemoryDirectory original = lab.log;
    try (WalWriter<String> log = lab.open()) {
      Lab.append(log, lab, "original");
      Lab.append(log, lab, "mark");
    }
    archiver.step();
    lab.clock.tick(Duration.ofSeconds(5));
    lab.log = copy;
    try (WalWriter<String> log = lab.open()) {
      Lab.append(log, lab, "copy");
      Lab.append(log, lab, "mark");
      Lab.append(log, lab, "mark");
    }
    Archiver ofCopy = lab.archiver();
    ofCopy.step();
    lab.log = original;
    try (WalWriter<String> log = lab.open()) {
      Lab.append(log, lab, "goes on");
    }
    archiver.close(); // Nothing stopped it.
    lab.requireWhole();
    List<String> timelines = Timeline.list(lab.store);
    assertThat(timelines).hasSize(2);
    assertThat(Lab.restored(lab.restore().timeline(timelines.get(0))))
        .isEqualTo(Lab.lines(original))
        .contains("original", "goes on");
    assertThat(Lab.restored(lab.restore())).isEqualTo(Lab.lines(copy)).contains("copy");
    assertThat(Archive.open(lab.store).timelines().get(1).parent()).isEqualTo(timelines.get(0));
  }

  @Test
  void copyWhoseHistoryDiffersIsToldAlsoIfTheNewestArchivedSegmentHasNoEntries()
      throws IOException {
    Lab lab = new Lab();
    MemoryDirectory original = lab.log;
    MemoryDirectory copy;
    try (WalWriter<String> log = lab.open()) {
      Lab.append(log, lab, "both");
      Lab.append(log, lab, "both");
      lab.archiver().step();
      copy = Lab.copy(original);
      Lab.append(log, lab, "original");
      Lab.append(log, lab, "original");
    }
    List<String> lines = Lab.lines(original);
    try (WalWriter<String> log = lab.open()) {
      assertThat(log.lastDurableId()).isEqualTo(4);
      lab.archiver().step(); // A segment without entries is the newest.
    }
    lab.clock.tick(Duration.ofSeconds(5));
    lab.log = copy;
    try (WalWriter<String> log = lab.open()) {
      Lab.append(log, lab, "copy");
    }
    lab.archiver().close();
    lab.requireWhole();
    List<String> timelines = Timeline.list(lab.store);
    assertThat(timelines).hasSize(2);
    assertThat(Lab.restored(lab.restore().timeline(timelines.get(0)))).isEqualTo(lines);
    assertThat(Lab.restored(lab.restore())).isEqualTo(Lab.lines(copy)).contains("copy");
  }

  @Test
  void restoredLogThatGoesOnBeginsATimelineThatSaysWhereItCameFrom() throws IOException {
    Lab lab = new Lab();
    lab.archiveThrough(new FlakyStore(lab.store, -1, false, false));
    Instant then = lab.clock.instant();
    lab.clock.tick(Duration.ofMinutes(1));
    MemoryDirectory target = new MemoryDirectory();
    List<String> restored = Lab.restored(lab.restore().toEntry(9), target);
    lab.log = target;
    try (WalWriter<String> log = lab.open()) {
      Lab.append(log, lab, "after");
    }
    lab.archiver().close();
    lab.requireWhole();
    List<TimelineInfo> timelines = Archive.open(lab.store).timelines();
    assertThat(timelines).hasSize(2);
    assertThat(timelines.get(1).parent()).isEqualTo(timelines.get(0).id() + "/9");
    restored.add("after");
    assertThat(Lab.restored(lab.restore())).isEqualTo(restored);
    assertThat(Lab.restored(lab.restore().timeline(timelines.get(0).id()))).hasSize(12);
    assertThat(Lab.restored(lab.restore().timeline(timelines.get(0).id()).toInstant(then)))
        .hasSize(12);
  }
}
