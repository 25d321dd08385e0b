package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.log.Verdict;
import dev.durability.storage.FsDirectory;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What stands in the directories of a log and is no file of it. */
class ObstaclesTest {
  private static final String SECOND = "00000000000000000002-00000000000000000002.wal";

  @TempDir Path temp;

  private Path root;

  @BeforeEach
  void place() throws IOException {
    root = temp.resolve("log");
    Files.createFile(temp.resolve("outside"));
  }

  enum Obstacle {
    LOOP {
      @Override
      void put(Path path) throws IOException {
        Files.createSymbolicLink(path, path.getFileName());
      }
    },
    LINK_TO_NOTHING {
      @Override
      void put(Path path) throws IOException {
        Files.createSymbolicLink(path, Path.of("missing"));
      }
    },
    LINK_OUT {
      @Override
      void put(Path path) throws IOException {
        Path outside = path;
        while (!Files.exists(outside.resolveSibling("outside"))) {
          outside = outside.getParent();
        }
        Files.createSymbolicLink(path, outside.resolveSibling("outside").toAbsolutePath());
      }
    },
    DIRECTORY {
      @Override
      void put(Path path) throws IOException {
        Files.createDirectory(path);
      }
    };

    abstract void put(Path path) throws IOException;
  }

  @ParameterizedTest
  @EnumSource
  void underAnyNameThatIsNoneOfTheLogItIsIgnored(Obstacle obstacle) throws IOException {
    FsDirectory directory = FsDirectory.open(root);
    Logs.open(directory).close();
    for (String place : List.of("wal", "checkpoints", "quarantine", "")) {
      directory.createDirectories(place);
      for (String name : List.of("notes", "x.tmp", "x.wal", "x.ckpt", "x@1-1.tmp", "other.lock")) {
        obstacle.put(root.resolve(place).resolve(name));
      }
    }
    try (WalWriter<String> log = Logs.open(directory)) {
      log.appendDurable("one");
    }
    assertThat(Logs.entries(directory)).containsExactly("one");
    assertThat(Logs.verdict(directory)).isEqualTo(Verdict.CLEAN);
    assertThat(Logs.entries(FsDirectory.openForReading(root))).containsExactly("one");
    assertThat(WalMaintenance.quarantined(directory)).isEmpty();
    assertThat(WalMaintenance.checkpoints(directory)).isEmpty();
  }

  /** Where a log is about to be made, names of the Rust crate are looked at, too. */
  @ParameterizedTest
  @EnumSource
  void whereALogIsMadeItIsIgnored(Obstacle obstacle) throws IOException {
    FsDirectory directory = FsDirectory.open(root);
    directory.createDirectories("wal");
    directory.createDirectories("checkpoints");
    obstacle.put(root.resolve("checkpoints").resolve("state"));
    if (obstacle != Obstacle.LINK_OUT) { // There a log of the crate may be.
      obstacle.put(root.resolve("wal").resolve("wal_1.log"));
    }
    try (WalWriter<String> log = Logs.open(directory)) {
      log.appendDurable("one");
    }
    assertThat(Logs.entries(FsDirectory.openForReading(root))).containsExactly("one");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DIRECTORY")
  void underTheNameOfASegmentItIsAnErrorThatNamesIt(Obstacle obstacle) throws IOException {
    FsDirectory directory = FsDirectory.open(root);
    try (WalWriter<String> log = Logs.open(directory)) {
      log.appendDurable("one");
    }
    Files.deleteIfExists(root.resolve("wal").resolve(SECOND));
    obstacle.put(root.resolve("wal").resolve(SECOND));
    String named = obstacle == Obstacle.LINK_TO_NOTHING ? "missing" : SECOND;
    assertThatThrownBy(() -> Logs.open(directory))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining(named);
    assertThatThrownBy(() -> Logs.verdict(directory))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining(named);
    assertThatThrownBy(() -> Logs.entries(directory))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining(named);
  }

  @Test
  void directoryUnderTheNameOfTheNextSegmentIsNamedWhenTheSegmentIsMade() throws IOException {
    FsDirectory directory = FsDirectory.open(root);
    try (WalWriter<String> log = Logs.open(directory)) {
      log.appendDurable("one");
    }
    Files.deleteIfExists(root.resolve("wal").resolve(SECOND));
    Files.createDirectory(root.resolve("wal").resolve(SECOND));
    assertThatThrownBy(() -> Logs.open(directory))
        .hasMessageContaining(SECOND)
        .hasMessageContaining("a directory has the name that a file needs");
    Files.delete(root.resolve("wal").resolve(SECOND));
    Logs.open(directory).close();
    assertThat(Logs.entries(directory)).containsExactly("one");
  }
}
