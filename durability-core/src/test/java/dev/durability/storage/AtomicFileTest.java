package dev.durability.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AtomicFileTest {
  private static final String SYNC = "sync of d/a.tmp";
  private static final String RENAME = "rename d/a.tmp d/a";
  private static final String SYNC_NAME = "sync d";

  private final Steps steps = new Steps(new MemoryDirectory());

  @BeforeEach
  void createDirectory() throws IOException {
    steps.createDirectories("d");
  }

  @Test
  void contentIsDurableBeforeTheRenameAndTheNameAfterIt() throws IOException {
    AtomicFile file = AtomicFile.create(steps, "d/a");
    file.write(bytes("new"));
    file.commit();
    file.close();

    assertThat(steps.done)
        .containsExactly("create d/a.tmp", "write to d/a.tmp", SYNC, RENAME, SYNC_NAME);
    assertThat(content("d/a")).isEqualTo("new");
    assertThat(steps.list("d")).containsExactly("a");
  }

  @Test
  void oldFileStaysUntilCommit() throws IOException {
    write("d/a", "old");
    AtomicFile file = AtomicFile.create(steps, "d/a");
    file.write(bytes("new"));
    file.sync();

    assertThat(content("d/a")).isEqualTo("old");
    file.commit();
    assertThat(content("d/a")).isEqualTo("new");
  }

  @Test
  void leftoverOfAnEarlierAttemptIsDeletedFirst() throws IOException {
    write("d/a.tmp", "a leftover that is longer");
    AtomicFile file = AtomicFile.create(steps, "d/a");
    file.write(bytes("new"));
    file.commit();

    assertThat(steps.done).startsWith("delete d/a.tmp", "create d/a.tmp");
    assertThat(content("d/a")).isEqualTo("new");
  }

  @Test
  void fileThatWasSyncedAndClosedCanBeCommittedAndIsNotSyncedAgain() throws IOException {
    AtomicFile file = AtomicFile.create(steps, "d/a");
    file.write(bytes("new"));
    file.sync();
    file.close();
    file.commit();

    assertThat(steps.done)
        .containsExactly("create d/a.tmp", "write to d/a.tmp", SYNC, RENAME, SYNC_NAME);
  }

  @Test
  void whatIsWrittenAfterASyncIsSyncedByCommit() throws IOException {
    AtomicFile file = AtomicFile.create(steps, "d/a");
    file.sync();
    file.write(bytes("new"));
    file.commit();

    assertThat(steps.done)
        .containsExactly("create d/a.tmp", SYNC, "write to d/a.tmp", SYNC, RENAME, SYNC_NAME);
  }

  @Test
  void cutAfterASyncIsSyncedByCommit() throws IOException {
    AtomicFile file = AtomicFile.create(steps, "d/a");
    file.write(bytes("new and more"));
    file.sync();
    file.truncate(3);
    file.commit();

    assertThat(steps.done).endsWith("cut d/a.tmp", SYNC, RENAME, SYNC_NAME);
    assertThat(content("d/a")).isEqualTo("new");
  }

  @Test
  void fileThatWasClosedBeforeItsBytesWereSyncedGetsNoName() throws IOException {
    write("d/a", "old");
    AtomicFile file = AtomicFile.create(steps, "d/a");
    file.write(bytes("new"));
    file.close();

    assertThatIOException().isThrownBy(file::commit);
    assertThat(content("d/a")).isEqualTo("old");
  }

  @Test
  void writingGoesOnUnderTheFinalName() throws IOException {
    AtomicFile file = AtomicFile.create(steps, "d/a");
    file.write(bytes("new"));
    file.commit();
    file.write(bytes(" and more"));
    file.sync();

    assertThat(file.position()).isEqualTo(12);
    assertThat(content("d/a")).isEqualTo("new and more");
    assertThatIllegalStateException().isThrownBy(file::commit);
  }

  @Test
  void failedSyncGivesNoNameAndIsNotTriedAgain() throws IOException {
    write("d/a", "old");
    AtomicFile file = AtomicFile.create(steps, "d/a");
    file.write(bytes("new"));
    steps.failOnce(SYNC, new IOException("the disk said no"));

    assertThatIOException().isThrownBy(file::commit).withMessage("the disk said no");
    assertThatIllegalStateException().isThrownBy(file::commit);
    assertThat(steps.done).doesNotContain(RENAME);
    assertThat(content("d/a")).isEqualTo("old");
  }

  @Test
  void failedSyncBeforeCommitIsNotTriedAgainByCommit() throws IOException {
    AtomicFile file = AtomicFile.create(steps, "d/a");
    file.write(bytes("new"));
    steps.failOnce(SYNC, new IOException("the disk said no"));

    assertThatIOException().isThrownBy(file::sync);
    assertThatIllegalStateException().isThrownBy(file::commit).withMessageContaining("d/a");
    assertThat(steps.done).containsOnlyOnce(SYNC).doesNotContain(RENAME);
  }

  @ParameterizedTest
  @ValueSource(strings = {SYNC, RENAME, SYNC_NAME})
  void failureOrErrorInAStepEndsTheAttempt(String step) throws IOException {
    for (Throwable thrown : List.of(new IOException("no"), new OutOfMemoryError("for a test"))) {
      AtomicFile file = AtomicFile.create(steps, "d/a");
      file.write(bytes("new"));
      steps.failOnce(step, thrown);

      assertThatThrownBy(file::commit).isSameAs(thrown);
      assertThatIllegalStateException().isThrownBy(file::commit);
      file.discard();
      assertThat(steps.list("d")).isEqualTo(step.equals(SYNC_NAME) ? List.of("a") : List.of());
    }
  }

  @Test
  void discardedFileLeavesNothingAndTheOldFileAsItWas() throws IOException {
    write("d/a", "old");
    AtomicFile file = AtomicFile.create(steps, "d/a");
    file.write(bytes("new"));
    file.discard();
    file.discard();

    assertThat(steps.list("d")).containsExactly("a");
    assertThat(content("d/a")).isEqualTo("old");
  }

  @Test
  void discardIsDoneWhenItIsCalledAgainAfterAFailure() throws IOException {
    AtomicFile file = AtomicFile.create(steps, "d/a");
    steps.failOnce("close d/a.tmp", new IOException("late"));
    steps.failOnce("delete d/a.tmp", new IOException("no"));

    assertThatIOException().isThrownBy(file::discard);
    file.discard();
    assertThat(steps.list("d")).isEmpty();
  }

  @Test
  void committedFileIsNotDiscarded() throws IOException {
    AtomicFile file = AtomicFile.create(steps, "d/a");
    file.write(bytes("new"));
    file.commit();
    // Someone else's next attempt.
    write("d/a.tmp", "next");
    file.discard();

    assertThat(steps.list("d")).containsExactly("a", "a.tmp");
  }

  @Test
  void closedFileStaysUnderItsTemporaryName() throws IOException {
    try (AtomicFile file = AtomicFile.create(steps, "d/a")) {
      file.write(bytes("new"));
    }

    assertThat(steps.list("d")).containsExactly("a.tmp");
    AtomicFile.deleteTemporary(steps, "d/a");
    assertThat(steps.list("d")).isEmpty();
    AtomicFile.deleteTemporary(steps, "d/a");
  }

  @Test
  void attemptsUnderTemporaryNamesOfTheirOwnDoNotMeet() throws IOException {
    AtomicFile first = AtomicFile.create(steps, "d/a", "d/a.1.tmp");
    AtomicFile second = AtomicFile.create(steps, "d/a", "d/a.2.tmp");
    first.write(bytes("first"));
    second.write(bytes("second"));
    second.commit();
    first.commit();

    assertThat(content("d/a")).isEqualTo("first");
    assertThat(steps.list("d")).containsExactly("a");
  }

  @Test
  void temporaryNameInAnotherDirectoryIsRefused() throws IOException {
    steps.createDirectories("e");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AtomicFile.create(steps, "d/a", "e/a.tmp"))
        .withMessageContaining("e/a.tmp");
    assertThat(steps.list("e")).isEmpty();
  }

  @Test
  void fileInTheRootIsCommittedBySyncOfTheRoot() throws IOException {
    AtomicFile file = AtomicFile.create(steps, "a");
    file.commit();

    assertThat(steps.done).endsWith("rename a.tmp a", "sync ");
  }

  private void write(String path, String content) throws IOException {
    try (AppendFile file = steps.under.create(path, 0)) {
      file.write(bytes(content));
    }
  }

  private String content(String path) throws IOException {
    try (ReadFile file = steps.open(path)) {
      ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
      assertThat(file.read(bytes, 0)).isEqualTo(bytes.capacity());
      return UTF_8.decode(bytes.flip()).toString();
    }
  }

  private static ByteBuffer bytes(String text) {
    return UTF_8.encode(text);
  }

  /** Notes each step that changes something, and fails in those that a test names. */
  private static final class Steps extends ForwardingDirectory {
    final Directory under;
    final List<String> done = new ArrayList<>();
    private final List<String> failing = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();

    Steps(Directory under) {
      super(under);
      this.under = under;
    }

    /** The next time, instead of doing it. */
    void failOnce(String step, Throwable failure) {
      failing.add(step);
      failures.add(failure);
    }

    private void step(String what) throws IOException {
      if (!what.startsWith("close")) {
        done.add(what);
      }
      int index = failing.indexOf(what);
      @Nullable Throwable failure = null;
      if (index >= 0) {
        failing.remove(index);
        failure = failures.remove(index);
      }
      if (failure instanceof IOException failed) {
        throw failed;
      }
      if (failure instanceof Error error) {
        throw error;
      }
    }

    @Override
    public void rename(String from, String to) throws IOException {
      step("rename " + from + " " + to);
      super.rename(from, to);
    }

    @Override
    public void delete(String path) throws IOException {
      step("delete " + path);
      super.delete(path);
    }

    @Override
    public void sync(String directory) throws IOException {
      step("sync " + directory);
      super.sync(directory);
    }

    @Override
    public AppendFile create(String path, long expectedBytes) throws IOException {
      step("create " + path);
      AppendFile file = super.create(path, expectedBytes);
      return new AppendFile() {
        @Override
        public void write(ByteBuffer source) throws IOException {
          step("write to " + path);
          file.write(source);
        }

        @Override
        public void sync() throws IOException {
          step("sync of " + path);
          file.sync();
        }

        @Override
        public void truncate(long size) throws IOException {
          step("cut " + path);
          file.truncate(size);
        }

        @Override
        public long position() {
          return file.position();
        }

        @Override
        public void close() throws IOException {
          step("close " + path);
          file.close();
        }
      };
    }
  }
}
