package dev.durability.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The other JVM of a check: what it throws and prints, and how it ends. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DeterminismElsewhereTest extends DeterminismFixture {
  /** True in the JVM of the test alone. */
  static volatile boolean here;

  /** Names the file that another JVM locks. */
  private static final String LOCK = "determinism.lock";

  /** Would give up their locks if they were collected. */
  private static final List<FileChannel> LOCKED = new ArrayList<>();

  /** Says something, and goes on otherwise than in the JVM of the test. */
  static final class Elsewhere extends Texts {
    @Override
    String added(List<String> state, String entry) {
      if (here) {
        return "here";
      }
      System.out.println("applied elsewhere");
      switch (entry) {
        case "throw" -> throw new IllegalStateException("of the other JVM");
        case "exit" -> Runtime.getRuntime().halt(7);
        case "hang" -> hang();
        case "lock" -> {
          lock();
          hang();
        }
        default -> {}
      }
      return "elsewhere";
    }

    private static void lock() {
      try {
        FileChannel file =
            FileChannel.open(Path.of(System.getProperty(LOCK)), StandardOpenOption.WRITE);
        FileLock unused = file.lock();
        file.write(ByteBuffer.wrap(new byte[1]));
        LOCKED.add(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void hang() {
      while (true) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void whatTheOtherJvmThrowsAndPrintsIsTold() {
    here = true;
    DeterminismFailure failure =
        failureOf(DeterminismCheck.of(Elsewhere.class), List.of("plain", "throw"));
    assertThat(failure)
        .hasMessageStartingWith(
            "not deterministic: entry 2 (throw) is applied here, but throws"
                + " java.lang.IllegalStateException: of the other JVM in another JVM")
        .hasMessageContaining("applied elsewhere")
        .hasMessageContaining("at " + Elsewhere.class.getName());
    assertThat(failure.firstEntryId()).isEqualTo(2);
  }

  @Test
  void aJvmThatEndsEarlyIsTold() {
    here = true;
    assertThat(failureOf(DeterminismCheck.of(Elsewhere.class), List.of("exit")))
        .hasMessageStartingWith("another JVM ended with status 7 before it had applied")
        .hasMessageContaining("applied elsewhere");
  }

  @Test
  void aJvmThatTakesTooLongIsKilled() {
    here = true;
    DeterminismFailure failure =
        failureOf(
            DeterminismCheck.of(Elsewhere.class).timeMax(Duration.ofMillis(200)), List.of("hang"));
    assertThat(failure)
        .hasMessageStartingWith("other JVMs did not apply the history within PT0.2S");
    assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive)).isEmpty();
  }

  /** Waits for another JVM until it is killed. */
  static final class Parent {
    private Parent() {}

    public static void main(String[] args) throws IOException {
      here = true;
      DeterminismCheck.of(Elsewhere.class).check(List.of("lock"));
    }
  }

  @Test
  void aJvmWhoseParentIsKilledEnds(@TempDir Path temp) throws Exception {
    Path lock = Files.createFile(temp.resolve("lock"));
    Process parent =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-D" + LOCK + "=" + lock,
                "-cp",
                System.getProperty("java.class.path"),
                Parent.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      while (Files.size(lock) == 0 && parent.isAlive()) {
        Thread.onSpinWait();
      }
      assertThat(parent.isAlive()).isTrue();
    } finally {
      parent.destroyForcibly().waitFor(); // Other tests look for children that are left.
    }
    try (FileChannel file = FileChannel.open(lock, StandardOpenOption.WRITE);
        FileLock gotten = file.lock()) { // Waits for the end of the process that has it.
      assertThat(gotten.isValid()).isTrue();
    }
  }

  @Test
  void anEntryThatCannotBeAppliedHereIsTold() {
    here = false;
    DeterminismFailure failure =
        failureOf(DeterminismCheck.of(Elsewhere.class), List.of("plain", "throw"));
    assertThat(failure)
        .hasMessageStartingWith("entry 2 (throw) cannot be applied: it throws")
        .hasRootCauseMessage("of the other JVM");
  }
}
