package dev.durability.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.LockHeldException;
import dev.durability.errors.LockLostException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The contract of {@link Directory}, line by line. Inherit it for each implementation.
 *
 * <p>{@link Directory#resume} and {@link AppendFile#truncate}, which a store may refuse, are tested
 * by {@link ResumingDirectoryContractTest}; inherit that one for a store that has them.
 */
abstract class DirectoryContractTest {
  Directory directory;

  /** {@return a new, empty directory} */
  abstract Directory newDirectory() throws IOException;

  @BeforeEach
  void setUp() throws IOException {
    directory = newDirectory();
  }

  @AfterEach
  void clearInterrupt() {
    boolean unused = Thread.interrupted();
  }

  // ---- paths

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/a",
        "a/",
        "a//b",
        "//a",
        ".",
        "..",
        "./a",
        "a/.",
        "a/./b",
        "../a",
        "a/..",
        "a/../b",
        "a/../../b",
        "a\\b",
        "\\a",
        "..\\a",
        "a\0b",
        "\0"
      })
  void badPathIsRefusedByEveryMethod(String path) throws IOException {
    write("good", "content");
    assertRefusedByFileMethods(path);
    assertIllegal(() -> directory.list(path));
    assertIllegal(() -> directory.sync(path));
    assertIllegal(() -> directory.createDirectories(path));
    assertThat(directory.list("")).containsExactly("good");
    assertThat(read("good")).isEqualTo("content");
  }

  @Test
  void emptyPathIsTheRootForDirectoriesAndRefusedForFiles() throws IOException {
    write("good", "content");
    assertRefusedByFileMethods("");
    directory.createDirectories("");
    directory.sync("");
    assertThat(directory.list("")).containsExactly("good");
    assertThat(read("good")).isEqualTo("content");
  }

  private void assertRefusedByFileMethods(String path) {
    assertIllegal(() -> directory.create(path, 0));
    assertIllegal(() -> directory.open(path));
    assertIllegal(() -> directory.delete(path));
    assertIllegal(() -> directory.exists(path));
    assertIllegal(() -> directory.lock(path));
    assertIllegal(() -> directory.rename(path, "other"));
    assertIllegal(() -> directory.rename("good", path));
  }

  static void assertIllegal(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "...", "..a", "a..", ".lock", "a b", "~", "-rf", "%2e%2e", "*"})
  void unusualNameIsAName(String name) throws IOException {
    write(name, "content");
    assertThat(read(name)).isEqualTo("content");
    assertThat(directory.list("")).containsExactly(name);
    directory.delete(name);
    assertThat(directory.exists(name)).isFalse();
  }

  // ---- create and write

  @Test
  void createdFileIsEmptyAndOpenAtZero() throws IOException {
    try (AppendFile file = directory.create("a", 0)) {
      assertThat(file.position()).isZero();
    }
    assertThat(directory.exists("a")).isTrue();
    assertThat(read("a")).isEmpty();
  }

  @Test
  void creatingExistingFileIsRefusedAndLeavesIt() throws IOException {
    write("a", "content");
    directory.createDirectories("d");
    assertThatThrownBy(() -> directory.create("a", 0))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> directory.create("a", 100))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> directory.create("d", 0))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(read("a")).isEqualTo("content");
  }

  @Test
  void creatingInMissingDirectoryOrBelowFileIsRefused() throws IOException {
    write("a", "content");
    assertThatThrownBy(() -> directory.create("d/a", 0)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> directory.create("a/b", 0)).isInstanceOf(IOException.class);
    assertThat(directory.exists("d")).isFalse();
    assertThat(read("a")).isEqualTo("content");
  }

  @Test
  void negativeSizesAndOffsetsAreRefused() throws IOException {
    assertIllegal(() -> directory.create("a", -1));
    assertThat(directory.exists("a")).isFalse();
    write("a", "content");
    try (ReadFile file = directory.open("a")) {
      assertIllegal(() -> file.read(ByteBuffer.allocate(1), -1));
    }
  }

  @Test
  void writtenBytesAreSeenAtOnceByOpenReaders() throws IOException {
    try (AppendFile file = directory.create("a", 0);
        ReadFile reader = directory.open("a")) {
      assertThat(reader.size()).isZero();
      file.write(bytes("one"));
      assertThat(readAll(reader)).isEqualTo("one");
      file.write(bytes("two"));
      assertThat(readAll(reader)).isEqualTo("onetwo");
      assertThat(file.position()).isEqualTo(6);
    }
  }

  @Test
  void writeTakesFromPositionToLimitOfAnyBuffer() throws IOException {
    ByteBuffer direct = ByteBuffer.allocateDirect(8);
    direct.put(bytes("xxdirect").array()).position(2);
    ByteBuffer middle = ByteBuffer.wrap("--heap--".getBytes(UTF_8), 2, 4);
    ByteBuffer readOnly = bytes("const").asReadOnlyBuffer();
    try (AppendFile file = directory.create("a", 0)) {
      file.write(direct);
      file.write(middle);
      file.write(readOnly);
      file.write(ByteBuffer.allocate(0));
    }
    assertThat(List.of(direct.remaining(), middle.remaining(), readOnly.remaining()))
        .containsExactly(0, 0, 0);
    assertThat(middle.position()).isEqualTo(6);
    assertThat(read("a")).isEqualTo("directheapconst");
  }

  @Test
  void manyWritesOfRandomSizesReadBackWhole() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] content = new byte[3 << 20];
    random.nextBytes(content);
    try (AppendFile file = directory.create("a", random.nextInt(2 << 20))) {
      int at = 0;
      while (at < content.length) {
        int most = random.nextInt(10) == 0 ? content.length : 100_000;
        int bytes = Math.min(content.length - at, random.nextInt(most));
        file.write(ByteBuffer.wrap(content, at, bytes));
        at += bytes;
        assertThat(file.position()).isEqualTo(at);
      }
      file.sync();
    }
    try (ReadFile file = directory.open("a")) {
      for (ByteBuffer target :
          List.of(ByteBuffer.allocate(5 << 20), ByteBuffer.allocateDirect(5 << 20))) {
        fill(file, target, 0);
        target.flip();
        byte[] found = new byte[target.remaining()];
        target.get(found);
        assertThat(Arrays.equals(found, content)).as("seed=%d", seed).isTrue();
      }
    }
  }

  // ---- expected bytes

  @Test
  void reservedRoomReadsAsZerosBehindWhatWasWritten() throws IOException {
    try (AppendFile file = directory.create("a", 700_001);
        ReadFile reader = directory.open("a")) {
      assertThat(file.position()).isZero();
      file.write(bytes("content"));
      file.sync();
      byte[] all = readAllBytes(reader);
      assertThat(all.length).isBetween(7, 700_001);
      assertThat(new String(all, 0, 7, UTF_8)).isEqualTo("content");
      for (int i = 7; i < all.length; i++) {
        assertThat(all[i]).as("byte %d", i).isZero();
      }
    }
  }

  @Test
  void moreThanExpectedMayBeWritten() throws IOException {
    try (AppendFile file = directory.create("a", 3)) {
      file.write(bytes("content"));
    }
    assertThat(read("a")).isEqualTo("content");
  }

  // ---- read

  @Test
  void openingMissingFileOrDirectoryIsRefused() throws IOException {
    directory.createDirectories("d");
    write("a", "content");
    assertThatThrownBy(() -> directory.open("b")).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> directory.open("e/b")).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> directory.open("d")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> directory.open("a/b")).isInstanceOf(IOException.class);
    assertThat(directory.exists("b")).isFalse();
  }

  @Test
  void readAtOrBehindTheEndIsMinusOneAndLeavesTheTarget() throws IOException {
    write("a", "content");
    try (ReadFile file = directory.open("a")) {
      for (long position : new long[] {7, 8, 1L << 40}) {
        ByteBuffer target = ByteBuffer.allocate(4).position(1);
        assertThat(file.read(target, position)).isEqualTo(-1);
        assertThat(target.position()).isEqualTo(1);
      }
      assertThat(file.read(ByteBuffer.allocate(0), 7)).isEqualTo(-1);
      assertThat(file.read(ByteBuffer.allocate(0), 6)).isZero();
    }
  }

  @Test
  void readFillsFromPositionToLimitOnly() throws IOException {
    write("a", "0123456789");
    try (ReadFile file = directory.open("a")) {
      byte[] array = "-".repeat(8).getBytes(UTF_8);
      ByteBuffer target = ByteBuffer.wrap(array, 2, 3);
      fill(file, target, 4);
      assertThat(new String(array, UTF_8)).isEqualTo("--456---");
      assertThat(target.position()).isEqualTo(5);
      target.clear();
      fill(file, target, 8);
      assertThat(target.position()).isEqualTo(2);
    }
  }

  @Test
  void readIntoReadOnlyBufferIsRefused() throws IOException {
    write("a", "content");
    try (ReadFile file = directory.open("a")) {
      assertIllegal(() -> file.read(ByteBuffer.allocate(3).asReadOnlyBuffer(), 0));
    }
  }

  @Test
  void closedFilesRefuseUse() throws IOException {
    AppendFile appender = directory.create("a", 0);
    appender.write(bytes("content"));
    ReadFile reader = directory.open("a");
    appender.close();
    appender.close();
    reader.close();
    reader.close();
    assertThatThrownBy(() -> appender.write(bytes("x"))).isInstanceOf(IOException.class);
    assertThatThrownBy(appender::sync).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> appender.truncate(0)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> reader.read(ByteBuffer.allocate(1), 0))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(reader::size).isInstanceOf(IOException.class);
    assertThat(appender.position()).isEqualTo(7);
    assertThat(read("a")).isEqualTo("content");
  }

  @Test
  void manyThreadsReadOneHandleWhileItGrows() throws Exception {
    byte[] content = new byte[400_000];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i * 31);
    }
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (AppendFile appender = directory.create("a", 0);
        ReadFile reader = directory.open("a")) {
      CountDownLatch started = new CountDownLatch(4);
      List<Future<?>> readers = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        readers.add(
            threads.submit(
                () -> {
                  started.countDown();
                  assertGrowsTo(reader, content);
                  return null;
                }));
      }
      started.await();
      for (int at = 0; at < content.length; at += 1_000) {
        appender.write(ByteBuffer.wrap(content, at, 1_000));
      }
      for (Future<?> each : readers) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static void assertGrowsTo(ReadFile reader, byte[] content) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(content.length);
    while (target.hasRemaining()) {
      int at = target.position();
      long size = reader.size();
      int read = reader.read(target, at);
      if (read > 0) {
        assertThat(Arrays.mismatch(target.array(), at, at + read, content, at, at + read))
            .isEqualTo(-1);
      } else {
        assertThat(size).isLessThanOrEqualTo(at);
        Thread.onSpinWait();
      }
    }
  }

  // ---- rename and delete

  @Test
  void renameMovesAcrossDirectories() throws IOException {
    directory.createDirectories("d/e");
    write("a", "content");
    directory.rename("a", "d/e/b");
    directory.sync("");
    directory.sync("d/e");
    assertThat(directory.exists("a")).isFalse();
    assertThat(read("d/e/b")).isEqualTo("content");
  }

  @Test
  void renameReplacesAndOpenHandlesOfBothStayValid() throws IOException {
    write("old", "replaced");
    try (AppendFile appender = directory.create("new", 0);
        ReadFile replaced = directory.open("old");
        ReadFile renamed = directory.open("new")) {
      appender.write(bytes("one"));
      directory.rename("new", "old");
      appender.write(bytes("two"));
      appender.sync();
      assertThat(readAll(replaced)).isEqualTo("replaced");
      assertThat(readAll(renamed)).isEqualTo("onetwo");
    }
    assertThat(directory.list("")).containsExactly("old");
    assertThat(read("old")).isEqualTo("onetwo");
  }

  @Test
  void renameToItselfChangesNothing() throws IOException {
    write("a", "content");
    directory.rename("a", "a");
    assertThat(read("a")).isEqualTo("content");
  }

  @Test
  void renameOfMissingFileOrToMissingDirectoryOrOfDirectoryIsRefused() throws IOException {
    directory.createDirectories("d");
    write("a", "content");
    assertThatThrownBy(() -> directory.rename("b", "a")).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> directory.rename("a", "e/a")).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> directory.rename("a", "d")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> directory.rename("d", "e")).isInstanceOf(IOException.class);
    assertThat(read("a")).isEqualTo("content");
    assertThat(directory.list("d")).isEmpty();
    assertThat(directory.exists("e")).isFalse();
  }

  @Test
  void deletedFileStaysReadableAndWritableThroughOpenHandles() throws IOException {
    try (AppendFile appender = directory.create("a", 0);
        ReadFile reader = directory.open("a")) {
      appender.write(bytes("one"));
      directory.delete("a");
      directory.sync("");
      appender.write(bytes("two"));
      appender.sync();
      assertThat(readAll(reader)).isEqualTo("onetwo");
      write("a", "another");
      assertThat(readAll(reader)).isEqualTo("onetwo");
    }
    assertThat(read("a")).isEqualTo("another");
  }

  @Test
  void deleteOfMissingFileOrDirectoryIsRefused() throws IOException {
    directory.createDirectories("d");
    assertThatThrownBy(() -> directory.delete("a")).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> directory.delete("d")).isInstanceOf(IOException.class);
    assertThat(directory.exists("d")).isTrue();
  }

  // ---- directories

  @Test
  void listHoldsFilesAloneSorted() throws IOException {
    directory.createDirectories("d/e");
    for (String name : List.of("b", "a", "B", "a.b", "a-b", "d/y", "d/x", "d/e/z")) {
      write(name, "");
    }
    write("d0", "");
    assertThat(directory.list("")).containsExactly("B", "a", "a-b", "a.b", "b", "d0");
    assertThat(directory.list("d")).containsExactly("x", "y");
    assertThat(directory.list("d/e")).containsExactly("z");
  }

  @Test
  void listOrSyncOfMissingDirectoryOrFileIsRefused() throws IOException {
    write("a", "");
    assertThatThrownBy(() -> directory.list("d")).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> directory.sync("d")).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> directory.list("a")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> directory.sync("a")).isInstanceOf(IOException.class);
  }

  @Test
  void createDirectoriesCreatesAllLevelsAndMayBeRepeated() throws IOException {
    directory.createDirectories("a/b/c");
    write("a/b/c/f", "content");
    directory.createDirectories("a/b/c");
    directory.createDirectories("a");
    assertThat(read("a/b/c/f")).isEqualTo("content");
    assertThat(directory.list("a")).isEmpty();
    assertThat(directory.exists("a")).isTrue();
    assertThat(directory.exists("a/b")).isTrue();
  }

  @Test
  void createDirectoriesOverFileIsRefused() throws IOException {
    write("a", "content");
    assertThatThrownBy(() -> directory.createDirectories("a"))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> directory.createDirectories("a/b")).isInstanceOf(IOException.class);
    assertThat(read("a")).isEqualTo("content");
  }

  @Test
  void existsIsFalseBelowFilesAndMissingDirectories() throws IOException {
    write("a", "content");
    assertThat(directory.exists("a/b")).isFalse();
    assertThat(directory.exists("d/b")).isFalse();
  }

  // ---- lock

  @Test
  void lockIsExclusiveUntilItIsClosedAndItsFileStays() throws IOException {
    DirectoryLock lock = directory.lock(".lock");
    assertThat(lock.isHeld()).isTrue();
    assertThat(directory.exists(".lock")).isTrue();
    assertThatThrownBy(() -> directory.lock(".lock"))
        .isInstanceOf(LockHeldException.class)
        .hasMessageContaining(".lock");
    assertThat(lock.isHeld()).isTrue();
    try (DirectoryLock other = directory.lock("other")) {
      assertThat(other.isHeld()).isTrue();
    }
    lock.close();
    lock.close();
    assertThat(lock.isHeld()).isFalse();
    assertThat(directory.exists(".lock")).isTrue();
    try (DirectoryLock again = directory.lock(".lock")) {
      lock.close();
      assertThat(again.isHeld()).isTrue();
      assertThatThrownBy(() -> directory.lock(".lock")).isInstanceOf(LockHeldException.class);
    }
  }

  @Test
  void lockIsItsHoldersUntilItIsClosedAndThenSaysThatItIsNot() throws IOException {
    write("a", "content");
    DirectoryLock lock = directory.lock(".lock");
    lock.requireHeld();
    assertThatThrownBy(() -> directory.lock(".lock")).isInstanceOf(LockHeldException.class);
    lock.guard("a");
    lock.guard("a");
    directory.rename("a", "b");
    directory.rename("b", "a");
    lock.requireHeld();
    assertThat(read("a")).isEqualTo("content");
    lock.close();
    assertThatThrownBy(lock::requireHeld)
        .isInstanceOf(LockLostException.class)
        .hasMessageContaining("close");
    try (DirectoryLock again = directory.lock(".lock")) {
      again.guard("a");
      again.requireHeld();
      assertThatThrownBy(lock::requireHeld).isInstanceOf(LockLostException.class);
    }
  }

  @Test
  void heldLockFileIsNeitherOpenedNorMovedNorDeleted() throws IOException {
    write("a", "content");
    try (DirectoryLock lock = directory.lock(".lock")) {
      assertThatThrownBy(() -> directory.open(".lock")).isInstanceOf(LockHeldException.class);
      assertThatThrownBy(() -> directory.create(".lock", 0)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> directory.resume(".lock", 0))
          .isInstanceOfAny(IOException.class, UnsupportedOperationException.class);
      assertThatThrownBy(() -> directory.delete(".lock")).isInstanceOf(LockHeldException.class);
      assertThatThrownBy(() -> directory.rename(".lock", "b"))
          .isInstanceOf(LockHeldException.class);
      assertThatThrownBy(() -> directory.rename("a", ".lock"))
          .isInstanceOf(LockHeldException.class);
      assertThat(lock.isHeld()).isTrue();
    }
    assertThat(directory.list("")).containsExactly(".lock", "a");
  }

  @Test
  void lockInMissingDirectoryOrOverDirectoryIsRefused() throws IOException {
    directory.createDirectories("d");
    assertThatThrownBy(() -> directory.lock("e/.lock")).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> directory.lock("d")).isInstanceOf(IOException.class);
    try (DirectoryLock lock = directory.lock("d/.lock")) {
      assertThat(lock.isHeld()).isTrue();
    }
  }

  @Test
  void oneOfManyThreadsGetsTheLock() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      CountDownLatch go = new CountDownLatch(1);
      List<Future<DirectoryLock>> attempts = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        attempts.add(
            threads.submit(
                () -> {
                  go.await();
                  return directory.lock(".lock");
                }));
      }
      go.countDown();
      List<DirectoryLock> taken = new ArrayList<>();
      for (Future<DirectoryLock> each : attempts) {
        try {
          taken.add(each.get());
        } catch (ExecutionException e) {
          assertThat(e).hasCauseInstanceOf(LockHeldException.class);
        }
      }
      assertThat(taken).hasSize(1);
      taken.get(0).close();
    } finally {
      threads.shutdownNow();
    }
  }

  // ---- interrupts

  @Test
  void interruptBeforeEachCallHasNoEffectAndTheFlagStays() throws IOException {
    interrupted(() -> directory.createDirectories("d/e"));
    AppendFile appender = interrupted(() -> directory.create("d/a", 100_000));
    interrupted(() -> appender.write(bytes("content")));
    interrupted(() -> appender.write(ByteBuffer.allocateDirect(5)));
    interrupted(appender::sync);
    interrupted(() -> directory.sync("d"));
    ReadFile reader = interrupted(() -> directory.open("d/a"));
    assertThat(interrupted(reader::size)).isGreaterThanOrEqualTo(7);
    ByteBuffer target = ByteBuffer.allocate(7);
    assertThat(interrupted(() -> reader.read(target, 0))).isPositive();
    assertThat(interrupted(() -> directory.list("d"))).containsExactly("a");
    assertThat(interrupted(() -> directory.exists("d/a"))).isTrue();
    interrupted(() -> directory.rename("d/a", "d/b"));
    DirectoryLock lock = interrupted(() -> directory.lock(".lock"));
    interrupted(() -> appender.write(bytes("more")));
    assertThat(interrupted(lock::isHeld)).isTrue();
    interrupted(lock::requireHeld);
    interrupted(() -> lock.guard("d/b"));
    interrupted(lock::close);
    interrupted(reader::close);
    interrupted(appender::close);
    interrupted(() -> directory.delete("d/b"));
    assertThat(directory.list("d")).isEmpty();
  }

  interface Action {
    void run() throws IOException;
  }

  interface Call<T> {
    T call() throws IOException;
  }

  static void interrupted(Action action) throws IOException {
    Boolean unused =
        interrupted(
            () -> {
              action.run();
              return true;
            });
  }

  static <T> T interrupted(Call<T> call) throws IOException {
    Thread.currentThread().interrupt();
    T result = call.call();
    assertThat(Thread.interrupted()).as("the interrupt flag afterwards").isTrue();
    return result;
  }

  // ---- tools

  void write(String path, String content) throws IOException {
    try (AppendFile file = directory.create(path, 0)) {
      file.write(bytes(content));
      file.sync();
    }
  }

  String read(String path) throws IOException {
    try (ReadFile file = directory.open(path)) {
      return readAll(file);
    }
  }

  static String readAll(ReadFile file) throws IOException {
    return new String(readAllBytes(file), UTF_8);
  }

  static byte[] readAllBytes(ReadFile file) throws IOException {
    ByteBuffer target = ByteBuffer.allocate((int) file.size() + 1);
    fill(file, target, 0);
    assertThat((long) target.position()).isEqualTo(file.size());
    return Arrays.copyOf(target.array(), target.position());
  }

  /** Reads until the target is full or the file ends; short reads are part of the contract. */
  static void fill(ReadFile file, ByteBuffer target, long position) throws IOException {
    int start = target.position();
    while (target.hasRemaining()) {
      int before = target.position();
      int read = file.read(target, position + before - start);
      if (read < 0) {
        return;
      }
      assertThat(read).isPositive().isEqualTo(target.position() - before);
    }
  }

  static ByteBuffer bytes(String content) {
    return ByteBuffer.wrap(content.getBytes(UTF_8));
  }
}
