package dev.durability.frame;

import static dev.durability.testkit.Fault.Operation.CLOSE_APPEND;
import static dev.durability.testkit.Fault.Operation.CREATE;
import static dev.durability.testkit.Fault.Operation.RENAME;
import static dev.durability.testkit.Fault.Operation.RESUME;
import static dev.durability.testkit.Fault.Operation.SYNC_DIRECTORY;
import static dev.durability.testkit.Fault.Operation.SYNC_FILE;
import static dev.durability.testkit.Fault.Operation.TRUNCATE;
import static dev.durability.testkit.Fault.Operation.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.storage.AppendOnlyDirectory;
import dev.durability.storage.DurableFile;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RewriteTest {
  private final MemoryDirectory disk = new MemoryDirectory();
  private final FaultDirectory directory = new FaultDirectory(disk);

  @Test
  void whatIsDurableIsOnlyCutAndKeepsItsFile() throws Exception {
    FaultDirectory durable =
        new FaultDirectory(
            new ForwardingDirectory(disk) {
              @Override
              public boolean readsOnlyDurable() {
                return true;
              }
            });
    byte[] bytes = new byte[1 << 12];
    new Random(1).nextBytes(bytes);
    QuarantineTest.write(disk, "a.wal", bytes);
    try (FrameFile file = Rewrite.tail(durable, "a.wal", 64, 2048)) {
      assertThat(file.position()).isEqualTo(2048);
    }
    try (FrameFile file = Rewrite.whole(durable, "a.wal", 1024)) {
      assertThat(file.position()).isEqualTo(1024);
    }
    assertThat(durable.bytesWritten()).isZero();
    assertThat(durable.count(CREATE)).isZero();
    assertThat(DurableFile.read(disk, "a.wal", 4096)).isEqualTo(Arrays.copyOf(bytes, 1024));
  }

  @Test
  void endIsWrittenAgainCutAndSyncedAndTheFileGoesOnThere() throws Exception {
    byte[] bytes = new byte[3 << 20];
    new Random(1).nextBytes(bytes);
    int[][] cases = {{64, 64}, {64, 72}, {64, bytes.length}, {bytes.length - 8, bytes.length - 8}};
    for (int[] each : cases) {
      QuarantineTest.write(disk, "a.wal", bytes);
      long written = directory.bytesWritten();
      try (FrameFile file = Rewrite.tail(directory, "a.wal", each[0], each[1])) {
        assertThat(directory.bytesWritten() - written).isEqualTo(each[1] - each[0]);
        assertThat(file.position()).isEqualTo(each[1]);
        assertThat(QuarantineTest.read(disk, "a.wal")).isEqualTo(Arrays.copyOf(bytes, each[1]));
        file.write(ByteBuffer.wrap(new byte[] {1, 2}));
        assertThat(QuarantineTest.read(disk, "a.wal")).hasSize(each[1] + 2).endsWith(1, 2);
      }
      disk.delete("a.wal");
    }
    assertThat(directory.count(SYNC_FILE)).isEqualTo(cases.length);
  }

  @Test
  void paddingThatTheLastFrameLacksIsFilledIn() throws Exception {
    byte[] bytes = new byte[107];
    Arrays.fill(bytes, (byte) 7);
    for (int from : new int[] {64, 104, 107, 112}) {
      QuarantineTest.write(disk, "a.wal", bytes);
      try (FrameFile file = Rewrite.tail(directory, "a.wal", from, 112)) {
        assertThat(file.position()).isEqualTo(112);
        assertThat(QuarantineTest.read(disk, "a.wal")).isEqualTo(Arrays.copyOf(bytes, 112));
      }
      disk.delete("a.wal");
    }
  }

  @Test
  void failureAtAnyStepKeepsTheBytesAndTheNextAttemptSucceeds() throws Exception {
    byte[] bytes = new byte[5000];
    new Random(2).nextBytes(bytes);
    QuarantineTest.write(disk, "a.wal", bytes);
    for (Fault failure :
        List.of(
            Fault.of(RESUME),
            Fault.of(WRITE),
            Fault.of(WRITE).shortWrite(100),
            Fault.of(TRUNCATE),
            Fault.of(SYNC_FILE))) {
      directory.inject(failure);
      assertThatThrownBy(() -> Rewrite.tail(directory, "a.wal", 64, 4096))
          .isInstanceOf(IOException.class);
      assertThat(QuarantineTest.read(disk, "a.wal")).startsWith(Arrays.copyOf(bytes, 4096));
      directory.heal();
    }
    Rewrite.tail(directory, "a.wal", 64, 4096).close();
    assertThat(QuarantineTest.read(disk, "a.wal")).isEqualTo(Arrays.copyOf(bytes, 4096));
  }

  @Test
  void failedCloseAfterAFailureIsToldWithItAndTheFileIsClosedAfterAnyFailure() throws Exception {
    QuarantineTest.write(disk, "a.wal", new byte[200]);
    directory
        .inject(Fault.of(SYNC_FILE).saying("first"))
        .inject(Fault.of(CLOSE_APPEND).saying("second"));
    assertThatThrownBy(() -> Rewrite.tail(directory, "a.wal", 64, 128))
        .hasMessageContaining("first")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1))
        .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessageContaining("second"));
    assertThat(directory.count(CLOSE_APPEND)).isEqualTo(1);
    directory.heal();
    directory.inject(Fault.of(RENAME));
    assertThatThrownBy(() -> Rewrite.whole(directory, "a.wal", 128))
        .isInstanceOf(IOException.class);
    assertThat(directory.count(CLOSE_APPEND)).isEqualTo(2);
    assertThat(directory.count(SYNC_DIRECTORY)).isZero();
    directory.heal();
    Rewrite.whole(directory, "a.wal", 128).close();
    assertThat(directory.count(SYNC_DIRECTORY)).isEqualTo(1);
    assertThat(QuarantineTest.read(disk, "a.wal")).isEqualTo(new byte[128]);
  }

  @Test
  void storageThatCannotResumeGetsTheFileAnewUnderItsName() throws Exception {
    byte[] bytes = new byte[5001];
    new Random(3).nextBytes(bytes);
    QuarantineTest.write(disk, "a.wal", bytes);
    for (Fault failure :
        List.of(
            Fault.of(CREATE),
            Fault.of(WRITE).shortWrite(100),
            Fault.of(SYNC_FILE),
            Fault.of(RENAME))) {
      directory.inject(failure);
      assertThatThrownBy(() -> Rewrite.tail(new AppendOnlyDirectory(directory), "a.wal", 64, 4096))
          .isInstanceOf(IOException.class);
      assertThat(QuarantineTest.read(disk, "a.wal")).isEqualTo(bytes);
      directory.heal();
    }
    Rewrite.tail(new AppendOnlyDirectory(directory), "a.wal", 64, 5008).close();
    assertThat(QuarantineTest.read(disk, "a.wal")).isEqualTo(Arrays.copyOf(bytes, 5008));
    try (FrameFile file = Rewrite.tail(new AppendOnlyDirectory(directory), "a.wal", 64, 4096)) {
      file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
      file.sync();
    }
    byte[] expected = Arrays.copyOf(bytes, 4099);
    System.arraycopy(new byte[] {1, 2, 3}, 0, expected, 4096, 3);
    assertThat(QuarantineTest.read(disk, "a.wal")).isEqualTo(expected);
    assertThat(disk.list("")).containsExactly("a.wal");
  }
}
