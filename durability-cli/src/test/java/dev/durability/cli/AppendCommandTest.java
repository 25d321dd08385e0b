package dev.durability.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(600)
class AppendCommandTest {
  @TempDir private Path tmp;
  private Path log;

  @BeforeEach
  void nameTheLog() {
    log = tmp.resolve("log");
  }

  @Test
  void everyLineBecomesAnEntryWithItsBytesKept() {
    byte[] input = "a\r\n\n\u00ff\u0000\u00fe\tx\nrest".getBytes(ISO_8859_1);
    Run run = Run.withInput(input, "append", "--acks", log);
    assertThat(run.status()).isZero();
    assertThat(run.out()).isEqualTo(Run.ids(1, 4));
    assertThat(run.errLines()).hasSize(1);
    assertThat(run.err()).startsWith("last acknowledged entry: 4 (4 entries in ");
    assertThat(cat()).isEqualTo(new String(input, ISO_8859_1) + "\n");
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "only administrators make links on Windows")
  void aLinkToNothingIsNamedAndNothingIsMade() throws IOException {
    Path link = Files.createSymbolicLink(tmp.resolve("link"), Path.of("missing"));
    Run run = Run.withInput(new byte[] {'x', '\n'}, "append", link);
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.errLines()).hasSize(1);
    assertThat(run.err()).contains("link: a link that leads to no directory is in the way");
    assertThat(tmp.resolve("missing")).doesNotExist();
  }

  @Test
  void withoutAcksTheStandardOutputStaysEmpty() {
    Run run = lines("a\nb\n");
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("entry: 2 (2 entries");
  }

  @Test
  void aSecondAppendGoesOnBehindTheFirst() {
    lines("a\nb\n");
    assertThat(lines("c\n").err()).startsWith("last acknowledged entry: 3 (1 entry in ");
    assertThat(cat()).isEqualTo("a\nb\nc\n");
  }

  @Test
  void anEmptyInputSaysWhatTheLogHolds() {
    assertThat(lines("").err()).contains("entry: none (nothing was appended)");
    lines("a\n");
    assertThat(lines("").err()).contains("entry: 1 (nothing was appended)");
  }

  @Test
  void nulSeparatedRecordsMayHoldNewlines() {
    byte[] input = "a\nb\0\0c".getBytes(ISO_8859_1);
    assertThat(Run.withInput(input, "append", "-0", log).status()).isZero();
    assertThat(Run.of("cat", "-0", log).out()).isEqualTo("a\nb\0\0c\0");
  }

  @Test
  void filesAreAppendedOneAfterTheOtherAndTheEndOfEachEndsALine() throws IOException {
    Path first = Files.writeString(tmp.resolve("1"), "a\nb");
    Path second = Files.writeString(tmp.resolve("2"), "c\n");
    byte[] input = "in".getBytes(ISO_8859_1);
    Run run = Run.withInput(input, "append", log, first, "-", second);
    assertThat(run.err()).contains("entry: 4 ");
    assertThat(cat()).isEqualTo("a\nb\nin\nc\n");
  }

  @Test
  void aMissingFileIsToldBeforeAnythingIsAppended() throws IOException {
    Path present = Files.writeString(tmp.resolve("present"), "a\n");
    Path missing = tmp.resolve("missing");
    Run run = Run.of("append", log, present, missing);
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.errLines())
        .containsExactly("durability append: " + missing + ": no such file or directory");
    assertThat(log).doesNotExist();
    assertThat(Run.of("append", log, present, tmp).err()).contains(tmp + ": is a directory");
    assertThat(log).doesNotExist();
  }

  @Test
  void aReadErrorNamesTheInputAndKeepsWhatWasReadBefore() {
    InputStream broken =
        new SequenceInputStream(
            new ByteArrayInputStream("a\nb\npart".getBytes(ISO_8859_1)),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw new IOException("Input/output error");
              }

              @Override
              public int read(byte[] target, int offset, int length) throws IOException {
                return read();
              }
            });
    Run run = Run.withInput(broken, "append", "--acks", log);
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.out()).isEqualTo(Run.ids(1, 2));
    assertThat(run.errLines()).hasSize(2);
    assertThat(run.err())
        .contains("last acknowledged entry: 2 ")
        .contains("cannot read standard input: Input/output error");
    assertThat(cat()).isEqualTo("a\nb\n");
  }

  @Test
  void aLineLargerThanTheLargestEntryIsNamedAndWhatStandsBeforeItIsKept() {
    byte[] huge = new byte[(16 << 20) + 1];
    Arrays.fill(huge, (byte) 'x');
    InputStream input =
        new SequenceInputStream(
            new ByteArrayInputStream("a\nb\n".getBytes(ISO_8859_1)),
            new ByteArrayInputStream(huge));
    Run run = Run.withInput(input, "append", "--acks", log);
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.out()).isEqualTo(Run.ids(1, 2));
    assertThat(run.errLines()).hasSize(2);
    assertThat(run.err()).contains("standard input: line 3 ", "16777216 bytes");
    assertThat(cat()).isEqualTo("a\nb\n");
  }

  @Test
  void aLineOfTheLargestSizePasses() throws IOException {
    byte[] large = new byte[16 << 20];
    new Random(1).nextBytes(large);
    assertThat(Run.withInput(large, "append", "-0", tmp.resolve("x")).status()).isZero();
    Arrays.fill(large, (byte) 'x');
    Run run = Run.withInput(large, "append", log);
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(cat()).hasSize(large.length + 1);
  }

  @Test
  void acknowledgementsComeWhileTheInputIsOpenAndSilent() throws Exception {
    try (PipedOutputStream writesAcks = new PipedOutputStream();
        BufferedReader acks =
            new BufferedReader(
                new InputStreamReader(new PipedInputStream(writesAcks), ISO_8859_1))) {
      CompletableFuture<Run> run;
      try (PipedOutputStream writesInput = new PipedOutputStream()) {
        PipedInputStream input = new PipedInputStream(writesInput, 1 << 16);
        run =
            CompletableFuture.supplyAsync(
                () -> Run.with(input, writesAcks, new Termination(), "append", "--acks", log));
        for (int id = 1; id <= 100; id++) {
          writesInput.write(("line " + id + "\n").getBytes(ISO_8859_1));
          writesInput.flush();
          assertThat(acks.readLine()).isEqualTo(Integer.toString(id));
        }
        writesInput.write("part of a line".getBytes(ISO_8859_1));
      }
      assertThat(acks.readLine()).isEqualTo("101");
      assertThat(run.get().status()).isZero();
    }
  }

  @Test
  void aRequestToStopAcknowledgesWhatWasAppendedThoughTheInputIsSilent() throws Exception {
    try (PipedOutputStream writesInput = new PipedOutputStream();
        PipedOutputStream writesAcks = new PipedOutputStream();
        BufferedReader acks =
            new BufferedReader(
                new InputStreamReader(new PipedInputStream(writesAcks), ISO_8859_1))) {
      PipedInputStream input = new PipedInputStream(writesInput, 1 << 16);
      Termination termination = new Termination();
      CompletableFuture<Run> run =
          CompletableFuture.supplyAsync(
              () -> Run.with(input, writesAcks, termination, "append", "--acks", log));
      writesInput.write("a\nb\n".getBytes(ISO_8859_1));
      writesInput.flush();
      assertThat(acks.readLine()).isEqualTo("1");
      assertThat(acks.readLine()).isEqualTo("2");
      termination.request();
      assertThat(run.get().err()).startsWith("last acknowledged entry: 2 (2 entries");
    }
    assertThat(Run.of("verify", log).status()).isZero();
    assertThat(cat()).isEqualTo("a\nb\n");
  }

  @Test
  void whenTheReaderOfTheAcksHasGoneWhatWasAppendedIsAcknowledgedAndTheEndIsQuiet() {
    byte[] input = "line\n".repeat(100_000).getBytes(ISO_8859_1);
    Run run =
        Run.with(
            new ByteArrayInputStream(input),
            new Failing("Broken pipe"),
            new Termination(),
            "append",
            "--acks",
            log);
    assertThat(run.status()).isEqualTo(141);
    assertThat(run.errLines()).hasSize(1);
    String last = run.err().replaceFirst("last acknowledged entry: (\\d+) .*\\R", "$1");
    assertThat(Run.of("verify", "--json", log).out()).contains("\"intact\":" + last + ",");
  }

  @Test
  void whenTheAcksCannotBeWrittenTheErrorIsTold() {
    Run run =
        Run.with(
            new ByteArrayInputStream("a\n".getBytes(ISO_8859_1)),
            new Failing("No space left on device"),
            new Termination(),
            "append",
            "--acks",
            log);
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.err())
        .contains("last acknowledged entry: 1 ")
        .contains("cannot write to the standard output: No space left on device");
  }

  @Test
  void aLogThatIsOpenElsewhereIsRefusedInOneLine() throws IOException {
    try (WalWriter<byte[]> writer =
        WalWriter.open(FsDirectory.open(log), LineCodec.INSTANCE, WalOptions.defaults())) {
      writer.appendDurable(new byte[] {'a'});
      Run run = lines("b\n");
      assertThat(run.status()).isEqualTo(3);
      assertThat(run.errLines()).hasSize(1);
      assertThat(run.err()).startsWith("durability append: cannot lock ");
      writer.appendDurable(new byte[] {'c'});
    }
    assertThat(cat()).isEqualTo("a\nc\n");
  }

  @Test
  void aCorruptLogIsRefusedAndLeftAsItIs() throws IOException {
    Logs.of(log, "a", "b");
    Logs.corrupt(log);
    var before = withoutLock(Logs.content(log));
    Run run = lines("c\n");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.errLines()).hasSize(1);
    assertThat(run.err()).contains(Logs.firstSegment(log).getFileName().toString(), "offset 64");
    assertThat(withoutLock(Logs.content(log))).isEqualTo(before);
  }

  /** The file of the lock holds a token of the last who took it. */
  private static Map<String, String> withoutLock(Map<String, String> content) {
    content.remove("wal/.lock");
    return content;
  }

  @Test
  void aLogOfANewerVersionIsRefused() throws IOException {
    Logs.of(log, "a");
    Logs.makeOfUnknownVersion(log);
    Run run = lines("b\n");
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.errLines()).hasSize(1);
    assertThat(run.err()).contains("version");
  }

  @Test
  void aTornLogIsCutAndThatIsTold() throws IOException {
    Logs.of(log, "a");
    Logs.tear(log);
    Run run = lines("b\n");
    assertThat(run.status()).isZero();
    assertThat(run.err()).contains("quarantine").contains("last acknowledged entry: 2 ");
    assertThat(log.resolve("quarantine")).isNotEmptyDirectory();
    assertThat(cat()).isEqualTo("a\nb\n");
  }

  private Run lines(String input) {
    return Run.withInput(input.getBytes(ISO_8859_1), "append", log);
  }

  private String cat() {
    Run run = Run.of("cat", log);
    assertThat(run.status()).as(run.err()).isZero();
    return run.out();
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no POSIX permissions")
  void modeAndGroupAreThoseOfAllThatIsCreated() throws IOException {
    Path log = tmp.resolve("new/log");
    String group = Files.getAttribute(tmp, "unix:gid").toString();
    Run run =
        Run.withInput(new byte[] {'a', '\n'}, "append", "--mode", "0660", "--group", group, log);
    assertThat(run.status()).as(run.err()).isZero();
    try (Stream<Path> all = Files.walk(tmp.resolve("new"))) {
      for (Path each : all.toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
            .as(each.toString())
            .isEqualTo(Files.isDirectory(each) ? "rwxrwx---" : "rw-rw----");
      }
    }
  }

  @Test
  void modesAndGroupsThatMakeNoSenseAreRefusedAndNothingIsMade() {
    Path log = tmp.resolve("log");
    for (String mode : new String[] {"", "66", "1660", "668", "rw-rw----", "760", "460", "066"}) {
      Run run = Run.of("append", "--mode=" + mode, log);
      assertThat(run.status()).as(mode).isEqualTo(3);
      assertThat(run.err())
          .as(mode)
          .contains("--mode must be three octal digits")
          .contains("--help");
    }
    assertThat(Run.of("append", "--group= ", log).err())
        .contains("--group must be the name or number");
    Run unknown = Run.of("append", "--group=no-such-group", log);
    assertThat(unknown.status()).isEqualTo(3);
    assertThat(unknown.errLines()).hasSize(1);
    assertThat(unknown.err()).contains("no-such-group");
    assertThat(log).doesNotExist();
  }
}
