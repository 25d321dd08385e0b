package dev.durability.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.recordlog.RecordLogMaintenance;
import dev.durability.recordlog.RecordLogOptions;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.QuarantinedFile;
import dev.durability.storage.ReadFile;
import dev.durability.testkit.Fault;
import dev.durability.testkit.FaultDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What openings cut off is kept within a bound, listed, and removed when asked. */
class QuarantinedTest {
  private static final String RECORDS = "events.log";

  private final Directory directory = new MemoryDirectory();

  /** Leaves the end of a write that a crash cut off, of so many bytes. */
  private void tear(String path, int bytes) throws IOException {
    byte[] torn = new byte[bytes];
    Arrays.fill(torn, (byte) 0x5a);
    long size;
    try (ReadFile file = directory.open(path)) {
      size = file.size();
    }
    try (AppendFile file = directory.resume(path, size)) {
      file.write(ByteBuffer.wrap(torn));
      file.sync();
    }
  }

  private void tearLog(int bytes) throws IOException {
    List<String> segments = Logs.segments(directory);
    tear("wal/" + segments.get(segments.size() - 1), bytes);
  }

  private static WalOptions keeping(long bytesMax) {
    return Logs.small().quarantineBytesMax(bytesMax).build();
  }

  private void appendTo(WalOptions options) throws IOException {
    try (WalWriter<String> log = Logs.open(directory, options)) {
      log.appendDurable("an entry");
    }
  }

  private List<Long> sizes() throws IOException {
    return WalMaintenance.quarantined(directory).stream().map(QuarantinedFile::bytes).toList();
  }

  @Test
  void oldestGoFirstAndWhatThisOpeningKeptNeverGoes() throws IOException {
    appendTo(keeping(250));
    List<List<Long>> kept = new ArrayList<>();
    for (int bytes : new int[] {101, 102, 103, 300, 10, 20}) {
      tearLog(bytes);
      appendTo(keeping(250));
      kept.add(sizes());
    }
    assertThat(kept)
        .containsExactly(
            List.of(101L),
            List.of(101L, 102L),
            List.of(102L, 103L),
            List.of(300L),
            List.of(10L),
            List.of(10L, 20L));
    tearLog(7);
    appendTo(keeping(0));
    assertThat(sizes()).containsExactly(7L);
    appendTo(keeping(0));
    assertThat(sizes()).as("an opening that keeps nothing removes nothing").containsExactly(7L);
    assertThat(Logs.entries(directory)).hasSize(9);
  }

  @Test
  void boundIsFiniteByDefault() {
    assertThat(WalOptions.defaults().quarantineBytesMax()).isEqualTo(256L << 20);
    assertThat(RecordLogOptions.defaults().quarantineBytesMax()).isEqualTo(256L << 20);
    assertThatThrownBy(() -> WalOptions.builder().quarantineBytesMax(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("quarantineBytesMax is -1");
    assertThatThrownBy(() -> RecordLogOptions.builder().quarantineBytesMax(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("quarantineBytesMax is -1");
  }

  private void appendToRecords(long quarantineBytesMax) throws IOException {
    try (RecordLogWriter<String> log =
        RecordLogWriter.open(
            directory,
            RECORDS,
            Codecs.utf8(),
            RecordLogOptions.builder().quarantineBytesMax(quarantineBytesMax).build())) {
      log.append("a record");
      log.sync();
    }
  }

  @Test
  void logsInOneDirectoryKeepAndRemoveEachTheirOwn() throws IOException {
    appendTo(keeping(100));
    appendToRecords(100);
    for (int bytes : new int[] {60, 61, 62}) {
      tearLog(bytes);
      tear(RECORDS, bytes + 10);
      appendTo(keeping(130));
      appendToRecords(150);
    }
    assertThat(sizes()).containsExactly(61L, 62L);
    List<QuarantinedFile> records = RecordLogMaintenance.quarantined(directory, RECORDS);
    assertThat(records).extracting(QuarantinedFile::bytes).containsExactly(71L, 72L);
    assertThat(records)
        .extracting(QuarantinedFile::path)
        .allSatisfy(path -> assertThat(path).startsWith("quarantine/events.log@"));

    assertThatThrownBy(() -> WalMaintenance.removeQuarantined(directory, records))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("events.log@");
    RecordLogMaintenance.removeQuarantined(directory, RECORDS, records.subList(0, 1));
    assertThat(RecordLogMaintenance.quarantined(directory, RECORDS))
        .isEqualTo(records.subList(1, 2));
    List<QuarantinedFile> segments = WalMaintenance.quarantined(directory);
    try (WalWriter<String> log = Logs.open(directory)) {
      WalMaintenance.removeQuarantined(directory, segments); // Beside a writer, too.
      log.appendDurable("goes on");
    }
    WalMaintenance.removeQuarantined(directory, segments); // Gone already: as asked for.
    assertThat(WalMaintenance.quarantined(directory)).isEmpty();
    assertThat(RecordLogReader.of(directory, RECORDS, Codecs.utf8()).list()).hasSize(4);
  }

  @Test
  void nothingElseCanBeRemoved() throws IOException {
    appendTo(keeping(100));
    tearLog(5);
    appendTo(keeping(100));
    List<QuarantinedFile> kept = WalMaintenance.quarantined(directory);
    String name = kept.get(0).path().substring("quarantine/".length());
    directory.create("quarantine/notes", 0).close();
    for (String path :
        List.of(
            "wal/" + Logs.segments(directory).get(0),
            "quarantine/notes",
            "quarantine/" + name + ".tmp",
            "quarantine/../" + name,
            name,
            "")) {
      assertThatThrownBy(
              () ->
                  WalMaintenance.removeQuarantined(
                      directory, List.of(kept.get(0), new QuarantinedFile(path, 1))))
          .as(path)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("nothing was removed");
    }
    assertThat(WalMaintenance.quarantined(directory)).isEqualTo(kept);
    assertThat(directory.exists("quarantine/notes")).isTrue();
  }

  @Test
  void orderIsThatOfPlacesAndNotOfLetters() throws IOException {
    directory.createDirectories("quarantine");
    String first = "quarantine/00000000000000000009-00000000000000000009.wal@";
    String second = "quarantine/00000000000000000010-00000000000000000001.wal@";
    List<String> expected =
        List.of(first + "64-1", first + "64-2", first + "64-10", first + "1000-1", second + "64-1");
    for (String path : expected) {
      directory.create(path, 0).close();
    }
    directory.create("quarantine/x.wal@64-1", 0).close();
    directory.create(first + "64-1.tmp", 0).close();
    assertThat(WalMaintenance.quarantined(directory))
        .extracting(QuarantinedFile::path)
        .isEqualTo(expected);
  }

  @Test
  void openingThatCannotKeepTheBoundFailsAndTheNextOneDoes() throws IOException {
    FaultDirectory failing = new FaultDirectory(directory);
    appendTo(keeping(100));
    tearLog(70);
    appendTo(keeping(100));
    tearLog(71);
    for (Fault.Operation operation :
        List.of(Fault.Operation.DELETE, Fault.Operation.LIST, Fault.Operation.OPEN)) {
      failing.inject(Fault.of(operation).on(path -> path.startsWith("quarantine")));
      assertThatThrownBy(() -> Logs.open(failing, keeping(100))).isInstanceOf(IOException.class);
      failing.heal();
    }
    Logs.open(failing, keeping(100)).close();
    assertThat(sizes()).containsExactly(71L);
    assertThat(Logs.entries(directory)).hasSize(2);
  }
}
