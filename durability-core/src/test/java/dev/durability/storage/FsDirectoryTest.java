package dev.durability.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.durability.errors.LockHeldException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a file system has beyond the contract of {@link Directory}. */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class FsDirectoryTest {
  @TempDir Path temp;

  private Path root;
  private Path outside;
  private FsDirectory files;

  @BeforeEach
  void open() throws IOException {
    root = temp.resolve("store");
    outside = Files.createDirectory(temp.resolve("outside"));
    Files.writeString(outside.resolve("a"), "secret");
    files = FsDirectory.open(root);
  }

  // ---- links out of the root

  @ParameterizedTest
  @ValueSource(strings = {"absolute", "relative", "chain", "sideways"})
  void linkedDirectoryOutsideIsRefusedByEveryMethod(String link) throws IOException {
    switch (link) {
      case "absolute" -> Files.createSymbolicLink(root.resolve(link), outside.toAbsolutePath());
      case "relative" -> Files.createSymbolicLink(root.resolve(link), Path.of("../outside"));
      case "chain" -> {
        Files.createSymbolicLink(root.resolve("next"), Path.of("../outside"));
        Files.createSymbolicLink(root.resolve(link), Path.of("next"));
      }
      default -> {
        // The name of the root is a prefix of its neighbour's.
        Files.move(outside, temp.resolve("store-2"));
        outside = temp.resolve("store-2");
        Files.createSymbolicLink(root.resolve(link), Path.of("../store-2"));
      }
    }
    try (AppendFile file = files.create("good", 0)) {
      file.write(ByteBuffer.wrap(new byte[1]));
    }
    for (String path : List.of(link + "/a", link + "/new", link + "/new/new", link)) {
      assertDenied(() -> files.create(path, 0));
      assertDenied(() -> files.resume(path, 0));
      assertDenied(() -> files.open(path));
      assertDenied(() -> files.delete(path));
      assertDenied(() -> files.exists(path));
      assertDenied(() -> files.lock(path));
      assertDenied(() -> files.rename(path, "b"));
      assertDenied(() -> files.rename("good", path));
      assertDenied(() -> files.list(path));
      assertDenied(() -> files.sync(path));
      assertDenied(() -> files.createDirectories(path));
    }
    assertOutsideUntouched();
    assertThat(files.exists("good")).isTrue();
  }

  @Test
  void linkedFileOutsideIsRefusedAlsoWhereItDoesNotExistYet() throws IOException {
    Files.createSymbolicLink(root.resolve("file"), Path.of("../outside/a"));
    Files.createSymbolicLink(root.resolve("dangling"), outside.resolve("new"));
    for (String path : List.of("file", "dangling")) {
      assertDenied(() -> files.create(path, 0));
      assertDenied(() -> files.resume(path, 0));
      assertDenied(() -> files.open(path));
      assertDenied(() -> files.delete(path));
      assertDenied(() -> files.exists(path));
      assertDenied(() -> files.lock(path));
      assertDenied(() -> files.rename(path, "b"));
    }
    assertOutsideUntouched();
  }

  @Test
  void linkThatLoopsIsAnError() throws IOException {
    Files.createSymbolicLink(root.resolve("x"), Path.of("y"));
    Files.createSymbolicLink(root.resolve("y"), Path.of("x"));
    assertThatThrownBy(() -> files.open("x")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> files.create("x/a", 0)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> files.exists("x")).isInstanceOf(IOException.class);
  }

  // ---- links inside

  @Test
  void linksThatStayInsideAreFollowed() throws IOException {
    files.createDirectories("d/e");
    Files.createSymbolicLink(root.resolve("relative"), Path.of("d/e"));
    Files.createSymbolicLink(root.resolve("d/absolute"), root.toRealPath().resolve("d/e"));
    Files.createSymbolicLink(root.resolve("d/e/up"), Path.of("../../d/./e"));
    Files.createSymbolicLink(root.resolve("round"), Path.of("../store/d"));
    writeFile("relative/a", "content");
    for (String path : List.of("d/e/a", "d/absolute/a", "d/e/up/up/a", "round/e/a")) {
      assertThat(readFile(path)).as(path).isEqualTo("content");
    }
    files.createDirectories("relative/f/g");
    assertThat(files.exists("d/e/f/g")).isTrue();
    files.sync("relative");
    assertThat(files.list("relative")).containsExactly("a");
  }

  @Test
  void deleteAndRenameActOnTheLinkAndNotOnItsTarget() throws IOException {
    writeFile("a", "content");
    Files.createSymbolicLink(root.resolve("one"), Path.of("a"));
    Files.createSymbolicLink(root.resolve("two"), Path.of("a"));
    files.delete("one");
    files.rename("two", "three");
    assertThat(Files.isSymbolicLink(root.resolve("three"))).isTrue();
    assertThat(files.list("")).containsExactly("a", "three");
    writeFile("b", "other");
    files.rename("b", "three");
    assertThat(readFile("a")).isEqualTo("content");
    assertThat(readFile("three")).isEqualTo("other");
  }

  @Test
  void failureNamesTheFileByTheNameThatItHasNow() throws IOException {
    AppendFile file = files.create("a.tmp", 0);
    files.rename("a.tmp", "a");
    AppendFile next = files.create("a.tmp", 0);
    file.close();
    next.close();
    assertThatThrownBy(() -> file.write(ByteBuffer.wrap(new byte[1])))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(root.toRealPath().resolve("a") + ": ");
    assertThatThrownBy(() -> next.write(ByteBuffer.wrap(new byte[1])))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(root.toRealPath().resolve("a.tmp") + ": ");
  }

  @Test
  void listLeavesOutDirectoriesAndLinksToThemAndNamesThatNoPathHas() throws IOException {
    files.createDirectories("d");
    writeFile("a", "content");
    Files.createSymbolicLink(root.resolve("file"), Path.of("a"));
    Files.createSymbolicLink(root.resolve("dir"), Path.of("d"));
    Files.createFile(root.resolve("back\\slash"));
    assertThat(files.list("")).containsExactly("a", "file");
  }

  @Test
  void whatCannotBeOpenedIsListedAndWhoeverOpensItIsToldWhy() throws IOException {
    Files.createSymbolicLink(root.resolve("loop"), Path.of("loop"));
    Files.createSymbolicLink(root.resolve("nothing"), Path.of("missing"));
    writeFile("a", "content");
    assertThat(files.list("")).containsExactly("a", "loop", "nothing");
    assertThatThrownBy(() -> files.open("loop"))
        .isInstanceOf(FileSystemLoopException.class)
        .hasMessageContaining("loop");
    assertThatThrownBy(() -> files.open("nothing"))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("missing");
  }

  @Test
  void listLeavesOutNamesThatTheEncodingOfThisJvmDoesNotKnow() throws Exception {
    writeFile("a", "content");
    Process made =
        new ProcessBuilder("sh", "-c", "touch \"$(printf 'x\\377')\"")
            .directory(root.toFile())
            .start();
    assumeTrue(made.waitFor() == 0, "the file system refuses such names");
    assertThat(root.toFile().list()).hasSize(2);
    assertThat(files.list("")).containsExactly("a");
  }

  // ---- what else the file system holds

  @Test
  void pipeIsRefusedRatherThanWaitedFor() throws Exception {
    Process made = new ProcessBuilder("mkfifo", root.resolve("pipe").toString()).start();
    assumeTrue(made.waitFor() == 0, "mkfifo does not work here");
    assertThatThrownBy(() -> files.open("pipe")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> files.resume("pipe", 0)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> files.lock("pipe")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> files.list("pipe")).isInstanceOf(NotDirectoryException.class);
    assertThat(files.list("")).containsExactly("pipe");
  }

  @Test
  void nameThatTheSystemRefusesIsAnErrorAndNotAMissingFile() {
    String tooLong = "x".repeat(5_000);
    assertThatThrownBy(() -> files.exists(tooLong)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> files.create(tooLong, 0)).isInstanceOf(IOException.class);
  }

  @Test
  void expectedBytesAreOnDiskAtOnceAndMayBeCut() throws IOException {
    try (AppendFile file = files.create("a", 600_001)) {
      assertThat(Files.size(root.resolve("a"))).isEqualTo(600_001);
      file.truncate(0);
      assertThat(Files.size(root.resolve("a"))).isZero();
    }
  }

  @Test
  void filesAndDirectoriesAreCreatedForTheirOwnerAlone() throws IOException {
    assumeTrue(
        root.getFileSystem().supportedFileAttributeViews().contains("posix"),
        "no POSIX permissions here");
    files.createDirectories("d/e");
    files.create("d/a", 0).close();
    files.create("d/b", 10).close();
    files.lock("d/.lock").close();
    FsDirectory.open(temp.resolve("x/y"));
    for (String path : List.of("store/d/a", "store/d/b", "store/d/.lock")) {
      assertThat(permissions(path)).as(path).isEqualTo("rw-------");
    }
    for (String path : List.of("store", "store/d", "store/d/e", "x", "x/y")) {
      assertThat(permissions(path)).as(path).isEqualTo("rwx------");
    }
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-x---"));
    FsDirectory.open(root);
    assertThat(permissions("store")).isEqualTo("rwxr-x---");
  }

  private String permissions(String path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(temp.resolve(path)));
  }

  // ---- opening the root

  @Test
  void openCreatesAllLevelsAndRefusesFiles() throws IOException {
    Path deep = temp.resolve("1/2/3");
    FsDirectory.open(deep).create("a", 0).close();
    assertThat(Files.exists(deep.resolve("a"))).isTrue();
    FsDirectory.open(temp.resolve("1/2/../2/3/4"));
    assertThat(Files.isDirectory(deep.resolve("4"))).isTrue();
    assertThatThrownBy(() -> FsDirectory.open(deep.resolve("a")))
        .isInstanceOf(NotDirectoryException.class);
    assertThatThrownBy(() -> FsDirectory.open(deep.resolve("a/b"))).isInstanceOf(IOException.class);
    Files.createSymbolicLink(temp.resolve("broken"), Path.of("missing"));
    assertThatThrownBy(() -> FsDirectory.open(temp.resolve("broken")))
        .isInstanceOf(IOException.class);
    assertThat(Files.exists(temp.resolve("missing"))).isFalse();
  }

  // ---- locks of one process; those of two are in FsLockTest

  @Test
  void lockIsKnownUnderEverySpellingOfItsPath() throws IOException {
    files.createDirectories("d");
    Files.createSymbolicLink(temp.resolve("alias"), root);
    Files.createSymbolicLink(root.resolve("e"), Path.of("d"));
    try (DirectoryLock lock = files.lock("d/.lock")) {
      Files.createLink(root.resolve("hard"), root.resolve("d/.lock"));
      FsDirectory alias = FsDirectory.open(temp.resolve("alias"));
      FsDirectory above = FsDirectory.open(temp);
      FsDirectory dotted = FsDirectory.open(root.resolve("../store/d/.."));
      assertHeld(() -> alias.lock("d/.lock"));
      assertHeld(() -> alias.lock("e/.lock"));
      assertHeld(() -> above.lock("store/d/.lock"));
      assertHeld(() -> above.open("alias/e/.lock"));
      assertHeld(() -> dotted.lock("d/.lock"));
      assertHeld(() -> dotted.lock("hard"));
      assertHeld(() -> dotted.open("hard"));
      assertThat(lock.isHeld()).isTrue();
    }
    files.lock("e/.lock").close();
  }

  @Test
  void lockWhoseFileWasTakenAwayIsNotHeld() throws IOException {
    try (DirectoryLock lock = files.lock(".lock")) {
      Files.delete(root.resolve(".lock"));
      assertThat(lock.isHeld()).isFalse();
      Files.createFile(root.resolve(".lock"));
      assertThat(lock.isHeld()).isFalse();
    }
  }

  // ---- tools

  private void assertOutsideUntouched() throws IOException {
    try (var entries = Files.list(outside)) {
      assertThat(entries.toList()).containsExactly(outside.resolve("a"));
    }
    assertThat(Files.readString(outside.resolve("a"))).isEqualTo("secret");
    assertThat(Files.exists(root.resolve("b"), LinkOption.NOFOLLOW_LINKS)).isFalse();
  }

  private static void assertDenied(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(AccessDeniedException.class);
  }

  private static void assertHeld(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(LockHeldException.class)
        .hasMessageContaining("close that first");
  }

  private void writeFile(String path, String content) throws IOException {
    try (AppendFile file = files.create(path, 0)) {
      file.write(ByteBuffer.wrap(content.getBytes(UTF_8)));
    }
  }

  private String readFile(String path) throws IOException {
    try (ReadFile file = files.open(path)) {
      ByteBuffer target = ByteBuffer.allocate(100);
      int read = file.read(target, 0);
      return new String(target.array(), 0, Math.max(read, 0), UTF_8);
    }
  }
}
