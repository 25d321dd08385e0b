package dev.durability.recordlog;

import static dev.durability.testkit.Fault.Operation.CLOSE_APPEND;
import static dev.durability.testkit.Fault.Operation.CREATE;
import static dev.durability.testkit.Fault.Operation.RENAME;
import static dev.durability.testkit.Fault.Operation.SYNC_DIRECTORY;
import static dev.durability.testkit.Fault.Operation.SYNC_FILE;
import static dev.durability.testkit.Fault.Operation.TRUNCATE;
import static dev.durability.testkit.Fault.Operation.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.OutcomeOpenException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.storage.AppendOnlyDirectory;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Failures of the storage under a writer of a record log, and while one is opened. */
class RecordLogFailureTest extends RecordLogFixture {
  @Test
  void failedSyncPoisonsForGoodAndReopeningWritesTheUnpromisedAgain() throws Exception {
    RecordLogWriter<String> writer = open();
    writer.append("one");
    writer.sync();
    writer.append("two");
    directory.inject(Fault.of(SYNC_FILE));
    assertThatThrownBy(writer::sync).isInstanceOf(WriterPoisonedException.class);
    for (Callable<?> call :
        List.<Callable<?>>of(
            writer::sync,
            () -> writer.append("three"),
            () -> {
              writer.flush();
              return 0;
            },
            () -> {
              writer.close();
              return 0;
            })) {
      assertThatThrownBy(call::call)
          .isInstanceOf(WriterPoisonedException.class)
          .rootCause()
          .hasMessageContaining("SYNC_FILE");
    }
    writer.close();
    assertThat(writer.syncedId()).isEqualTo(1);
    long written = directory.bytesWritten();
    try (RecordLogWriter<String> again = open()) {
      assertThat(directory.bytesWritten() - written)
          .as("the MARK of record 1 and record 2, and a MARK of both")
          .isEqualTo(32 + 24 + 32);
      assertThat(again.append("three")).isEqualTo(3);
    }
    assertThat(readStrictly()).containsExactly("one", "two", "three");
  }

