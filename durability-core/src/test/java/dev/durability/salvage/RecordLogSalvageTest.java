package dev.durability.salvage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.codec.Codecs;
import dev.durability.errors.FormatException;
import dev.durability.frame.FileHeader;
import dev.durability.recordlog.RecordLogOptions;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.LogBuilder;
import dev.durability.wal.Logs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is found in a damaged record log. */
class RecordLogSalvageTest {
  private static final String FILE = "records";

  private final MemoryDirectory directory = new MemoryDirectory();

  @BeforeEach
  void fiveRecords() throws IOException {
    try (RecordLogWriter<String> writer =
        RecordLogWriter.open(directory, FILE, Codecs.utf8(), RecordLogOptions.defaults())) {
      for (int i = 1; i <= 5; i++) {
        long unused = writer.append("record" + i);
      }
    }
  }

  private byte[] bytes() throws IOException {
    return Logs.bytes(directory, FILE);
  }

  private void put(byte[] bytes) throws IOException {
    LogBuilder.put(directory, FILE, ByteBuffer.wrap(bytes));
  }

  private int offsetOf(String payload) throws IOException {
    return new String(bytes(), StandardCharsets.ISO_8859_1).indexOf(payload);
  }

  private Found found() throws IOException {
    Found found = new Found();
    Salvage.lookAtRecordLog(directory, FILE, found);
    return found;
  }

  @Test
  void ofAWholeOneAllIsFound() throws IOException {
    Found found = found();
    assertThat(found.shown).hasSize(5).containsEntry(5L, "record5");
    assertThat(found.ranges()).containsExactly("1-5");
    assertThat(found.missing).isEmpty();
    assertThat(found.remains).isEmpty();
  }

  @Test
  void whatIsDamagedIsToldByItsOffsetsAndWhatFollowsIsFound() throws IOException {
    int third = offsetOf("record3");
    byte[] bytes = bytes();
    bytes[third] ^= 1;
    put(bytes);
    Found found = found();
    assertThat(found.shown.keySet()).containsExactly(1L, 2L, 4L, 5L);
    assertThat(found.gaps()).containsExactly("3-3 LOST");
    MissingEntries gap = found.missing.get(0);
    assertThat(gap.after()).hasToString("Position[file=records, offset=%d]".formatted(third - 16));
    assertThat(gap.evidence()).contains("checksum", "records at offset ", "promises them");
  }

  @Test
  void aDamagedHeaderLosesNoRecordAndAnOtherVersionIsRefused() throws IOException {
    byte[] whole = bytes();
    byte[] bytes = whole.clone();
    Arrays.fill(bytes, 0, FileHeader.BYTES, (byte) 0x55);
    put(bytes);
    Found found = found();
    assertThat(found.shown).hasSize(5);
    assertThat(found.missing).isEmpty();
    System.arraycopy("VRLG".getBytes(StandardCharsets.US_ASCII), 0, whole, 0, 4);
    put(whole);
    assertThatThrownBy(this::found).isInstanceOf(FormatException.class);
    directory.delete(FILE);
    assertThatThrownBy(this::found).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void anEndThatWasCutIsTold() throws IOException {
    put(Arrays.copyOf(bytes(), offsetOf("record5") + 3));
    Found found = found();
    assertThat(found.shown).hasSize(4);
    assertThat(found.remains).extracting(EndRemains::lastEntryId).containsExactly(4L);
    put(new byte[200]);
    assertThat(found().gaps()).containsExactly("1-" + (Long.MAX_VALUE - 1) + " LOST");
  }
}
