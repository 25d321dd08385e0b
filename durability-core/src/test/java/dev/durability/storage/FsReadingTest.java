package dev.durability.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.codec.Codecs;
import dev.durability.errors.PathNotExpressibleException;
import dev.durability.log.Verdict;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalRecord;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directories that are only read, on file systems of several kinds. */
class FsReadingTest {
  @TempDir Path temp;

  private Path log() throws IOException {
    Path root = temp.resolve("log");
    Directory directory = FsDirectory.open(root);
    try (WalWriter<String> log =
        WalWriter.open(directory, Codecs.utf8(), WalOptions.builder().segmentBytes(4096).build())) {
      for (int i = 1; i <= 20; i++) {
        log.appendDurable(i + "x".repeat(500));
      }
      CheckpointPublisher.of(directory, Clock.systemUTC(), log)
          .publish(5, out -> out.write(new byte[100]));
    }
    return root;
  }

  private static List<String> entries(Directory directory) throws IOException {
    return WalReader.of(directory, Codecs.utf8()).readAll().stream().map(WalRecord::entry).toList();
  }

  /** Every name, with what a change would change. */
  private static Map<String, String> tree(Path root) throws IOException {
    Map<String, String> tree = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.toList()) {
        tree.put(
            root.relativize(path).toString(),
            Files.size(path) + " " + Files.getLastModifiedTime(path));
      }
    }
    return tree;
  }

  @Test
  void readsWhatWritersWroteAndChangesNothing() throws IOException {
    Path root = log();
    List<String> expected = entries(FsDirectory.open(root));
    Map<String, String> before = tree(root);
    Directory directory = FsDirectory.openForReading(root);
    assertThat(entries(directory)).isEqualTo(expected).isNotEmpty();
    assertThat(WalMaintenance.verify(directory).verdict()).isEqualTo(Verdict.CLEAN);
    assertThat(WalMaintenance.quarantined(directory)).isEmpty();
    assertThat(tree(root)).isEqualTo(before);
  }

  @Test
  void whateverWouldChangeSomethingIsRefusedInOneSentence() throws IOException {
    Path root = log();
    Map<String, String> before = tree(root);
    Directory directory = FsDirectory.openForReading(root);
    String segment = "wal/" + directory.list("wal").get(1);
    assertRefused(() -> directory.create("a", 0));
    assertRefused(() -> directory.create("a", 10));
    assertRefused(() -> directory.resume(segment, 0));
    assertRefused(() -> directory.rename(segment, "wal/b"));
    assertRefused(() -> directory.delete(segment));
    assertRefused(() -> directory.createDirectories("new"));
    assertRefused(() -> directory.createDirectories("wal"));
    assertRefused(() -> directory.sync(""));
    assertRefused(() -> directory.lock("wal/.lock"));
    assertRefused(() -> WalWriter.open(directory, Codecs.utf8(), WalOptions.defaults()));
    assertThat(tree(root)).isEqualTo(before);
  }

  private static void assertRefused(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("opened for reading only; open it with FsDirectory.open");
  }

  @Test
  void missingDirectoryIsAnErrorAndStaysMissing() throws IOException {
    Path missing = temp.resolve("missing");
    assertThatThrownBy(() -> FsDirectory.openForReading(missing))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("missing");
    assertThat(missing).doesNotExist();
    Path file = Files.createFile(temp.resolve("file"));
    assertThatThrownBy(() -> FsDirectory.openForReading(file))
        .isInstanceOf(NotDirectoryException.class);
  }

  @Test
  void pathThatNoLocaleCanExpressIsAnErrorOfItsOwn() throws IOException {
    Directory directory = FsDirectory.open(temp);
    // Half of a pair of code units: no encoding has it.
    List<ThrowingCallable> calls =
        List.of(
            () -> directory.open("a\ud800"),
            () -> directory.exists("a\ud800/b"),
            () -> directory.list("a\ud800"),
            () -> directory.create("a\ud800", 0),
            () -> directory.delete("a\ud800"),
            () -> directory.createDirectories("a\ud800"));
    for (ThrowingCallable call : calls) {
      assertThatThrownBy(call)
          .isInstanceOf(PathNotExpressibleException.class)
          .hasMessageContaining("a\\ud800")
          .hasMessageContaining("LC_ALL");
    }
  }

  // ---- other file systems

  private Path archiveOf(Path root) throws IOException {
    Path archive = temp.resolve("log.zip");
    try (FileSystem zip =
            FileSystems.newFileSystem(
                URI.create("jar:" + archive.toUri()), Map.of("create", "true"));
        Stream<Path> all = Files.walk(root)) {
      for (Path path : all.toList()) {
        Path copy = zip.getPath("/log/" + root.relativize(path));
        if (Files.isDirectory(path)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(path, copy);
        }
      }
    }
    return archive;
  }

  @Test
  void logInAnArchiveIsReadAndVerified() throws IOException {
    Path root = log();
    List<String> expected = entries(FsDirectory.open(root));
    try (FileSystem zip = FileSystems.newFileSystem(archiveOf(root))) {
      Directory directory = FsDirectory.openForReading(zip.getPath("/log"));
      assertThat(entries(directory)).isEqualTo(expected);
      assertThat(WalMaintenance.verify(directory).verdict()).isEqualTo(Verdict.CLEAN);
      assertThatThrownBy(() -> directory.open("wal/missing"))
          .isInstanceOf(NoSuchFileException.class);
    }
  }

  /** An archive says of a directory that is missing that it is none. */
  @Test
  void inAnArchiveADirectoryMayBeMissing() throws IOException {
    Path root = temp.resolve("without checkpoints");
    try (WalWriter<String> log =
        WalWriter.open(FsDirectory.open(root), Codecs.utf8(), WalOptions.defaults())) {
      log.appendDurable("one");
    }
    try (FileSystem zip = FileSystems.newFileSystem(archiveOf(root))) {
      Directory directory = FsDirectory.openForReading(zip.getPath("/log"));
      assertThat(entries(directory)).containsExactly("one");
      assertThat(WalMaintenance.verify(directory).verdict()).isEqualTo(Verdict.CLEAN);
      Directory noLog = FsDirectory.openForReading(zip.getPath("/"));
      assertThatThrownBy(() -> WalMaintenance.verify(noLog))
          .isInstanceOf(NoSuchFileException.class)
          .hasMessageContaining("wal");
      assertThatThrownBy(() -> directory.list("wal/.lock"))
          .isInstanceOf(NotDirectoryException.class);
    }
  }

  @Test
  void writingToAnArchiveIsRefusedWithWhatItLacks() throws IOException {
    Path root = log();
    try (FileSystem zip = FileSystems.newFileSystem(archiveOf(root))) {
      Map<String, String> before = tree(zip.getPath("/"));
      for (String path : List.of("/log", "/new")) {
        assertThatThrownBy(() -> FsDirectory.open(zip.getPath(path)))
            .isInstanceOf(FileSystemException.class)
            .hasMessageContaining("jar")
            .hasMessageContaining("no asynchronous channels")
            .hasMessageContaining("openForReading");
      }
      assertThat(tree(zip.getPath("/"))).isEqualTo(before);
      assertThatThrownBy(
              () ->
                  FsDirectory.open(zip.getPath("/log"), FsOptions.builder().group("root").build()))
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining("POSIX");
    }
  }

  @Test
  void fileSystemThatIsOpenForReadingAloneIsReadAndNotWritten() throws IOException {
    Path image = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules/java.base");
    Directory directory = FsDirectory.openForReading(image.resolve("java/lang"));
    assertThat(directory.list("")).contains("Object.class");
    assertThatThrownBy(() -> FsDirectory.open(image))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("jrt")
        .hasMessageContaining("no right to write");
  }

  @Test
  void fileWithoutAsynchronousChannelsIsReadAsTheContractSays() throws IOException {
    Path path = Files.write(temp.resolve("file"), new byte[] {1, 2, 3, 4, 5});
    ReadFile file = ChannelReadFile.open(path);
    ByteBuffer two = ByteBuffer.allocate(2);
    assertThat(file.read(two, 3)).isEqualTo(2);
    assertThat(two.array()).containsExactly(4, 5);
    assertThat(file.read(two, 0)).isZero();
    assertThat(file.read(two, 5)).isEqualTo(-1);
    assertThat(file.read(two.clear(), 5)).isEqualTo(-1);
    assertThat(file.size()).isEqualTo(5);
    assertThatThrownBy(() -> file.read(two, -1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> file.read(two.asReadOnlyBuffer(), 0))
        .isInstanceOf(IllegalArgumentException.class);
    Thread.currentThread().interrupt();
    assertThat(file.read(two.clear(), 1)).isEqualTo(2);
    assertThat(Thread.interrupted()).isTrue();
    file.close();
    file.close();
    assertThatThrownBy(() -> file.read(two.clear(), 0)).isInstanceOf(IOException.class);
    assertThatThrownBy(file::size).isInstanceOf(IOException.class);
  }

  @Test
  void interruptsAtRandomMomentsDoNotCloseAFileWithoutAsynchronousChannels() throws Exception {
    byte[] bytes = new byte[1 << 20];
    new Random(9).nextBytes(bytes);
    Path path = Files.write(temp.resolve("file"), bytes);
    try (ReadFile file = ChannelReadFile.open(path)) {
      Thread reader = Thread.currentThread();
      Thread disturber =
          new Thread(
              () -> {
                for (int i = 0; i < 2_000; i++) {
                  reader.interrupt();
                  Thread.onSpinWait();
                }
              });
      disturber.start();
      ByteBuffer target = ByteBuffer.allocate(bytes.length);
      do {
        int count = file.read(target.clear(), 0);
        boolean unused = Thread.interrupted();
        assertThat(count).isPositive().isEqualTo(target.position());
        assertThat(target.flip()).isEqualTo(ByteBuffer.wrap(bytes, 0, count));
      } while (disturber.isAlive());
      disturber.join();
      boolean unused = Thread.interrupted();
    }
  }
}
