package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long it tortures, the system property {@code durability.torture.minutes} says, and {@code
 * durability.seed} how.
 */
@DisabledOnOs(
    value = OS.WINDOWS,
    disabledReason = "only Unix tells by the exit status that a signal killed a process")
class TortureCommandTest {
  private static final String MINUTES = System.getProperty("durability.torture.minutes", "0.25");

  /**
   * With this one the first process that is killed writes for a while before, even if there is time
   * for no other.
   */
  private static final long SEED = Long.getLong("durability.seed", 9);

  private static final long LOOK_NANOS = 1_000_000;

  @TempDir private Path tmp;

  @Test
  void killedAtAnyMomentTheLogKeepsItsPromises() throws IOException {
    Path log = tmp.resolve("log");
    Run run = Run.of("torture", "--json", "--minutes", MINUTES, "--seed", SEED, log);
    System.out.println("torture: " + run.out().strip());
    assertThat(run.status()).as(run.out() + run.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(run.out());
    assertThat(json.at("/violation").isNull()).isTrue();
    assertThat(json.at("/kills").asInt()).isPositive();
    assertThat(json.at("/acknowledged").asLong()).isPositive();
    assertThat(json.at("/verdicts/CORRUPT").asInt()).isZero();
    assertThat(log).doesNotExist();
  }

  @Test
  void stoppedItShowsTheTableSoFarAndRemovesTheLog() throws Exception {
    Path log = tmp.resolve("log");
    Termination termination = new Termination();
    Thread stopper =
        new Thread(
            () -> {
              while (!Files.exists(log.resolve("wal"))) {
                LockSupport.parkNanos(LOOK_NANOS);
              }
              termination.request();
            });
    stopper.start();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Run run =
        Run.with(
            new ByteArrayInputStream(new byte[0]),
            out,
            termination,
            "torture",
            "--minutes",
            60,
            log);
    stopper.join();
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.err()).isEmpty();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("killed during", "recovery", "What this does not test");
    assertThat(log).doesNotExist();
  }

  @Test
  void aBrokenPromiseIsToldAndTheLogIsKept() throws Exception {
    Path log = tmp.resolve("log");
    AtomicBoolean done = new AtomicBoolean();
    Thread vandal =
        new Thread(
            () -> {
              while (!done.get()) {
                damage(log.resolve("wal"));
                LockSupport.parkNanos(LOOK_NANOS);
              }
            });
    vandal.start();
    Run run = Run.of("torture", "--minutes", 60, log);
    done.set(true);
    vandal.join();
    assertThat(run.status()).as(run.out() + run.err()).isEqualTo(2);
    assertThat(run.out()).contains("VIOLATION: ", "The log is kept in " + log, "seed=");
    assertThat(log.resolve("wal")).isNotEmptyDirectory();
  }

  /** Flips a byte of each file that is some entries long; what vanishes meanwhile is left alone. */
  private static void damage(Path segments) {
    try (Stream<Path> files = Files.list(segments)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".wal")).toList()) {
        try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
          ByteBuffer one = ByteBuffer.allocate(1);
          if (channel.read(one, 1000) == 1) {
            channel.write(ByteBuffer.wrap(new byte[] {(byte) ~one.get(0)}), 1000);
          }
        }
      }
    } catch (IOException | UncheckedIOException notThereNow) {
      // The next look will find something.
    }
  }

  @Test
  void inALogThatIsThereAnotherIsMadeAndRemovedAndNothingElseTouched() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b");
    var before = Logs.content(log);
    Run run = Run.of("torture", "--json", "--minutes", "0.01", log);
    assertThat(run.status()).as(run.out() + run.err()).isZero();
    assertThat(Logs.content(log)).isEqualTo(before);
    assertThat(log.toFile().list()).noneMatch(name -> name.startsWith("durability-torture-"));
  }

  @Test
  void whatIsNoDirectoryIsRefused() throws IOException {
    Path file = Files.writeString(tmp.resolve("file"), "x");
    Run run = Run.of("torture", file);
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.errLines()).hasSize(1);
    assertThat(run.err()).contains(file + ": not a directory");
    assertThat(file).hasContent("x");
  }

  @Test
  void minutesThatAreNoTimeAreRefused() {
    for (String minutes : new String[] {"0", "-1", "NaN", "1e30"}) {
      Run run = Run.of("torture", "--minutes", minutes, tmp.resolve("log"));
      assertThat(run.status()).as(minutes).isEqualTo(3);
      assertThat(run.err()).as(minutes).contains("--minutes");
    }
    assertThat(tmp).isEmptyDirectory();
  }
}
