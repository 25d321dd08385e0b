package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.codec.Codecs;
import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.storage.FsDirectory;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A tail whose writer, in another process, is killed again and again, with a torn end. */
@Timeout(600)
@Tag("slow")
class KilledWriterTest {
  private static final int ROUNDS = 4;

  @Test
  void tailGivesEveryAcknowledgedEntryOnceAcrossTheDeathsOfItsWriter(@TempDir Path temp)
      throws Exception {
    long seed = Long.getLong("durability.seed", 1);
    System.out.println("seed=" + seed);
    Random random = new Random(seed);
    FsDirectory directory = FsDirectory.open(temp);
    AtomicLong position = new AtomicLong();
    AtomicLong wanted = new AtomicLong(Long.MAX_VALUE);
    ExecutorService one = Executors.newSingleThreadExecutor();
    try {
      Future<?> following = null;
      for (int round = 0; round < ROUNDS; round++) {
        Process process = start(temp);
        try (BufferedReader acks = process.inputReader(StandardCharsets.UTF_8)) {
          long acknowledged = Long.parseLong(acks.readLine());
          if (following == null) {
            following = one.submit(() -> follow(directory, position, wanted));
          }
          for (int left = 20 + random.nextInt(400); left > 0; left--) {
            acknowledged = Long.parseLong(acks.readLine());
          }
          process.destroyForcibly().waitFor();
          tear(directory, temp, random);
          long intact = WalMaintenance.verify(directory).intact();
          assertThat(intact).as("seed=" + seed).isGreaterThanOrEqualTo(acknowledged);
        } finally {
          process.destroyForcibly();
        }
      }
      try (WalWriter<String> last =
          WalWriter.open(directory, Codecs.utf8(), WalOptions.defaults())) {
        wanted.set(last.appendDurable(textOf(last.lastAppendedId() + 1)));
        // The mark that follows an idle time is enough; it is not closed yet.
        assertThat(following).isNotNull();
        following.get(300, TimeUnit.SECONDS);
      }
      assertThat(position.get()).as("seed=" + seed).isEqualTo(wanted.get());
    } finally {
      one.shutdownNow();
    }
  }

  private static void follow(FsDirectory directory, AtomicLong position, AtomicLong wanted) {
    try (WalTail<String> tail = WalReader.of(directory, Codecs.utf8()).follow(1)) {
      while (position.get() < wanted.get()) {
        WalRecord<String> record = tail.poll(Duration.ofMillis(50));
        if (record != null) {
          assertThat(record.id()).isEqualTo(position.get() + 1);
          assertThat(record.entry()).isEqualTo(textOf(record.id()));
          position.set(record.id());
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Leaves what a write that was cut off leaves: some bytes of a frame behind the last one. */
  private static void tear(FsDirectory directory, Path root, Random random) throws IOException {
    LogReport report = WalMaintenance.verify(directory);
    if (report.verdict() == Verdict.CLEAN) {
      Path file = root.resolve(report.end().file());
      byte[] torn = new byte[1 + random.nextInt(300)];
      random.nextBytes(torn);
      torn[0] |= 1; // Zeros alone would be what a segment reserves.
      try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
        channel.position(report.end().offset()).write(ByteBuffer.wrap(torn));
      }
      assertThat(WalMaintenance.verify(directory).verdict()).isEqualTo(Verdict.TORN);
    }
  }

  private static Process start(Path root) throws IOException {
    String java = ProcessHandle.current().info().command().orElseThrow();
    return new ProcessBuilder(
            List.of(
                java,
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                KilledWriterTest.class.getName(),
                root.toString()))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static String textOf(long id) {
    return "entry " + id + " " + "x".repeat((int) (id * 31 % 300));
  }

  /** Appends until it is killed, and prints the id of each acknowledged entry. */
  public static void main(String[] arguments) throws Exception {
    FsDirectory directory = FsDirectory.open(Path.of(arguments[0]));
    WalOptions options = WalOptions.builder().segmentBytes(1 << 15).build();
    try (WalWriter<String> writer = WalWriter.open(directory, Codecs.utf8(), options)) {
      System.out.println(writer.recovered().intact());
      while (!System.out.checkError()) {
        CompletableFuture<Long> last = null;
        for (int i = 0; i < 8; i++) {
          last = writer.appendAsync(textOf(writer.lastAppendedId() + 1));
        }
        System.out.println(last.get());
      }
    }
  }
}
