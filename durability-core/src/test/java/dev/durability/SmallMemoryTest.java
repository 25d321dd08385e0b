package dev.durability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.checkpoint.CheckpointReader;
import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codecs;
import dev.durability.log.Verdict;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalReplay;
import dev.durability.wal.WalTail;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A JVM that may take 64 MiB outside the heap, and in which nobody collects garbage in time to give
 * any of it back: whatever opens and closes something does so often enough to use that up.
 */
@Timeout(600)
@Tag("slow")
class SmallMemoryTest {
  private static final int CHECKPOINTS = 200;
  private static final int TIMES = 80;
  private static final UUID LOG_ID = new UUID(1, 2);
  private static final byte[] MEGABYTE = new byte[1 << 20];

  @Test
  void whatIsClosedGivesItsMemoryBackWithoutACollection(@TempDir Path temp) throws Exception {
    String java = ProcessHandle.current().info().command().orElseThrow();
    Process child =
        new ProcessBuilder(
                List.of(
                    java,
                    "-Xmx64m",
                    "-Xmn24m",
                    "-XX:+UseSerialGC",
                    "-XX:+DisableExplicitGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    SmallMemoryTest.class.getName(),
                    temp.toString()))
            .redirectErrorStream(true)
            .start();
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).as(said).isZero();
    assertThat(said.strip().lines())
        .containsExactly(
            "200 checkpoints",
            "80 checkpoints read",
            "80 logs opened and closed",
            "80 logs read, followed and verified",
            "80 record logs");
  }

  /** Does each of it, and says so. */
  public static void main(String[] arguments) throws Exception {
    FsDirectory apart = FsDirectory.open(Files.createDirectory(Path.of(arguments[0], "apart")));
    FsDirectory directory = FsDirectory.open(Path.of(arguments[0]));
    for (int i = 1; i <= CHECKPOINTS; i++) {
      write(apart, new byte[i < CHECKPOINTS ? 1_000 : 1 << 20]);
    }
    System.out.println(CHECKPOINTS + " checkpoints");
    for (int i = 0; i < TIMES; i++) {
      read(apart);
    }
    System.out.println(TIMES + " checkpoints read");
    WalOptions options = WalOptions.builder().preallocatedBytesMax(0).build();
    for (int i = 0; i < TIMES; i++) {
      try (WalWriter<byte[]> log = WalWriter.open(directory, Codecs.bytes(), options)) {
        log.append(i == 0 ? MEGABYTE : new byte[1_000]);
      }
    }
    System.out.println(TIMES + " logs opened and closed");
    for (int i = 0; i < TIMES; i++) {
      look(directory);
    }
    System.out.println(TIMES + " logs read, followed and verified");
    for (int i = 0; i < TIMES; i++) {
      try (RecordLogWriter<byte[]> log =
          RecordLogWriter.open(directory, "records", Codecs.bytes())) {
        long unused = log.append(i == 0 ? MEGABYTE : new byte[1_000]);
      }
      long unused =
          RecordLogReader.of(directory, "records", Codecs.bytes()).replay((id, entry) -> {});
    }
    System.out.println(TIMES + " record logs");
  }

  private static void write(FsDirectory directory, byte[] content) throws IOException {
    Checkpoints checkpoints = Checkpoints.in(directory, Clock.systemUTC());
    String unused = checkpoints.write(LOG_ID, 0, out -> out.write(content));
  }

  private static void read(FsDirectory directory) throws IOException {
    try (CheckpointReader checkpoint = CheckpointReader.open(directory, Checkpoints.pathOf(0))) {
      long unused = checkpoint.transferTo(OutputStream.nullOutputStream());
    }
  }

  private static void look(FsDirectory directory) throws IOException {
    WalReader<byte[]> reader = WalReader.of(directory, Codecs.bytes());
    long[] count = {0};
    reader.replay(WalReplay.START, Long.MAX_VALUE, (id, entry) -> count[0]++);
    try (WalTail<byte[]> tail = reader.follow(1)) {
      if (tail.poll(Duration.ZERO) == null) {
        throw new AssertionError("nothing to follow");
      }
    }
    if (count[0] != TIMES || WalMaintenance.verify(directory).verdict() != Verdict.CLEAN) {
      throw new AssertionError(count[0] + " entries");
    }
  }
}
