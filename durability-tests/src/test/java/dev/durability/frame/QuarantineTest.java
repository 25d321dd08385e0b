package dev.durability.frame;

import static dev.durability.testkit.Fault.Operation.CREATE;
import static dev.durability.testkit.Fault.Operation.CREATE_DIRECTORIES;
import static dev.durability.testkit.Fault.Operation.READ;
import static dev.durability.testkit.Fault.Operation.RENAME;
import static dev.durability.testkit.Fault.Operation.SYNC_DIRECTORY;
import static dev.durability.testkit.Fault.Operation.SYNC_FILE;
import static dev.durability.testkit.Fault.Operation.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.QuarantinedFile;
import dev.durability.storage.ReadFile;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class QuarantineTest {
  private final MemoryDirectory disk = new MemoryDirectory();
  private final FaultDirectory directory = new FaultDirectory(disk);

  static void write(Directory directory, String path, byte[] bytes) throws IOException {
    try (AppendFile file = directory.create(path, 0)) {
      file.write(ByteBuffer.wrap(bytes));
    }
  }

  static byte[] read(Directory directory, String path) throws IOException {
    try (ReadFile file = directory.open(path)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
      while (bytes.hasRemaining() && file.read(bytes, bytes.position()) >= 0) {}
      return bytes.array();
    }
  }

  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    bytes[size - 1] = 1;
    return bytes;
  }

  @Test
  void copyHoldsTheBytesWithoutTheZerosAtTheirEnd() throws Exception {
    byte[] bytes = random(300_000);
    disk.createDirectories("wal");
    write(disk, "wal/a.wal", Arrays.copyOf(bytes, 500_000));
    assertThat(Quarantine.copy(directory, "quarantine", "wal/a.wal", 100, 500_000))
        .contains("quarantine/a.wal@100-1");
    assertThat(read(disk, "quarantine/a.wal@100-1"))
        .isEqualTo(Arrays.copyOfRange(bytes, 100, bytes.length));
    assertThat(read(disk, "wal/a.wal")).isEqualTo(Arrays.copyOf(bytes, 500_000));
  }

  @Test
  void zerosAloneAreNotCopied() throws Exception {
    write(disk, "a.wal", new byte[200_000]);
    assertThat(Quarantine.copy(directory, "quarantine", "a.wal", 100, 200_000)).isEmpty();
    assertThat(Quarantine.copy(directory, "quarantine", "a.wal", 100, 100)).isEmpty();
    assertThat(disk.exists("quarantine")).isFalse();
  }

  @Test
  void sameEvidenceIsNotCopiedTwiceAndOtherEvidenceGetsAFreeName() throws Exception {
    write(disk, "a.wal", random(100_000));
    Quarantine.copy(directory, "q", "a.wal", 8, 100_000);
    directory.heal();
    long syncs = directory.count(SYNC_DIRECTORY);
    assertThat(Quarantine.copy(directory, "q", "a.wal", 8, 100_000)).contains("q/a.wal@8-1");
    assertThat(directory.count(SYNC_DIRECTORY)).as("its name is made durable").isGreaterThan(syncs);
    byte[] other = random(100_000);
    other[70_000] ^= 1;
    disk.delete("a.wal");
    write(disk, "a.wal", other);
    assertThat(Quarantine.copy(directory, "q", "a.wal", 8, 100_000)).contains("q/a.wal@8-2");
    assertThat(Quarantine.copy(directory, "q", "a.wal", 8, 99_999)).contains("q/a.wal@8-3");
    assertThat(disk.list("q")).hasSize(3);
  }

  @Test
  void stepsComeInTheOrderThatALossOfPowerAsksFor() throws Exception {
    write(disk, "a.wal", random(100));
    List<String> steps = new ArrayList<>();
    directory.before(
        (operation, path) -> {
          if (List.of(CREATE, SYNC_FILE, RENAME, SYNC_DIRECTORY, CREATE_DIRECTORIES)
              .contains(operation)) {
            steps.add(operation + " " + path);
          }
        });
    Quarantine.copy(directory, "q", "a.wal", 0, 100);
    assertThat(steps)
        .containsExactly(
            "CREATE_DIRECTORIES q",
            "CREATE q/a.wal@0-1.tmp",
            "SYNC_FILE q/a.wal@0-1.tmp",
            "RENAME q/a.wal@0-1.tmp",
            "SYNC_DIRECTORY q");
  }

  @Test
  void failureAtAnyStepLeavesTheFileAloneAndTheNextAttemptSucceeds() throws Exception {
    byte[] bytes = random(100_000);
    write(disk, "a.wal", bytes);
    for (Fault.Operation operation :
        List.of(READ, CREATE_DIRECTORIES, CREATE, WRITE, SYNC_FILE, RENAME, SYNC_DIRECTORY)) {
      directory.inject(Fault.of(operation));
      assertThatThrownBy(() -> Quarantine.copy(directory, "q", "a.wal", 0, 100_000))
          .as("%s", operation)
          .isInstanceOf(IOException.class);
      assertThat(read(disk, "a.wal")).isEqualTo(bytes);
      if (disk.exists("q")) {
        for (String name : disk.list("q")) {
          assertThat(name.endsWith(".tmp") || Arrays.equals(read(disk, "q/" + name), bytes))
              .as("%s after a failed %s", name, operation)
              .isTrue();
        }
      }
      directory.heal();
      assertThat(Quarantine.copy(directory, "q", "a.wal", 0, 100_000)).contains("q/a.wal@0-1");
      Quarantine.removeTemporaries(directory, "q", "a.wal"::equals);
      assertThat(disk.list("q")).containsExactly("a.wal@0-1");
      disk.delete("q/a.wal@0-1");
    }
  }

  @Test
  void fileThatEndsWhileItIsCopiedIsAnErrorAndNoCopyGetsAName() throws Exception {
    write(disk, "a.wal", random(100));
    assertThatThrownBy(() -> Quarantine.copy(directory, "q", "a.wal", 8, 101))
        .isInstanceOf(EOFException.class)
        .hasMessageContaining("offset 100");
    assertThat(disk.exists("q")).isFalse();
    write(disk, "b.wal", random(200_000));
    directory.before(
        (operation, path) -> {
          if (operation == CREATE) {
            try (AppendFile file = disk.resume("b.wal", 100_000)) {
              file.truncate(100_000);
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          }
        });
    assertThatThrownBy(() -> Quarantine.copy(directory, "q", "b.wal", 0, 200_000))
        .isInstanceOf(EOFException.class)
        .hasMessageContaining("offset 100000");
    assertThat(disk.list("q")).containsExactly("b.wal@0-1.tmp");
  }

  @Test
  void copyOfAnotherLengthIsNotTakenForTheSame() throws Exception {
    byte[] bytes = random(1000);
    write(disk, "a.wal", bytes);
    disk.createDirectories("q");
    write(disk, "q/a.wal@8-1", Arrays.copyOfRange(bytes, 8, 999));
    write(disk, "q/a.wal@8-2", Arrays.copyOf(Arrays.copyOfRange(bytes, 8, 1000), 1000));
    assertThat(Quarantine.copy(directory, "q", "a.wal", 8, 1000)).contains("q/a.wal@8-3");
    assertThat(read(disk, "q/a.wal@8-3")).isEqualTo(Arrays.copyOfRange(bytes, 8, 1000));
  }

  @Test
  void onlyHalfCopiesOfTheFileAreRemoved() throws Exception {
    Quarantine.removeTemporaries(directory, "q", "a.wal"::equals);
    disk.createDirectories("q");
    for (String name : List.of("a.wal@8-1.tmp", "a.wal@8-1", "b.wal@8-1.tmp", "a.wal.tmp")) {
      write(disk, "q/" + name, new byte[1]);
    }
    Quarantine.removeTemporaries(directory, "q", "a.wal"::equals);
    assertThat(disk.list("q")).containsExactly("a.wal.tmp", "a.wal@8-1", "b.wal@8-1.tmp");
  }

  private static QuarantinedFile kept(String path, long bytes) {
    return new QuarantinedFile(path, bytes);
  }

  @Test
  void removalIsDurableWhenItReturnsAndNothingIsSyncedIfThereIsNone() throws Exception {
    disk.createDirectories("q");
    write(disk, "q/a.wal@8-1", new byte[10]);
    Quarantine.remove(directory, "q", "a.wal"::equals, List.of());
    assertThat(directory.count(SYNC_DIRECTORY)).isZero();
    Quarantine.remove(directory, "q", "a.wal"::equals, List.of(kept("q/a.wal@8-1", 10)));
    assertThat(disk.exists("q/a.wal@8-1")).isFalse();
    assertThat(directory.count(SYNC_DIRECTORY)).isEqualTo(1);
  }

  @Test
  void asManyBytesAsAllowedAreKeptAndTheOldestGoFirst() throws Exception {
    disk.createDirectories("q");
    for (int n = 1; n <= 3; n++) {
      write(disk, "q/a.wal@8-" + n, new byte[10]);
    }
    Quarantine.bound(directory, "q", "a.wal"::equals, 30, "q/a.wal@8-3");
    assertThat(Quarantine.list(disk, "q", "a.wal"::equals)).hasSize(3);
    Quarantine.bound(directory, "q", "a.wal"::equals, 29, "q/a.wal@8-3");
    assertThat(Quarantine.list(disk, "q", "a.wal"::equals))
        .containsExactly(kept("q/a.wal@8-2", 10), kept("q/a.wal@8-3", 10));
  }
}
