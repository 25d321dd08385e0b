package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.codec.Codecs;
import dev.durability.codec.Schema;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TruncateCommandTest {
  @TempDir private Path tmp;

  private static Run answering(String answer, Object... args) throws IOException {
    return Run.withInput(answer.getBytes(StandardCharsets.UTF_8), args);
  }

  @Test
  void theEndIsCutOffAndIdsGoOnAfterIt() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b", "c", "d");
    Run run = Run.of("truncate", "--after", "2", "--yes", log);
    assertThat(run.status()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).startsWith("the log ends at entry 2; 2 entries cut off");
    assertThat(answering("e\n", "append", "--acks", log).out()).isEqualTo("3\n");
    assertThat(Run.of("cat", "--ids", log).out()).isEqualTo("1\ta\n2\tb\n3\te\n");
    assertThat(Run.of("verify", log).status()).isZero();
    assertThat(Run.of("truncate", log, "--after", "0", "--yes", "--json").out())
        .isEqualTo("{\"last\":0,\"cut\":3}\n");
    assertThat(Run.of("cat", log).out()).isEmpty();
  }

  @Test
  void aJournalOfPekkoIsRefused() throws IOException {
    Path log = tmp.resolve("log");
    Schema schema = Schema.of("application/vnd.durability.pekko-journal", new byte[] {1});
    try (WalWriter<byte[]> writer =
        WalWriter.open(FsDirectory.open(log), Codecs.bytes(schema), WalOptions.defaults())) {
      writer.append(new byte[] {1});
      writer.append(new byte[] {2});
    }
    var before = Logs.content(log);
    Run run = Run.of("truncate", "--after", "1", "--yes", log);
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.err())
        .contains("the journal of an actor system", "only copies of older events", "deleteMess");
    assertThat(Logs.content(log)).isEqualTo(before);
  }

  @Test
  void itSaysWhatBecomesVoidAndAsks() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b", "c");
    Run run = answering("yes\n", "truncate", "--after", "1", log);
    assertThat(run.status()).isZero();
    assertThat(run.err()).contains("makes 2 entries void: 2 to 3. Type yes to go on");
    assertThat(Run.of("cat", log).out()).isEqualTo("a\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no\n", "y\n", "yes and more\n", "YES\n"})
  void anyOtherAnswerChangesNothing(String answer) throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b");
    var before = Logs.content(log);
    Run run = answering(answer, "truncate", "--after", "1", log);
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.err()).contains("the answer was not yes; nothing was changed");
    assertThat(Logs.content(log)).isEqualTo(before);
  }

  @Test
  void whatCannotBeCutOffIsRefusedAndNothingIsChanged() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b");
    var before = Logs.content(log);
    for (String id : new String[] {"3", "-1"}) {
      Run run = Run.of("truncate", "--after=" + id, "--yes", log);
      assertThat(run.status()).isEqualTo(3);
      assertThat(run.err()).contains("the log ends at entry 2; nothing was changed");
    }
    Run without = Run.of("truncate", "--yes", log);
    assertThat(without.status()).isEqualTo(3);
    assertThat(without.err()).contains("--after");
    assertThat(Run.of("truncate", "--after=0", "--yes", tmp.resolve("none")).err())
        .contains("no such file or directory");
    assertThat(Logs.content(log)).isEqualTo(before);
  }

  @Test
  void whatWasAppendedAfterTheQuestionIsNotCutOff() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b");
    InputStream answer =
        new ByteArrayInputStream("yes\n".getBytes(StandardCharsets.UTF_8)) {
          @Override
          public synchronized int read() {
            if (pos == 0) {
              append(log);
            }
            return super.read();
          }

          @Override
          public synchronized int read(byte[] target, int from, int length) {
            throw new AssertionError("the answer is read a byte at a time");
          }
        };
    Run run = Run.withInput(answer, "truncate", "--after", "1", log);
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.err()).contains("another process appended to it; nothing was cut off");
    assertThat(Run.of("cat", log).out()).isEqualTo("a\nb\nc\n");
  }

  private static void append(Path log) {
    try {
      assertThat(answering("c\n", "append", log).status()).isZero();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void nothingIsAskedIfNothingIsCutOff() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b");
    Run run = answering("", "truncate", "--after", "2", log);
    assertThat(run.status()).isZero();
    assertThat(run.out()).startsWith("the log ends at entry 2; 0 entries cut off");
  }

  @Test
  void whatACheckpointCoversStays() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b");
    try (WalWriter<byte[]> writer =
        WalWriter.open(FsDirectory.open(log), LineCodec.INSTANCE, WalOptions.defaults())) {
      writer.appendCheckpoint(2, "");
    }
    Run run = Run.of("truncate", "--after", "1", "--yes", log);
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.err()).contains("a checkpoint covers it up to entry 2");
    assertThat(Run.of("verify", log).status()).isZero();
  }

  @Test
  void theHelpTellsHowToLookAtWhatWasCutOff() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b", "c");
    assertThat(Run.of("truncate", "--after", "1", "--yes", log).status()).isZero();
    assertThat(Run.of("help", "truncate").out().replaceAll("\\s+", " "))
        .contains("copy DIR, delete the last file of wal/ from the copy");
    List<Path> segments;
    try (Stream<Path> files = Files.list(log.resolve("wal"))) {
      segments = files.filter(file -> file.toString().endsWith(".wal")).sorted().toList();
    }
    Files.delete(segments.get(segments.size() - 1));
    assertThat(Run.of("cat", log).out()).isEqualTo("a\nb\nc\n");
  }
}
