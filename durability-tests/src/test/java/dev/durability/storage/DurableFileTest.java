package dev.durability.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.errors.DurabilityException;
import dev.durability.errors.LockHeldException;
import dev.durability.testkit.CrashDirectory;
import dev.durability.testkit.CrashExplorer;
import dev.durability.testkit.CrashReport;
import dev.durability.testkit.CrashTest;
import dev.durability.testkit.Fault;
import dev.durability.testkit.Fault.Operation;
import dev.durability.testkit.FaultDirectory;
import dev.durability.testkit.History;
import dev.durability.testkit.Step;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DurableFileTest {
  private static final int BYTES_MAX = 1 << 20;

  private final FaultDirectory disk = new FaultDirectory(new MemoryDirectory());

  @Test
  void whatIsWrittenIsReadBackAndDeleted(@TempDir Path path) throws IOException {
    for (Directory each : List.of(disk, FsDirectory.open(path))) {
      DurableFile.write(each, "a/b/c", bytes("old and longer"));
      DurableFile.write(each, "a/b/c", bytes("new"));
      assertThat(read(each, "a/b/c")).isEqualTo("new");
      DurableFile.write(each, "empty", new byte[0]);
      assertThat(DurableFile.read(each, "empty", 0)).isEmpty();
      assertThat(each.list("a/b")).containsExactly("c");

      assertThat(DurableFile.delete(each, "a/b/c")).isTrue();
      assertThat(each.list("a/b")).isEmpty();
      assertThat(DurableFile.delete(each, "a/b/c")).isFalse();
      assertThat(DurableFile.delete(each, "no/such/place")).isFalse();
      assertThatThrownBy(() -> read(each, "a/b/c")).isInstanceOf(NoSuchFileException.class);
    }
  }

  @Test
  void fileWithMoreBytesThanAllowedIsNotRead() throws IOException {
    DurableFile.write(disk, "a", new byte[11]);

    assertThat(DurableFile.read(disk, "a", 11)).hasSize(11);
    assertThatThrownBy(() -> DurableFile.read(disk, "a", 10))
        .isInstanceOf(DurabilityException.class)
        .hasMessageContaining("11 bytes")
        .hasMessageContaining("more than the 10");
    assertThatIllegalArgumentException().isThrownBy(() -> DurableFile.read(disk, "a", -1));
  }

  @Test
  void shortReadsAreNoEndAndACutMeanwhileIsToldOf() throws IOException {
    DurableFile.write(disk, "a", bytes("three and more"));
    disk.readAtMost(3);
    assertThat(read(disk, "a")).isEqualTo("three and more");

    Directory shrinking =
        new ForwardingDirectory(disk) {
          @Override
          public ReadFile open(String path) throws IOException {
            ReadFile file = super.open(path);
            return new ReadFile() {
              @Override
              public int read(ByteBuffer target, long position) throws IOException {
                return file.read(target, position);
              }

              @Override
              public long size() throws IOException {
                return file.size() + 1;
              }

              @Override
              public void close() throws IOException {
                file.close();
              }
            };
          }
        };
    assertThatThrownBy(() -> read(shrinking, "a"))
        .isInstanceOf(DurabilityException.class)
        .hasMessageContaining("offset 14");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "/a", "a/", "..", "../a", "a/../../b", "a//b", ".", "a\\b"})
  void pathThatADirectoryRefusesIsRefusedAndNothingIsLeft(String path) throws IOException {
    disk.createDirectories("a");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> DurableFile.write(disk, path, bytes("x")));
    assertThatIllegalArgumentException().isThrownBy(() -> DurableFile.delete(disk, path));
    assertThatIllegalArgumentException().isThrownBy(() -> read(disk, path));
    assertThat(disk.list("")).isEmpty();
    assertThat(disk.list("a")).isEmpty();
  }

  @Test
  @SuppressWarnings("NullAway") // Callers without a checker pass it.
  void nullIsRefusedBeforeAnythingIsWritten() throws IOException {
    byte @Nullable [] none = null;
    String noPath = null;
    assertThatNullPointerException().isThrownBy(() -> DurableFile.write(disk, "a", none));
    assertThatNullPointerException().isThrownBy(() -> DurableFile.write(disk, noPath, bytes("x")));
    assertThatNullPointerException().isThrownBy(() -> DurableFile.delete(disk, noPath));
    assertThat(disk.list("")).isEmpty();
  }

  @Test
  void directoryUnderTheNameIsAnErrorAndStays() throws IOException {
    DurableFile.write(disk, "a/b", bytes("inside"));

    assertThatThrownBy(() -> DurableFile.write(disk, "a", bytes("x")))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> DurableFile.delete(disk, "a")).isInstanceOf(IOException.class);
    assertThat(disk.list("")).isEmpty();
    assertThat(read(disk, "a/b")).isEqualTo("inside");
  }

  @Test
  void whateverFailsThereIsTheOldFileOrTheNewOneAndNoTemporaryFile() throws IOException {
    DurableFile.write(disk, "d/a", bytes("old"));
    Set<Operation> afterTheSync =
        Set.of(Operation.RENAME, Operation.SYNC_DIRECTORY, Operation.CLOSE_APPEND);
    String before = "old";
    int failed = 0;
    for (Operation operation :
        List.of(
            Operation.CREATE_DIRECTORIES,
            Operation.LIST,
            Operation.CREATE,
            Operation.WRITE,
            Operation.SYNC_FILE,
            Operation.RENAME,
            Operation.SYNC_DIRECTORY,
            Operation.CLOSE_APPEND)) {
      for (Fault fault : List.of(Fault.of(operation), Fault.of(operation).afterEffect())) {
        String next = "new " + ++failed;
        disk.inject(fault);
        assertThatThrownBy(() -> DurableFile.write(disk, "d/a", bytes(next)))
            .as("%s", fault)
            .isInstanceOf(IOException.class);
        disk.heal();
        assertThat(disk.list("d")).as("%s", fault).containsExactly("a");
        assertThat(read(disk, "d/a")).as("%s", fault).isIn(before, next);
        if (!afterTheSync.contains(operation)) {
          assertThat(read(disk, "d/a")).as("%s", fault).isEqualTo(before);
        }
        before = read(disk, "d/a");
      }
    }
    DurableFile.write(disk, "d/a", bytes("last"));
    assertThat(read(disk, "d/a")).isEqualTo("last");
  }

  @Test
  void fullDiskLeavesTheOldFileAndNothingThatTakesRoom() throws IOException {
    DurableFile.write(disk, "a", bytes("old"));
    for (int room = 0; room < 8; room++) {
      disk.fillUpAfter(room);
      assertThatThrownBy(() -> DurableFile.write(disk, "a", bytes("new text")))
          .isInstanceOf(IOException.class);
      assertThat(read(disk, "a")).isEqualTo("old");
      assertThat(disk.list("")).containsExactly("a");
      disk.makeRoom();
    }
    DurableFile.write(disk, "a", bytes("new text"));
    assertThat(read(disk, "a")).isEqualTo("new text");
  }

  @Test
  void deletionOfTheTemporaryFileThatFailsIsToldWithTheFailureAndDoneByTheNextWrite()
      throws IOException {
    disk.inject(Fault.of(Operation.SYNC_FILE).saying("first"));
    disk.inject(Fault.of(Operation.DELETE).saying("second"));

    assertThatThrownBy(() -> DurableFile.write(disk, "a", bytes("x")))
        .hasMessageContaining("first")
        .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessageContaining("second"));
    assertThat(disk.list("")).hasSize(1).allMatch(name -> name.matches("a\\.[0-9a-f]{16}\\.tmp"));
    DurableFile.write(disk, "a", bytes("y"));
    assertThat(disk.list("")).containsExactly("a");
  }

  @Test
  void onlyLeftoversOfTheSamePathAreDeleted() throws IOException {
    List<String> others =
        List.of("a.0123456789abcdef.tmp2", "a.0123.tmp", "a.tmp", "b.0123456789abcdef.tmp", "ab");
    for (String name : others) {
      disk.create(name, 0).close();
    }
    disk.create("a.0123456789abcdef.tmp", 0).close();
    DurableFile.write(disk, "a", bytes("x"));
    assertThat(disk.list("")).containsAll(others).contains("a").hasSize(6);

    disk.create("a.fedcba9876543210.tmp", 0).close();
    assertThat(DurableFile.delete(disk, "a")).isTrue();
    assertThat(disk.list("")).containsExactlyInAnyOrderElementsOf(others);
  }

  @Test
  void threadsThatWriteTheSamePathEachWriteAWholeFile() throws Exception {
    int threads = 4;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      CountDownLatch start = new CountDownLatch(threads);
      Set<String> written = new HashSet<>();
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        String content = String.valueOf(i).repeat(1000 + i);
        written.add(content);
        done.add(
            pool.submit(
                () -> {
                  start.countDown();
                  start.await();
                  for (int round = 0; round < 200; round++) {
                    DurableFile.write(disk, "a", bytes(content));
                    assertThat(read(disk, "a")).matches("0+|1+|2+|3+");
                  }
                  return null;
                }));
      }
      for (Future<?> each : done) {
        each.get();
      }
      assertThat(read(disk, "a")).isIn(written);
      assertThat(disk.list("")).containsExactly("a");
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void filesBesideThoseOfALogAreLeftAloneByItAndItsLockCannotBeReplaced() throws IOException {
    try (WalWriter<String> log = WalWriter.open(disk, Codecs.utf8(), WalOptions.defaults())) {
      log.appendDurable("entry");
      DurableFile.write(disk, "wal/notes", bytes("a"));
      DurableFile.write(disk, "checkpoints/notes", bytes("b"));
      assertThatThrownBy(() -> DurableFile.write(disk, "wal/.lock", bytes("c")))
          .isInstanceOf(LockHeldException.class);
      assertThat(disk.list("wal")).noneMatch(name -> name.startsWith(".lock."));
    }
    try (WalWriter<String> log = WalWriter.open(disk, Codecs.utf8(), WalOptions.defaults())) {
      log.appendDurable("another");
    }
    assertThat(read(disk, "wal/notes") + read(disk, "checkpoints/notes")).isEqualTo("ab");
    assertThat(WalReader.of(disk, Codecs.utf8()).readAll()).hasSize(2);
  }

  @Test
  void everyCrashLeavesTheFileBeforeOrAfterTheCallAndWhatReturnedStays() {
    CrashReport report = CrashExplorer.of(Life::new).explore();

    assertThat(report.violations()).isZero();
    assertThat(report.distinct()).isGreaterThan(50);
  }

  /** Writes twice and deletes. What is promised is the state after the last call that returned. */
  private static final class Life implements CrashTest<String> {
    private static final String NONE = "no file";

    @Override
    public List<Step<String>> steps() {
      return List.of(
          new Step<>("write a", (disk, history) -> write(disk, "a".repeat(1_000), history)),
          new Step<>("write b", (disk, history) -> write(disk, "b".repeat(2_000), history)),
          new Step<>("delete", Life::delete),
          new Step<>("write c", (disk, history) -> write(disk, "c", history)));
    }

    private static void write(CrashDirectory disk, String text, History<String> history)
        throws IOException {
      history.attempt(text);
      DurableFile.write(disk, "d/settings", bytes(text));
      history.promise("promised " + text);
    }

    private static void delete(CrashDirectory disk, History<String> history) throws IOException {
      history.attempt(NONE);
      boolean unused = DurableFile.delete(disk, "d/settings");
      history.promise("promised " + NONE);
    }

    @Override
    public void restart(CrashDirectory disk, History<String> history) throws IOException {
      List<String> allowed = new ArrayList<>(List.of(NONE));
      for (String event : history.events()) {
        if (event.startsWith("promised ")) {
          allowed.clear();
          allowed.add(event.substring("promised ".length()));
        } else {
          allowed.add(event);
        }
      }
      assertThat(found(disk)).isIn(allowed);
      write(disk, "d", history);
      assertThat(disk.list("d")).containsExactly("settings");
      delete(disk, history);
      assertThat(disk.list("d")).isEmpty();
    }

    private static String found(Directory disk) throws IOException {
      try {
        return DurableFileTest.read(disk, "d/settings");
      } catch (NoSuchFileException none) {
        return NONE;
      }
    }
  }

  private static String read(Directory directory, String path) throws IOException {
    return new String(DurableFile.read(directory, path, BYTES_MAX), UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
