package dev.durability.pekko;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.CodecException;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.LockHeldException;
import dev.durability.testkit.CrashDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SnapshotFilesTest {
  private final CrashDirectory disk = new CrashDirectory();
  private final List<Long> failed = new ArrayList<>();

  private static StoredSnapshot snapshot(String id, long number, long time) {
    return new StoredSnapshot(
        id,
        new SnapshotName(number, time),
        number % 2 == 0 ? null : new Payload(-1, "m", new byte[] {7}),
        (id + number + "@" + time).getBytes(StandardCharsets.UTF_8));
  }

  private Optional<String> newest(SnapshotFiles files, String id, long max) throws IOException {
    return files.newest(
        id,
        name -> name.sequenceNr() <= max,
        3,
        stored -> new String(stored.snapshot(), StandardCharsets.UTF_8),
        (name, failure) -> failed.add(name.sequenceNr()));
  }

  @Test
  void savedSnapshotsSurviveTheLossOfPowerAndDeletedOnesStayAway() throws IOException {
    CrashDirectory after;
    try (SnapshotFiles files = SnapshotFiles.open(disk)) {
      files.save(snapshot("a", 1, 5));
      files.save(snapshot("a", 2, 6));
      files.save(snapshot("a", 3, 7));
      files.save(snapshot("a", 3, 9)); // Replaces the one before.
      files.delete("a", name -> name.sequenceNr() == 1);
      files.delete("nobody", name -> true);
      after = disk.copy().afterPowerLoss(3);
    }
    try (SnapshotFiles files = SnapshotFiles.open(after)) {
      assertThat(newest(files, "a", 9)).hasValue("a3@9");
      assertThat(newest(files, "a", 2)).hasValue("a2@6");
      assertThat(newest(files, "a", 1)).isEmpty();
      assertThat(newest(files, "A", 9)).isEmpty();
      assertThat(failed).isEmpty();
    }
  }

  @Test
  void aDamagedSnapshotIsToldAndTheOneBeforeIsLoaded() throws IOException {
    try (SnapshotFiles files = SnapshotFiles.open(disk)) {
      for (long number = 1; number <= 4; number++) {
        files.save(snapshot("a", number, 1));
      }
      damage(4);
      assertThat(newest(files, "a", 9)).hasValue("a3@1");
      assertThat(failed).containsExactly(4L);

      damage(3);
      damage(2);
      assertThatThrownBy(() -> newest(files, "a", 9))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("newest 3 snapshots of a")
          .hasCauseInstanceOf(CorruptLogException.class);
    }
  }

  private void damage(long number) throws IOException {
    for (String path : paths()) {
      if (path.contains(new SnapshotName(number, 1).file())) {
        disk.damage(path, 150, new byte[] {9, 9, 9, 9, 9, 9, 9, 9});
      }
    }
  }

  private List<String> paths() {
    return disk.trace().stream()
        .filter(each -> each.contains(".snapshot"))
        .map(each -> each.replaceAll(".* (\\S+\\.snapshot).*", "$1"))
        .filter(each -> each.endsWith(".snapshot"))
        .distinct()
        .toList();
  }

  @Test
  void aFileThatWasMovedIsNotTakenForAnother() throws IOException {
    StoredSnapshot stored = snapshot("a", 1, 1);
    assertThatThrownBy(() -> stored.require("b", stored.name()))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("move it back");
    assertThat(stored.require("a", new SnapshotName(1, 1))).isSameAs(stored);
  }

  @Test
  void aStoreThatIsInUseIsRefused() throws IOException {
    try (SnapshotFiles files = SnapshotFiles.open(disk)) {
      assertThat(newest(files, "a", 9)).isEmpty();
      assertThatThrownBy(() -> SnapshotFiles.open(disk)).isInstanceOf(LockHeldException.class);
    }
    SnapshotFiles.open(disk).close();
  }

  @Test
  void namesOfFilesAreReadBack() {
    SnapshotName name = new SnapshotName(Long.MAX_VALUE, 17);
    assertThat(SnapshotName.of(name.file())).hasValue(name);
    assertThat(SnapshotName.of("x.snapshot")).isEmpty();
    assertThat(SnapshotName.of("9999999999999999999-0000000000000000001.snapshot")).isEmpty();
  }
}
