package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.durability.checkpoint.CheckpointPublisher;
import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codecs;
import dev.durability.log.LogReport;
import dev.durability.log.OpenMode;
import dev.durability.log.Verdict;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import dev.durability.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mistakes that are easily made are answered with what is wrong and what to do. */
class MistakesTest {
  private static final WalOptions OPEN_ONLY =
      WalOptions.builder().openMode(OpenMode.OPEN_ONLY).build();

  @TempDir private Path tmp;

  @Test
  void aDirectoryWithoutALogIsNamedWithTheWayOut() throws IOException {
    Directory directory = FsDirectory.open(tmp);
    List<ThrowingCallable> calls =
        List.of(
            () -> WalReader.of(directory, Codecs.utf8()).readAll(),
            () -> WalReader.of(directory, Codecs.utf8()).follow(1).close(),
            () -> WalWriter.open(directory, Codecs.utf8(), OPEN_ONLY).close(),
            () -> WalMaintenance.verify(directory),
            () -> WalMaintenance.truncate(directory, 1));
    String wal = tmp.toRealPath().resolve("wal").toString();
    for (ThrowingCallable call : calls) {
      assertThatExceptionOfType(NoSuchFileException.class)
          .isThrownBy(call)
          .withMessageStartingWith(wal + ": there is no log here: wal/ is missing. Use the dir");
    }
    assertThat(tmp).isEmptyDirectory();
    directory.createDirectories("wal");
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(calls.get(0))
        .withMessageContaining("wal/ has no segment. Use the directory that has");
  }

  @Test
  void aForeignLineAfterTheEndIsNoWriteThatBrokeOff() throws IOException {
    Directory directory = FsDirectory.open(tmp);
    try (WalWriter<String> log = openLines(directory)) {
      log.appendDurable("a");
    }
    LogReport clean = WalMaintenance.verify(directory);
    Path file = tmp.resolve(clean.end().file());
    Files.writeString(file, "a line\n", StandardOpenOption.APPEND);
    LogReport report = WalMaintenance.verify(directory);
    assertThat(report.verdict()).isEqualTo(Verdict.TORN);
    assertThat(report.reason())
        .startsWith("bytes that are not zero follow the END of the log: something else wrote them")
        .endsWith("nothing that was promised is missing");
    long withoutEnd = clean.end().offset() - 1;
    try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
      channel.truncate(withoutEnd);
    }
    assertThat(WalMaintenance.verify(directory).reason()).startsWith("the end was being written");
  }

  @Test
  void aPublisherElsewhereThanItsLogPublishesNothing() throws IOException {
    MemoryDirectory here = new MemoryDirectory();
    MemoryDirectory empty = new MemoryDirectory();
    MemoryDirectory other = new MemoryDirectory();
    openLines(other).close();
    try (WalWriter<String> log = openLines(here)) {
      long id = log.append("a");
      Checkpoints.Content content = out -> out.write("a".getBytes(StandardCharsets.UTF_8));
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(
              () -> CheckpointPublisher.of(empty, Clock.systemUTC(), log).publish(id, content))
          .withMessageContaining("the directory of the publisher has no log")
          .withMessageContaining(log.logId() + ": give the publisher the directory");
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(
              () ->
                  CheckpointPublisher.of(other, Clock.systemUTC(), log)
                      .publishTo("a.state", id, content))
          .withMessageContaining("has the log " + WalMaintenance.logId(other));
      for (Directory each : List.of(empty, other)) {
        assertThat(each.list("")).doesNotContain("a.state");
        assertThat(Checkpoints.in(each, Clock.systemUTC()).list()).isEmpty();
      }
      CheckpointPublisher right = CheckpointPublisher.of(here, Clock.systemUTC(), log);
      assertThat(right.publish(id, content).lastEntryId()).isEqualTo(id);
      assertThat(right.publish(id, content).lastEntryId()).isEqualTo(id);
    }
  }

  @Test
  void aRecordLogThatIsMissingIsNamed() throws IOException {
    Directory directory = FsDirectory.open(tmp);
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> RecordLogReader.of(directory, "none", Codecs.utf8()).list())
        .withMessageContaining(tmp.toRealPath().resolve("none").toString());
  }

  private static WalWriter<String> openLines(Directory directory) throws IOException {
    return WalWriter.open(directory, Codecs.utf8(), WalOptions.defaults());
  }
}
