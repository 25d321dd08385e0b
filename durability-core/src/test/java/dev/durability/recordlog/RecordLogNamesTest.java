package dev.durability.recordlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codec;
import dev.durability.codec.Codecs;
import dev.durability.errors.LockHeldException;
import dev.durability.errors.WriterPoisonedException;
import dev.durability.storage.Directory;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.FsDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A record log that has two names, or whose name goes to another file: one writer, or none. */
class RecordLogNamesTest {
  private static final List<String> NAMES = List.of("hard", "soft", "linked/log");

  private final Codec<String> codec = Codecs.utf8();

  @TempDir Path root;
  private Directory directory;

  @BeforeEach
  void openDirectory() throws IOException {
    directory = FsDirectory.open(root);
  }

  private RecordLogWriter<String> withNames() throws IOException {
    directory.createDirectories("d");
    RecordLogWriter<String> writer = RecordLogWriter.open(directory, "d/log", codec);
    writer.append("one");
    writer.sync();
    Files.createLink(root.resolve("hard"), root.resolve("d/log"));
    Files.createSymbolicLink(root.resolve("soft"), Path.of("d/log"));
    Files.createSymbolicLink(root.resolve("linked"), Path.of("d"));
    return writer;
  }

  @Test
  void secondWriterUnderAnyNameIsRefusedAndChangesNothing() throws IOException {
    try (RecordLogWriter<String> writer = withNames()) {
      byte[] before = Files.readAllBytes(root.resolve("d/log"));
      for (String name : NAMES) {
        assertThatThrownBy(() -> RecordLogWriter.open(directory, name, codec))
            .as(name)
            .isInstanceOf(LockHeldException.class);
        assertThat(root.resolve("d/log")).as(name).hasBinaryContent(before);
      }
      writer.append("two");
      assertThat(writer.sync()).isEqualTo(2);
    }
    for (String name : NAMES) {
      try (RecordLogWriter<String> writer = RecordLogWriter.open(directory, name, codec)) {
        writer.append(name);
      }
    }
    assertThat(RecordLogReader.of(directory, "d/log", codec).list())
        .containsExactly("one", "two", "hard", "soft", "linked/log");
  }

  /** Another process has other locks under the other names, and a registry of its own. */
  @Test
  void ofTwoProcessesUnderTwoNamesAtMostOneAcknowledges() throws IOException {
    Directory otherProcess = new Unguarded(directory);
    for (String name : List.of("hard", "soft")) {
      for (boolean firstGoesFirst : new boolean[] {true, false}) {
        String where = name + ", first=" + firstGoesFirst;
        List<String> acknowledged = new ArrayList<>(List.of("one"));
        RecordLogWriter<String> first = withNames();
        RecordLogWriter<String> second = RecordLogWriter.open(otherProcess, name, codec);
        List<String> refused = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          String mine = "first" + i;
          String others = "other" + i;
          if (firstGoesFirst) {
            tryToAppend(first, mine, acknowledged, refused);
            tryToAppend(second, others, acknowledged, refused);
          } else {
            tryToAppend(second, others, acknowledged, refused);
            tryToAppend(first, mine, acknowledged, refused);
          }
        }
        assertThat(refused).as(where).isNotEmpty();
        closeWhatIsPoisoned(first);
        closeWhatIsPoisoned(second);
        assertThat(RecordLogReader.of(directory, "d/log", codec).list())
            .as(where)
            .containsAll(acknowledged);
        for (String each : List.of("d/log", "hard", "soft", "linked")) {
          Files.delete(root.resolve(each));
        }
      }
    }
  }

  private static void tryToAppend(
      RecordLogWriter<String> writer,
      String record,
      List<String> acknowledged,
      List<String> refused)
      throws IOException {
    try {
      writer.append(record);
      writer.sync();
      acknowledged.add(record);
    } catch (WriterPoisonedException e) {
      refused.add(record);
    }
  }

  private static void closeWhatIsPoisoned(RecordLogWriter<String> writer) {
    try {
      writer.close();
    } catch (IOException e) {
      assertThat(e).isInstanceOf(WriterPoisonedException.class);
    }
  }

  @Test
  void fileThatWasRemovedOrReplacedIsNotWrittenAnyMore() throws IOException {
    for (boolean replaced : new boolean[] {false, true}) {
      RecordLogWriter<String> writer = RecordLogWriter.open(directory, "log", codec);
      writer.append("one");
      writer.sync();
      Path file = root.resolve("log");
      Path copy = Files.copy(file, root.resolve("copy"));
      if (replaced) {
        Files.move(copy, file, StandardCopyOption.REPLACE_EXISTING);
      } else {
        Files.move(file, copy, StandardCopyOption.REPLACE_EXISTING);
      }
      byte[] before = Files.readAllBytes(replaced ? file : copy);
      writer.append("two");
      assertThatThrownBy(writer::sync)
          .isInstanceOf(WriterPoisonedException.class)
          .hasMessageContaining(replaced ? "log was replaced" : "log was removed");
      assertThatThrownBy(writer::close).isInstanceOf(WriterPoisonedException.class);
      assertThat(replaced ? file : copy).hasBinaryContent(before);
      Files.delete(replaced ? file : copy);
    }
  }

  /** Locks that guard nothing, as seen by another process. */
  private static final class Unguarded extends ForwardingDirectory {
    Unguarded(Directory under) {
      super(under);
    }

    @Override
    public DirectoryLock lock(String path) throws IOException {
      DirectoryLock lock = super.lock(path);
      return new DirectoryLock() {
        @Override
        public boolean isHeld() {
          return lock.isHeld();
        }

        @Override
        public void close() throws IOException {
          lock.close();
        }
      };
    }
  }
}
