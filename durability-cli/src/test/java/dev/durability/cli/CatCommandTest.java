package dev.durability.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(600)
class CatCommandTest {
  @TempDir private Path tmp;

  @Test
  void entriesComeBackALineEach() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "", "b\r", "\u00ff\u0000");
    Run run = Run.of("cat", log);
    assertThat(run.status()).isZero();
    assertThat(run.out()).isEqualTo("a\n\nb\r\n\u00ff\u0000\n");
    assertThat(run.err()).isEmpty();
    assertThat(Run.of("cat", "--null", log).out()).isEqualTo("a\0\0b\r\0\u00ff\0\0");
  }

  @Test
  void idsAndRangesSelectEntries() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b", "c", "d");
    assertThat(Run.of("cat", "--ids", log).out()).isEqualTo("1\ta\n2\tb\n3\tc\n4\td\n");
    assertThat(Run.of("cat", "--from", 2, "--to", 3, log).out()).isEqualTo("b\nc\n");
    assertThat(Run.of("cat", "--from=4", log).out()).isEqualTo("d\n");
    assertThat(Run.of("cat", log, "--to", 1).out()).isEqualTo("a\n");
    assertThat(Run.of("cat", "--to", 99, log).out()).isEqualTo("a\nb\nc\nd\n");
  }

  @Test
  void anEmptyLogPrintsNothing() throws IOException {
    Run run = Run.of("cat", Logs.of(tmp.resolve("log")));
    assertThat(run.status()).isZero();
    assertThat(run.out()).isEmpty();
  }

  @Test
  void ofATornLogTheIntactEntriesArePrinted() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b");
    Logs.tear(log);
    Run run = Run.of("cat", log);
    assertThat(run.status()).isZero();
    assertThat(run.out()).isEqualTo("a\nb\n");
  }

  @Test
  void aCorruptLogIsOneLineAndStatus2() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b");
    Logs.corrupt(log);
    Run run = Run.of("cat", log);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.errLines()).hasSize(1);
    assertThat(run.err()).contains("offset 64");
  }

  /** What is before the part that is read is not covered by that. */
  @Test
  void damageIsToldWithoutWhatNoCheckpointContains() throws IOException {
    Path log = Logs.ofFourSegments(tmp.resolve("log"));
    Path third = Logs.segments(log).get(2);
    byte[] bytes = Files.readAllBytes(third);
    bytes[1000] ^= 1;
    Files.write(third, bytes);
    for (Object[] command : new Object[][] {{"cat", log}, {"cat", "--from", 3, log}}) {
      Run run = Run.of(command);
      assertThat(run.status()).isEqualTo(2);
      assertThat(run.err()).contains("CORRUPT").doesNotContainPattern("covered [1-9]");
    }
  }

  @Test
  void whatIsNoLogIsOneLineAndStatus3AndIsNotMadeOne() throws IOException {
    Path missing = tmp.resolve("missing");
    Run run = Run.of("cat", missing);
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.errLines())
        .containsExactly("durability cat: " + missing + ": no such file or directory");
    assertThat(missing).doesNotExist();
    assertThat(Run.of("cat", tmp).status()).isEqualTo(3);
    assertThat(Run.of("cat", "--follow", tmp).status()).isEqualTo(3);
    assertThat(tmp).isEmptyDirectory();
  }

  @Test
  void aLogThatIsBeingWrittenCanBeRead() throws IOException {
    Path log = tmp.resolve("log");
    try (WalWriter<byte[]> writer = open(log)) {
      writer.appendDurable(new byte[] {'a'});
      assertThat(Run.of("cat", log).out()).isEqualTo("a\n");
    }
  }

  @Test
  void followingPrintsWhatIsAppendedWithoutWaitingForMore() throws Exception {
    Path log = Logs.of(tmp.resolve("log"), "a");
    try (PipedOutputStream out = new PipedOutputStream();
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(new PipedInputStream(out), ISO_8859_1))) {
      CompletableFuture<Run> run =
          CompletableFuture.supplyAsync(
              () ->
                  Run.with(
                      InputStream.nullInputStream(),
                      out,
                      new Termination(),
                      "cat",
                      "--follow",
                      "--ids",
                      "--to",
                      3,
                      log));
      assertThat(lines.readLine()).isEqualTo("1\ta");
      try (WalWriter<byte[]> writer = open(log)) {
        writer.appendDurable(new byte[] {'b'});
        assertThat(lines.readLine()).isEqualTo("2\tb");
        writer.appendDurable(new byte[] {'c'});
        assertThat(lines.readLine()).isEqualTo("3\tc");
        writer.appendDurable(new byte[] {'d'});
        assertThat(run.get().status()).isZero();
      }
    }
  }

  @Test
  void whenTheReaderHasGoneTheEndIsQuiet() throws IOException {
    Run run = into(new Failing("Broken pipe"), "cat", Logs.of(tmp.resolve("log"), "a"));
    assertThat(run.status()).isEqualTo(141);
    assertThat(run.err()).isEmpty();
  }

  @Test
  void aFullOutputIsOneLine() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a");
    Run run = into(new Failing("No space left on device"), "cat", log);
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.errLines())
        .containsExactly(
            "durability cat: cannot write to the standard output: No space left on device");
  }

  private static Run into(OutputStream out, Object... args) {
    return Run.with(InputStream.nullInputStream(), out, new Termination(), args);
  }

  private static WalWriter<byte[]> open(Path log) throws IOException {
    return WalWriter.open(FsDirectory.open(log), LineCodec.INSTANCE, WalOptions.defaults());
  }
}
