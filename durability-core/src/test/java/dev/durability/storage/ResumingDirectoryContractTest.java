package dev.durability.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of a {@link Directory} that can resume files at an offset, and cut them. */
abstract class ResumingDirectoryContractTest extends DirectoryContractTest {
  @Test
  void truncateCutsReservedRoomToo() throws IOException {
    try (AppendFile file = directory.create("a", 100_000)) {
      file.write(bytes("content"));
      file.truncate(7);
      assertThat(file.position()).isEqualTo(7);
      file.sync();
    }
    assertThat(read("a")).isEqualTo("content");
  }

  @Test
  void truncateMovesPositionBackAndWritingGoesOnThere() throws IOException {
    try (AppendFile file = directory.create("a", 0)) {
      file.write(bytes("content"));
      file.truncate(3);
      assertThat(file.position()).isEqualTo(3);
      assertThat(read("a")).isEqualTo("con");
      file.write(bytes("fess"));
      file.sync();
    }
    assertThat(read("a")).isEqualTo("confess");
  }

  @Test
  void truncateBeyondPositionOrBelowZeroIsRefusedAndChangesNothing() throws IOException {
    try (AppendFile file = directory.create("a", 100)) {
      file.write(bytes("content"));
      assertIllegal(() -> file.truncate(8));
      assertIllegal(() -> file.truncate(-1));
      assertThat(file.position()).isEqualTo(7);
      file.truncate(7);
    }
    assertThat(read("a")).isEqualTo("content");
  }

  @Test
  void bytesThatWereCutOffDoNotComeBack() throws IOException {
    try (AppendFile file = directory.create("a", 0)) {
      file.write(bytes("x".repeat(200_000)));
      file.truncate(0);
      file.write(bytes("y"));
    }
    assertThat(read("a")).isEqualTo("y");
  }

  @Test
  void truncateOfFileThatIsShorterIsAnErrorAndNotAHole() throws IOException {
    try (AppendFile first = directory.create("a", 0)) {
      first.write(bytes("content"));
      try (AppendFile second = directory.resume("a", 2)) {
        second.truncate(2);
      }
      assertThatThrownBy(() -> first.truncate(5)).isInstanceOf(IOException.class);
    }
    assertThat(read("a")).isEqualTo("co");
  }

  @Test
  void resumeWritesInPlaceAndLeavesTheRest() throws IOException {
    write("a", "0123456789");
    try (AppendFile file = directory.resume("a", 2)) {
      assertThat(file.position()).isEqualTo(2);
      file.write(bytes("abc"));
      assertThat(file.position()).isEqualTo(5);
      assertThat(read("a")).isEqualTo("01abc56789");
      file.truncate(4);
      file.sync();
    }
    assertThat(read("a")).isEqualTo("01ab");
  }

  @Test
  void resumeAtTheEndAppends() throws IOException {
    write("a", "one");
    try (AppendFile file = directory.resume("a", 3)) {
      file.write(bytes("two"));
    }
    assertThat(read("a")).isEqualTo("onetwo");
  }

  @Test
  void resumeBehindTheEndOrOfMissingFileIsRefused() throws IOException {
    write("a", "one");
    directory.createDirectories("d");
    assertThatThrownBy(() -> directory.resume("a", 4)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> directory.resume("b", 0)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> directory.resume("d", 0)).isInstanceOf(IOException.class);
    assertThat(directory.exists("b")).isFalse();
    assertThat(read("a")).isEqualTo("one");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/a", "a/", "a//b", "..", "../a", "a/../../b", "a\\b", "a\0b"})
  void resumeOfBadPathIsRefused(String path) throws IOException {
    write("a", "content");
    assertIllegal(() -> directory.resume(path, 0));
    assertIllegal(() -> directory.resume("a", -1));
    assertThat(read("a")).isEqualTo("content");
  }

  @Test
  void interruptBeforeTruncateAndResumeHasNoEffectAndTheFlagStays() throws IOException {
    try (AppendFile file = directory.create("a", 100_000)) {
      interrupted(() -> file.write(bytes("content")));
      interrupted(() -> file.truncate(3));
      interrupted(file::sync);
    }
    try (AppendFile file = interrupted(() -> directory.resume("a", 2))) {
      interrupted(() -> file.write(bytes("okie")));
      interrupted(file::sync);
    }
    assertThat(read("a")).isEqualTo("cookie");
  }
}
