package dev.durability.checkpoint;

import static dev.durability.testkit.Fault.Operation.CLOSE_APPEND;
import static dev.durability.testkit.Fault.Operation.CREATE;
import static dev.durability.testkit.Fault.Operation.CREATE_DIRECTORIES;
import static dev.durability.testkit.Fault.Operation.RENAME;
import static dev.durability.testkit.Fault.Operation.SYNC_DIRECTORY;
import static dev.durability.testkit.Fault.Operation.SYNC_FILE;
import static dev.durability.testkit.Fault.Operation.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Schema;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each step of writing a checkpoint may fail: a file with its final name is whole. */
class CheckpointWritingTest extends CheckpointsFixture {
  @Test
  void deletionIsSyncedAndClosingAWriterThatFailedTwiceTellsBoth() throws Exception {
    checkpoints.write(LOG, 1, out -> out.write(1));
    long syncs = directory.count(SYNC_DIRECTORY);
    checkpoints.delete(Checkpoints.pathOf(1));
    assertThat(checkpoints.list()).isEmpty();
    assertThat(directory.count(SYNC_DIRECTORY)).isEqualTo(syncs + 1);
    directory.inject(Fault.of(WRITE)).inject(Fault.of(CLOSE_APPEND).saying("second"));
    assertThatThrownBy(() -> CheckpointWriter.create(directory, "a", LOG, 1, CLOCK))
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1))
        .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessageContaining("second"));
    assertThat(disk.list("")).isEmpty();
  }

  @Test
  void noMoreThanTwoMebibytesWaitForASync() throws Exception {
    checkpoints.writeAlone("a", out -> out.write(random(7 << 20)));
    assertThat(directory.count(SYNC_FILE)).isEqualTo(4);
  }

  @Test
  void failureAtAnyStepLeavesNoFileWithTheFinalNameAndTheOldOneWhole() throws Exception {
    byte[] old = random(1000);
    byte[] fresh = random(2_500_000);
    for (Fault.Operation operation :
        List.of(CREATE_DIRECTORIES, CREATE, WRITE, SYNC_FILE, RENAME, CLOSE_APPEND)) {
      for (int nth = 1; nth <= (operation == WRITE ? 5 : operation == SYNC_FILE ? 2 : 1); nth++) {
        MemoryDirectory memory = new MemoryDirectory();
        FaultDirectory failing = new FaultDirectory(memory);
        Checkpoints some = Checkpoints.in(failing, CLOCK);
        some.write(LOG, 1, out -> out.write(old));
        failing.inject(Fault.of(operation).nth(nth));
        assertThatThrownBy(() -> some.write(LOG, 2, out -> out.write(fresh)))
            .as("%s %d", operation, nth)
            .isInstanceOf(IOException.class);
        if (operation == CLOSE_APPEND) {
          // Closing comes after the name is durable: a late failure, of a whole checkpoint.
          assertThat(some.read(Checkpoints.pathOf(2), InputStream::readAllBytes)).isEqualTo(fresh);
        } else {
          assertThat(memory.list("checkpoints"))
              .as("%s %d", operation, nth)
              .containsExactly("00000000000000000001.ckpt");
        }
        assertThat(some.read(Checkpoints.pathOf(1), InputStream::readAllBytes)).isEqualTo(old);
        failing.heal();
        some.write(LOG, 2, out -> out.write(fresh));
        assertThat(some.list()).containsExactly(2L, 1L);
      }
    }
  }

  @Test
  void failedSyncOfTheDirectoryIsAnErrorAndEitherFileIsWhole() throws Exception {
    checkpoints.writeAlone("a", out -> out.write(1));
    directory.inject(Fault.of(SYNC_DIRECTORY));
    assertThatThrownBy(() -> checkpoints.writeAlone("a", out -> out.write(2)))
        .isInstanceOf(IOException.class);
    assertThat(payload("a")).containsExactly(2);
  }

  @Test
  void replacingACheckpointKeepsTheOldOneUntilTheRename() throws Exception {
    checkpoints.writeAlone("a", out -> out.write(1));
    checkpoints.writeAlone(
        "a",
        out -> {
          out.write(2);
          assertThat(payload("a")).containsExactly(1);
        });
    assertThat(payload("a")).containsExactly(2);
    assertThatThrownBy(
            () ->
                checkpoints.writeAlone(
                    "a",
                    out -> {
                      out.write(3);
                      throw new IOException("the state cannot be written");
                    }))
        .hasMessage("the state cannot be written");
    assertThat(payload("a")).containsExactly(2);
    assertThat(disk.list("")).containsExactly("a");
  }

  @Test
  void stepsComeInTheOrderThatALossOfPowerAsksFor() throws Exception {
    List<String> steps = new ArrayList<>();
    directory.before(
        (operation, path) -> {
          if (List.of(CREATE_DIRECTORIES, CREATE, WRITE, SYNC_FILE, RENAME, SYNC_DIRECTORY)
              .contains(operation)) {
            steps.add(operation.toString());
          }
        });
    checkpoints.write(LOG, 7, out -> out.write(1));
    assertThat(steps)
        .containsExactly(
            "CREATE_DIRECTORIES",
            "CREATE",
            "WRITE",
            "WRITE",
            "WRITE",
            "SYNC_FILE",
            "RENAME",
            "SYNC_DIRECTORY");
    checkpoints.delete(Checkpoints.pathOf(7));
    assertThat(steps).last().isEqualTo("SYNC_DIRECTORY");
    assertThat(checkpoints.list()).isEmpty();
  }

  @Test
  void closingWithoutCommitLeavesNothingAndAFailedWriterRefusesToCommit() throws Exception {
    try (CheckpointWriter writer = CheckpointWriter.create(directory, "a", LOG, 0, CLOCK)) {
      writer.write(1);
      assertThat(disk.list("")).singleElement().asString().matches("a\\.[0-9a-f]{8}\\.tmp");
    }
    assertThat(disk.list("")).isEmpty();
    CheckpointWriter writer = CheckpointWriter.create(directory, "a", LOG, 0, CLOCK);
    directory.inject(Fault.of(WRITE));
    assertThatThrownBy(() -> writer.write(new byte[3 << 20])).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> writer.write(1)).isInstanceOf(IOException.class);
    assertThatThrownBy(writer::commit).isInstanceOf(IOException.class);
    writer.close();
    writer.close();
    assertThat(disk.list("")).isEmpty();
  }

  @Test
  void whatACrashLeftIsRemovedAndOtherNamesAreNotTouched() throws Exception {
    disk.createDirectories("checkpoints");
    for (String name :
        List.of(
            "00000000000000000007.ckpt.0123abcd.tmp",
            "00000000000000000008.ckpt.0123abcd.tmp",
            "7.ckpt",
            "99999999999999999999.ckpt",
            "00000000000000000007.ckpt.bak")) {
      put("checkpoints/" + name, new byte[1]);
    }
    checkpoints.write(LOG, 7, out -> out.write(1));
    assertThat(checkpoints.list()).containsExactly(7L);
    assertThat(disk.list("checkpoints"))
        .doesNotContain("00000000000000000007.ckpt.0123abcd.tmp")
        .contains("00000000000000000008.ckpt.0123abcd.tmp")
        .hasSize(5);
  }

  @Test
  void noCheckpointIsMadeWhereTheLogKeepsItsFilesAndNothingThereIsRemoved() throws Exception {
    disk.createDirectories("wal");
    put("wal/a.0123abcd.tmp", new byte[1]);
    assertThatThrownBy(() -> checkpoints.writeAlone("wal/a", out -> out.write(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> CheckpointWriter.create(directory, "wal/a", LOG, 0, CLOCK))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("wal/a");
    assertThat(disk.list("wal")).containsExactly("a.0123abcd.tmp");
  }

  @Test
  void writerSaysWhyNothingMoreCanBeWritten() throws Exception {
    CheckpointWriter failed = CheckpointWriter.create(directory, "a", LOG, 0, CLOCK);
    directory.inject(Fault.of(WRITE));
    assertThatThrownBy(() -> failed.write(new byte[3 << 20])).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> failed.write(1))
        .hasMessageContaining("a: it failed")
        .cause()
        .hasStackTraceContaining("injected");
    failed.close();
    assertThatThrownBy(() -> failed.write(1)).hasMessageContaining("a: it failed");
    CheckpointWriter closed = CheckpointWriter.create(directory, "b", LOG, 0, CLOCK);
    closed.close();
    assertThatThrownBy(closed::commit).hasMessageContaining("b: it is closed");
    assertThatThrownBy(() -> closed.schema(Schema.of("text", new byte[0])))
        .hasMessageContaining("b: it is closed");
    try (CheckpointWriter committed = CheckpointWriter.create(directory, "c", LOG, 0, CLOCK)) {
      committed.commit();
      assertThatThrownBy(() -> committed.write(1)).hasMessageContaining("c: it is committed");
      assertThatThrownBy(() -> committed.schema(Schema.of("text", new byte[0])))
          .hasMessageContaining("c: it is committed");
    }
  }
}
