package dev.durability.wal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codecs;
import dev.durability.errors.FormatException;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.segment.SegmentName;
import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of the Rust crate with the same name are told as such, by writers and readers. */
class ForeignLogTest {
  private final Directory directory = new MemoryDirectory();

  /** A header of the crate: magic, version, and whatever follows. */
  private void put(String path, String magic, int bytes) throws IOException {
    byte[] content = Arrays.copyOf((magic + "\3\0\0\0").getBytes(ISO_8859_1), bytes);
    try (AppendFile file = directory.create(path, 0)) {
      file.write(ByteBuffer.wrap(content));
    }
  }

  private void assertRefused(ThrowingCallable call, String file, String magic) {
    assertThatThrownBy(call)
        .isInstanceOf(FormatException.class)
        .hasMessageContaining(file)
        .hasMessageContaining(magic)
        .hasMessageContaining("Rust crate");
  }

  @ParameterizedTest
  @ValueSource(strings = {"wal_1.log", "wal_10.log", "wal_+7.log", "wal_18446744073709551615.log"})
  void directoryWithASegmentOfTheCrateIsRefusedByAllAndNothingIsCreated(String name)
      throws IOException {
    directory.createDirectories("wal");
    put("wal/" + name, "VWAL", 24);
    assertRefused(() -> Logs.open(directory), name, "VWAL");
    assertRefused(() -> Logs.verdict(directory), name, "VWAL");
    assertRefused(() -> Logs.entries(directory), name, "VWAL");
    assertRefused(() -> WalMaintenance.segments(directory), name, "VWAL");
    assertRefused(() -> WalMaintenance.checkpoints(directory), name, "VWAL");
    assertRefused(() -> WalMaintenance.truncate(directory, 1), name, "VWAL");
    assertRefused(() -> WalReader.of(directory, Codecs.utf8()).follow(1), name, "VWAL");
    // Some versions of the crate take the lock's file for a writer.
    assertThat(directory.list("wal")).containsExactly(name);
  }

  @Test
  void besideALogOfOursItIsRefusedToo() throws IOException {
    Logs.open(directory).close();
    put("wal/wal_2.log", "VWAL", 100);
    assertRefused(() -> Logs.open(directory), "wal/wal_2.log", "VWAL");
    assertRefused(() -> Logs.verdict(directory), "wal/wal_2.log", "VWAL");
  }

  @Test
  void otherNamesAndOtherContentsAreIgnored() throws IOException {
    directory.createDirectories("wal");
    put("wal/wal_x.log", "VWAL", 24);
    put("wal/wal_1.log.tmp", "VWAL", 24);
    put("wal/wal_1.txt", "VWAL", 24);
    put("wal/wal_1.log", "text", 24);
    put("wal/wal_2.log", "VWA", 3);
    put("wal/wal_3.log", "", 0);
    try (WalWriter<String> log = Logs.open(directory)) {
      log.appendDurable("one");
    }
    assertThat(Logs.entries(directory)).containsExactly("one");
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 24, 64, 1000})
  void recordLogOfTheCrateIsRefusedAndLeftAsItIs(int bytes) throws IOException {
    put("events.log", "VRLG", bytes);
    byte[] before = Logs.bytes(directory, "events.log");
    assertRefused(
        () -> RecordLogWriter.open(directory, "events.log", Codecs.utf8()), "events.log", "VRLG");
    assertRefused(
        () -> RecordLogReader.of(directory, "events.log", Codecs.utf8()).list(),
        "events.log",
        "VRLG");
    assertThat(Logs.bytes(directory, "events.log")).isEqualTo(before);
    assertThat(directory.list("")).containsExactly("events.log");
  }

  /** A log that would start empty beside what is left of another. */
  @ParameterizedTest
  @ValueSource(strings = {"5.ckpt", "00000000000000000005.ckpt", "state"})
  void checkpointsOfTheCrateWithoutALogOfOursAreRefusedByAllAndNothingIsCreated(String name)
      throws IOException {
    directory.createDirectories("checkpoints");
    put("checkpoints/0", "text", 30);
    put("checkpoints/" + name, "VCKP", 30);
    for (int round = 0; round < 2; round++) {
      assertRefused(() -> Logs.open(directory), name, "VCKP");
      assertRefused(() -> Logs.verdict(directory), name, "VCKP");
      assertRefused(() -> Logs.entries(directory), name, "VCKP");
      assertRefused(() -> WalMaintenance.segments(directory), name, "VCKP");
      assertThat(directory.exists("wal")).isEqualTo(round == 1);
      directory.createDirectories("wal");
    }
    assertThat(directory.list("wal")).isEmpty();
  }

  @Test
  void besideALogOfOursAFileOfTheCrateUnderAnotherNameIsIgnored() throws IOException {
    Logs.open(directory).close();
    directory.createDirectories("checkpoints");
    put("checkpoints/state", "VCKP", 30);
    try (WalWriter<String> log = Logs.open(directory)) {
      log.appendDurable("one");
    }
    assertThat(Logs.entries(directory)).containsExactly("one");
  }

  @Test
  void checkpointOfTheCrateIsRefused() throws IOException {
    Logs.open(directory).close();
    directory.createDirectories("checkpoints");
    String path = Checkpoints.pathOf(5);
    put(path, "VCKP", 30);
    assertRefused(
        () -> Checkpoints.in(directory, Clock.systemUTC()).read(path, in -> 1), path, "VCKP");
    assertRefused(() -> Logs.open(directory), path, "VCKP");
    assertRefused(() -> Logs.verdict(directory), path, "VCKP");
  }

  @Test
  void anyMagicUnderAnyOfOurNamesIsNamed() throws IOException {
    for (Map.Entry<String, String> each :
        Map.of("VWAL", "write-ahead log", "VRLG", "record log", "VCKP", "checkpoint").entrySet()) {
      Directory fresh = new MemoryDirectory();
      fresh.createDirectories("wal");
      String path = new SegmentName(1, 1).path();
      try (AppendFile file = fresh.create(path, 0)) {
        file.write(ByteBuffer.wrap(Arrays.copyOf(each.getKey().getBytes(ISO_8859_1), 64)));
      }
      for (ThrowingCallable call :
          List.<ThrowingCallable>of(() -> Logs.open(fresh), () -> Logs.verdict(fresh))) {
        assertThatThrownBy(call)
            .isInstanceOf(FormatException.class)
            .hasMessageContaining(path)
            .hasMessageContaining(each.getValue());
      }
    }
  }
}
