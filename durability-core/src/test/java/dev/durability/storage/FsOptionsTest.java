package dev.durability.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.codec.Codecs;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FsOptionsTest {
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-rw-rw-");
  private static final Set<PosixFilePermission> DIRECTORY =
      PosixFilePermissions.fromString("rwxrwxrwx");
  private static final WalOptions SMALL = WalOptions.builder().segmentBytes(4096).build();

  @TempDir Path temp;

  @BeforeEach
  void posix() {
    boolean posix = temp.getFileSystem().supportedFileAttributeViews().contains("posix");
    if (!posix) {
      System.out.println("FsOptionsTest: skipped, no POSIX permissions here");
    }
    assumeTrue(posix);
  }

  /** A group that this process may give files to, and does not give by itself, if it can be. */
  private String group() throws IOException {
    String own = String.valueOf(Files.getAttribute(temp, "unix:gid"));
    for (String other : List.of("1", "2")) {
      try {
        FsDirectory.open(temp.resolve("probe"), FsOptions.builder().group(other).build());
        return other;
      } catch (FileSystemException notPermitted) {
        System.out.println("FsOptionsTest: only with the own group: " + notPermitted.getMessage());
      } finally {
        Files.deleteIfExists(temp.resolve("probe"));
      }
    }
    return own;
  }

  private static void useEverything(Directory directory) throws IOException {
    try (WalWriter<String> log = WalWriter.open(directory, Codecs.utf8(), SMALL)) {
      for (int i = 0; i < 20; i++) {
        log.appendDurable("x".repeat(1_000));
      }
      CheckpointPublisher.of(directory, Clock.systemUTC(), log)
          .publish(10, out -> out.write(new byte[100]));
    }
    try (RecordLogWriter<String> log =
        RecordLogWriter.open(directory, "records/events.log", Codecs.utf8())) {
      log.append("one");
      log.sync();
    }
  }

  private static void tear(Directory directory, Path root, String parent) throws IOException {
    List<String> names =
        directory.list(parent).stream().filter(name -> name.matches(".*\\.(wal|log)")).toList();
    Path last = root.resolve(parent).resolve(names.get(names.size() - 1));
    Files.write(last, new byte[] {1, 2, 3, 4, 5}, StandardOpenOption.APPEND);
  }

  @Test
  void everythingThatIsCreatedGetsModeAndGroupWhateverTheUmask() throws IOException {
    String group = group();
    Path root = temp.resolve("above").resolve("store");
    FsDirectory directory =
        FsDirectory.open(
            root, FsOptions.builder().fileMode(FILE).directoryMode(DIRECTORY).group(group).build());
    useEverything(directory);
    tear(directory, root, "wal");
    tear(directory, root, "records");
    useEverything(directory); // Cuts the torn ends, which are kept, and writes the last file anew.
    assertThat(root.resolve("quarantine")).isNotEmptyDirectory();
    assertThat(root.resolve("records").resolve("quarantine")).isNotEmptyDirectory();
    assertThat(root.resolve("checkpoints")).isNotEmptyDirectory();
    try (Stream<Path> all = Files.walk(temp.resolve("above"))) {
      for (Path path : all.toList()) {
        PosixFileAttributes given = Files.readAttributes(path, PosixFileAttributes.class);
        assertThat(given.permissions())
            .as(path.toString())
            .isEqualTo(given.isDirectory() ? DIRECTORY : FILE);
        assertThat(Files.getAttribute(path, "unix:gid")).as(path.toString()).hasToString(group);
      }
    }
  }

  @Test
  void whatExistsKeepsItsPermissions() throws IOException {
    Path root = temp.resolve("store");
    FsDirectory owners = FsDirectory.open(root);
    useEverything(owners);
    Set<PosixFilePermission> before = Files.getPosixFilePermissions(root);
    FsDirectory.open(root, FsOptions.builder().directoryMode(DIRECTORY).build());
    assertThat(Files.getPosixFilePermissions(root)).isEqualTo(before);
    FsDirectory shared = FsDirectory.open(root, FsOptions.builder().fileMode(FILE).build());
    useEverything(shared);
    assertThat(Files.getPosixFilePermissions(root.resolve("wal/.lock")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void groupThatIsUnknownIsAClearErrorAndNothingIsCreated() {
    Path root = temp.resolve("store");
    FsOptions options = FsOptions.builder().group("no-such-group").build();
    assertThatThrownBy(() -> FsDirectory.open(root, options))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("no group \"no-such-group\"");
    assertThat(root).doesNotExist();
  }

  @Test
  void ownerKeepsTheRightsThatTheLibraryNeeds() {
    FsOptions.Builder builder = FsOptions.builder();
    assertThatThrownBy(() -> builder.fileMode(PosixFilePermissions.fromString("r--r--r--")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("fileMode is r--r--r--: the owner needs rw-------");
    assertThatThrownBy(() -> builder.directoryMode(PosixFilePermissions.fromString("rw-rw----")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("directoryMode");
    assertThatThrownBy(() -> builder.group(" ")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void warningsGoToTheSystemsLoggerByDefault() {
    FsOptions options = FsOptions.defaults();
    assertThat(options.fileMode()).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(options.directoryMode()).isEqualTo(PosixFilePermissions.fromString("rwx------"));
    assertThat(options.group()).isEmpty();
    options.warnings().accept("a warning of a test: nothing is wrong");
  }
}
