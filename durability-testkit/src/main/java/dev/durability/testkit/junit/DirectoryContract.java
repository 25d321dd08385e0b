package dev.durability.testkit.junit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.function.Executable;

/**
 * What the tests of each topic need. The topics are classes that extend each other: so each has its
 * own file, and JUnit reports a failure under the name of the implementation's test.
 */
abstract class DirectoryContract {

  /** {@return the directory of this test, which was empty when the test began} */
  abstract Directory directory();

  /** Writes a file and syncs it. */
  final void write(String path, String content) throws IOException {
    try (AppendFile file = directory().create(path, 0)) {
      file.write(bytes(content));
      file.sync();
    }
  }

  /** Reads a whole file. */
  final String read(String path) throws IOException {
    try (ReadFile file = directory().open(path)) {
      return readAll(file);
    }
  }

  static String readAll(ReadFile file) throws IOException {
    return new String(readAllBytes(file), UTF_8);
  }

  static byte[] readAllBytes(ReadFile file) throws IOException {
    ByteBuffer target = ByteBuffer.allocate((int) file.size() + 1);
    fill(file, target, 0);
    assertEquals(file.size(), target.position(), "what was read, against size()");
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
      assertTrue(read > 0, "a read before the end of the file reads at least one byte");
      assertEquals(target.position() - before, read, "read() against the target's position");
    }
  }

  static ByteBuffer bytes(String content) {
    return ByteBuffer.wrap(content.getBytes(UTF_8));
  }

  /** The call is refused as a mistake of the caller. */
  static void assertIllegal(String call, Executable executable) {
    assertThrows(IllegalArgumentException.class, executable, call);
  }

  /** Something that may throw {@link IOException}. */
  interface Action {
    void run() throws IOException;
  }

  /** Something that may throw {@link IOException}, with a result. */
  interface Call<T> {
    T call() throws IOException;
  }

  static void interrupted(Action action) throws IOException {
    boolean unused =
        interrupted(
            () -> {
              action.run();
              return true;
            });
  }

  /** Makes a call with the thread's interrupt flag set, which has to stay set. */
  static <T> T interrupted(Call<T> call) throws IOException {
    Thread.currentThread().interrupt();
    T result = call.call();
    assertTrue(Thread.interrupted(), "the interrupt flag after the call");
    return result;
  }
}
