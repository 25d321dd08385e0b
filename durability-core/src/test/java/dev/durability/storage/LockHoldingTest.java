package dev.durability.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who holds a lock, as its holder noted it. */
class LockHoldingTest {
  private static final long PROCESS = ProcessHandle.current().pid();

  @TempDir private Path root;
  private FsDirectory directory;

  @BeforeEach
  void directory() throws IOException {
    directory = FsDirectory.openForReading(root);
  }

  private void note(String text) throws IOException {
    Files.writeString(root.resolve("lock.holder"), text);
  }

  private LockHolding noted() throws IOException {
    return directory.holderOf("lock").orElseThrow();
  }

  /** The name of this machine, as a holder notes it. */
  private String host() throws IOException {
    try (DirectoryLock lock = FsDirectory.open(root).lock("lock")) {
      lock.requireHeld();
      return noted().host();
    }
  }

  @Test
  void aHolderIsToldUntilItGivesTheLockUp() throws IOException {
    assertThat(directory.holderOf("lock")).isEmpty();
    try (DirectoryLock lock = FsDirectory.open(root).lock("lock")) {
      LockHolding holding = noted();
      assertThat(holding.process()).isEqualTo(PROCESS);
      assertThat(holding.state()).isEqualTo(LockHolding.State.RUNNING);
      assertThat(Files.readString(root.resolve("lock.holder")))
          .contains("since " + Objects.requireNonNull(holding.since()));
      lock.requireHeld();
    }
    assertThat(directory.holderOf("lock")).isEmpty();
  }

  @Test
  void aProcessThatHasEndedHoldsNothing() throws IOException {
    String host = host();
    note("token 1\nprocess " + Long.MAX_VALUE + "\nhost " + host + "\n");
    assertThat(noted().state()).isEqualTo(LockHolding.State.ENDED);
    // Its id was given to this process, which began later.
    note("process " + PROCESS + "\nhost " + host + "\nsince 2001-02-03T04:05:06Z\n");
    boolean tellsWhenItBegan = ProcessHandle.current().info().startInstant().isPresent();
    assertThat(noted().state())
        .isEqualTo(tellsWhenItBegan ? LockHolding.State.ENDED : LockHolding.State.RUNNING);
  }

  @Test
  void ofAnotherMachineNothingIsKnown() throws IOException {
    note("process " + PROCESS + "\nhost another\u0007one\nprogram app.jar\n");
    LockHolding holding = noted();
    assertThat(holding.state()).isEqualTo(LockHolding.State.UNKNOWN);
    assertThat(holding.host()).isEqualTo("another?one");
    assertThat(holding.program()).isEqualTo("app.jar");
    assertThat(holding.since()).isNull();
  }

  @Test
  void aNoteOfAnotherFormIsNone() throws IOException {
    for (String text : new String[] {"", "process\n", "process x\n", "since now\n", "\u0000"}) {
      note(text);
      assertThat(directory.holderOf("lock")).as(text).isEmpty();
    }
    note("process 5\nsince yesterday\n");
    assertThat(noted().since()).isNull();
  }
}