  @Test
  void fullDiskKeepsRecordsWithIdsAndTheyGoFirstOnceThereIsRoom() throws Exception {
    List<String> expected = new ArrayList<>();
    try (RecordLogWriter<String> writer = open()) {
      expected.add("before");
      writer.append("before");
      writer.sync();
      directory.fillUpAfter(20);
      expected.add("kept");
      assertThat(writer.append("kept")).isEqualTo(2);
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(writer::sync).isInstanceOf(OutcomeOpenException.class);
        assertThatThrownBy(writer::flush).isInstanceOf(OutcomeOpenException.class);
        assertThat(writer.syncedId()).isEqualTo(1);
      }
      assertThat(read()).containsExactly("before");
      assertThat(readStrictly()).as("rolled back").containsExactly("before");
      String large = "x".repeat(60_000);
      expected.add(large);
      assertThat(writer.append(large)).isEqualTo(3);
      assertThatThrownBy(() -> writer.append(large)).isInstanceOf(OutcomeOpenException.class);
      assertThat(writer.lastId()).as("the refused record got no id").isEqualTo(3);
      directory.makeRoom();
      expected.add("after");
      assertThat(writer.append("after")).isEqualTo(4);
      assertThat(writer.sync()).isEqualTo(4);
    }
    assertThat(readStrictly()).isEqualTo(expected);
  }

  @Test
  void writeThatCannotBeRolledBackPoisons() throws Exception {
    RecordLogWriter<String> writer = open();
    writer.append("one");
    directory.inject(Fault.of(WRITE).shortWrite(7)).inject(Fault.of(TRUNCATE));
    assertThatThrownBy(writer::flush).isInstanceOf(WriterPoisonedException.class);
    assertThatThrownBy(writer::flush).isInstanceOf(WriterPoisonedException.class);
    assertThatThrownBy(writer::close).isInstanceOf(WriterPoisonedException.class);
    directory.heal();
    try (RecordLogWriter<String> again = open()) {
      assertThat(again.lastId()).isZero();
    }
    assertThat(disk.list("logs/quarantine")).hasSize(1);
  }

  @Test
  void storageThatCannotCutOrResumePoisonsTheWriterAndIsReopenedWithAFileAnew() throws Exception {
    FaultDirectory store = new FaultDirectory(new AppendOnlyDirectory(disk));
    RecordLogWriter<String> writer = RecordLogWriter.open(store, PATH, codec);
    writer.append("one");
    assertThat(writer.sync()).isEqualTo(1);
    writer.append("two");
    store.inject(Fault.of(WRITE));
    assertThatThrownBy(writer::sync).isInstanceOf(WriterPoisonedException.class);
    assertThatThrownBy(writer::close).isInstanceOf(WriterPoisonedException.class);
    assertThat(read()).containsExactly("one");
    for (int id = 2; id <= 4; id++) {
      try (RecordLogWriter<String> again = RecordLogWriter.open(store, PATH, codec)) {
        assertThat(again.append("again")).isEqualTo(id);
      }
    }
    assertThat(readStrictly()).containsExactly("one", "again", "again", "again");
  }

  @Test
  void failureAtAnyStepOfCreatingLeavesNoHalfFileAndTheNextOpenSucceeds() throws Exception {
    for (Fault.Operation operation : List.of(CREATE, WRITE, SYNC_FILE, RENAME, SYNC_DIRECTORY)) {
      directory.inject(Fault.of(operation));
      assertThatThrownBy(this::open).as("%s", operation).isInstanceOf(IOException.class);
      directory.heal();
      if (disk.exists(PATH)) {
        assertThat(readStrictly()).isEmpty();
      }
      try (RecordLogWriter<String> writer = open()) {
        assertThat(writer.append("one")).isEqualTo(1);
      }
      assertThat(disk.list("logs")).containsExactly("a.rlog", "a.rlog.lock");
      disk.delete(PATH);
    }
  }

  @Test
  void creationSyncsBeforeItRenamesAndAgainTheDirectory() throws Exception {
    List<String> steps = new ArrayList<>();
    directory.before(
        (operation, path) -> {
          if (Set.of(CREATE, WRITE, SYNC_FILE, RENAME, SYNC_DIRECTORY).contains(operation)) {
            steps.add(operation + " " + path);
          }
        });
    open().close();
    assertThat(steps)
        .startsWith(
            "CREATE logs/a.rlog.tmp",
            "WRITE logs/a.rlog.tmp",
            "SYNC_FILE logs/a.rlog.tmp",
            "RENAME logs/a.rlog.tmp",
            "SYNC_DIRECTORY logs");
  }

  @Test
  void failureAtAnyStepOfReopeningLosesNothing() throws Exception {
    byte[] whole = crashed("one", "two", "three");
    byte[] torn = Arrays.copyOf(whole, whole.length + 5);
    torn[torn.length - 1] = 1;
    for (Fault.Operation operation : Fault.Operation.values()) {
      for (int nth = 1; nth <= 12; nth++) {
        put(disk, torn);
        if (disk.exists("logs/quarantine")) {
          for (String name : disk.list("logs/quarantine")) {
            disk.delete("logs/quarantine/" + name);
          }
        }
        long before = directory.injected();
        directory.inject(Fault.of(operation).nth(nth));
        try {
          open().close();
        } catch (IOException e) {
          assertThat(directory.injected()).isGreaterThan(before);
        }
        directory.heal();
        assertThat(read()).as("%s %d", operation, nth).containsExactly("one", "two", "three");
        try (RecordLogWriter<String> writer = open()) {
          assertThat(writer.append("four")).isEqualTo(4);
        }
        assertThat(readStrictly()).containsExactly("one", "two", "three", "four");
      }
    }
  }

  @Test
  void lockThatWasTakenAwayPoisonsBeforeAnythingIsWritten() throws Exception {
    boolean[] held = {true};
    Directory losing =
        new ForwardingDirectory(disk) {
          @Override
          public DirectoryLock lock(String path) throws IOException {
            DirectoryLock lock = super.lock(path);
            return new DirectoryLock() {
              @Override
              public boolean isHeld() {
                return held[0];
              }

              @Override
              public void close() throws IOException {
                lock.close();
              }
            };
          }
        };
    RecordLogWriter<String> writer = RecordLogWriter.open(losing, PATH, codec);
    writer.append("one");
    writer.sync();
    byte[] before = bytes(PATH);
    held[0] = false;
    writer.append("two");
    assertThatThrownBy(writer::flush)
        .isInstanceOf(WriterPoisonedException.class)
        .hasMessageContaining("taken away");
    held[0] = true;
    assertThatThrownBy(writer::flush).isInstanceOf(WriterPoisonedException.class);
    assertThatThrownBy(writer::close).isInstanceOf(WriterPoisonedException.class);
    assertThat(bytes(PATH)).isEqualTo(before);
    lockIsFree();
  }

  @Test
  void failedClosesAfterAFailedOpeningAreToldWithIt() throws Exception {
    directory
        .inject(Fault.of(SYNC_FILE).saying("first"))
        .inject(Fault.of(CLOSE_APPEND).saying("second"));
    assertThatThrownBy(this::open)
        .hasMessageContaining("first")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1))
        .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessageContaining("second"));
    directory.heal();
    crashed("one");
    put(disk, Arrays.copyOf(bytes(PATH), 64 + 24));
    directory
        .inject(Fault.of(WRITE).nth(2).saying("of the promise"))
        .inject(Fault.of(CLOSE_APPEND).saying("second"));
    assertThatThrownBy(this::open).satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    directory.heal();
    lockIsFree();
    open().close();
    assertThat(readStrictly()).containsExactly("one");
  }
}
