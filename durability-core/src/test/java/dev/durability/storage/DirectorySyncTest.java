package dev.durability.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectorySyncTest {
  @TempDir Path temp;

  private final List<String> warnings = new ArrayList<>();
  private final Deque<IOException> failures = new ArrayDeque<>();
  private final DirectorySync syncs =
      new DirectorySync(
          warnings::add,
          directory -> {
            if (!failures.isEmpty()) {
              throw failures.poll();
            }
          });

  private DirectorySync.NoSyncException noSync() {
    return new DirectorySync.NoSyncException(temp, new IOException("Invalid argument"));
  }

  @Test
  void fileSystemWithoutSuchSyncIsToldOfOnceAndIsNoFailure() throws IOException {
    Path other = Files.createDirectory(temp.resolve("other"));
    for (Path directory : List.of(temp, temp, other)) {
      failures.add(noSync());
      syncs.sync(directory);
    }
    assertThat(failures).isEmpty();
    assertThat(warnings).singleElement().asString().contains("Invalid argument", temp.toString());
  }

  @Test
  void failedSyncIsAFailureAndSoIsWhateverFailsWhereASyncWorkedBefore() throws IOException {
    failures.add(new IOException("cannot sync it", new IOException("Input/output error")));
    assertThatThrownBy(() -> syncs.sync(temp)).hasMessageContaining("cannot sync it");
    syncs.sync(temp);
    failures.add(noSync());
    assertThatThrownBy(() -> syncs.sync(temp)).isInstanceOf(DirectorySync.NoSyncException.class);
    assertThat(warnings).isEmpty();
  }

  @Test
  void fileIsNoDirectory() throws IOException {
    Path file = Files.createFile(temp.resolve("file"));
    assertThatThrownBy(() -> syncs.sync(file)).isInstanceOf(NotDirectoryException.class);
  }

  @Test
  void whatTheSinkThrowsDoesNoHarm() throws Exception {
    List<Throwable> seen = new ArrayList<>();
    List<Throwable> failed = new ArrayList<>();
    IllegalStateException thrown = new IllegalStateException("of the sink");
    DirectorySync told =
        new DirectorySync(
            message -> {
              throw thrown;
            },
            directory -> {
              throw noSync();
            });
    Thread thread =
        new Thread(
            () -> {
              try {
                told.sync(temp);
              } catch (IOException e) {
                failed.add(e);
              }
            });
    thread.setUncaughtExceptionHandler((of, e) -> seen.add(e));
    thread.start();
    thread.join();
    assertThat(seen).containsExactly(thrown);
    assertThat(failed).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/proc", "/sys"})
  void systemsThatHaveNoSuchSyncAreKnown(String path) throws IOException {
    Path directory = Path.of(path);
    boolean there = Files.isDirectory(directory);
    if (!there) {
      System.out.println("DirectorySyncTest: skipped for " + path + ", which is not there");
    }
    assumeTrue(there);
    new DirectorySync(warnings::add).sync(directory);
    assertThat(warnings).hasSize(1);
  }

  @Test
  void wordsAreThoseOfTheSystemWhateverItsLanguage() {
    IOException german =
        new IOException("cannot sync x", new IOException("Das Argument ist ungültig"));
    assertThat(DirectorySync.saysNoSuchSync(german, "Das Argument ist ungültig")).isTrue();
    assertThat(DirectorySync.saysNoSuchSync(german, "Argument invalide")).isFalse();
    assertThat(DirectorySync.saysNoSuchSync(german, null)).isFalse();
    for (String english : List.of("Invalid argument", "Operation not supported")) {
      assertThat(DirectorySync.saysNoSuchSync(new IOException(english), null)).isTrue();
    }
    assertThat(DirectorySync.saysNoSuchSync(new IOException("Input/output error"), null)).isFalse();
  }
}
