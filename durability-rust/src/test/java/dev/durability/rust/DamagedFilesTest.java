package dev.durability.rust;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.FormatException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every cut and every flipped bit of the golden files: a verdict, only exceptions that are
 * declared, and never an entry that was not written.
 */
class DamagedFilesTest {

  /** What reading a log gave. */
  private record Outcome(List<String> entries, String end) {
    boolean isPrefixOf(List<String> written) {
      return entries.size() <= written.size() && entries.equals(written.subList(0, entries.size()));
    }
  }

  private static Outcome read(Map<String, byte[]> files, CrateReading reading) throws IOException {
    List<String> entries = new ArrayList<>();
    try {
      CrateEnding ending =
          CrateLog.in(new ByteFiles(files), reading)
              .replay((id, payload) -> entries.add(id + HexFormat.of().formatHex(payload)));
      return new Outcome(entries, ending.kind().name());
    } catch (CorruptLogException e) {
      assertThat(e.offset()).isBetween(0L, (long) files.get(e.file()).length);
      assertThat(e).hasMessageStartingWith(e.file() + " at offset " + e.offset() + ": ");
      return new Outcome(entries, "CORRUPT");
    } catch (FormatException e) {
      return new Outcome(entries, "OTHER");
    }
  }

  /** The verdict; what it leaves out is within the file. */
  private static String verify(Map<String, byte[]> files, int intact) throws IOException {
    try {
      CrateReport report = CrateLog.in(new ByteFiles(files), CrateReading.strict()).verify();
      assertThat(report.entries()).isEqualTo(intact);
      for (LeftOut each : report.leftOut()) {
        assertThat(each.bytes()).isNotNegative();
        assertThat(each.offset() + each.bytes()).isEqualTo(files.get(each.file()).length);
      }
      assertThat(report.verdict() == CrateVerdict.CLEAN).isEqualTo(report.reason() == null);
      assertThat(report.verdict() == CrateVerdict.CLEAN).isEqualTo(report.leftOut().isEmpty());
      return report.verdict().name();
    } catch (FormatException e) {
      return "OTHER";
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "wal_v2_multiseg/data",
        "wal_v3_multiseg/data",
        "wal_v2_str/data",
        "wal_v3_str/data",
        "wal_v3_bytes/data",
        "wal_v2_prealloc_crashed/data",
        "wal_v3_prealloc_crashed/data",
        "recover_v3/stage2_appended"
      })
  void everyCutOfALogGivesThePrefixBeforeIt(String group) throws IOException {
    Map<String, byte[]> files = Golden.files(group);
    files.keySet().removeIf(path -> !path.startsWith("wal/"));
    List<String> written = read(files, CrateReading.strict()).entries;
    List<SegmentFile> segments = SegmentFile.list(new ByteFiles(files));
    String last = segments.get(segments.size() - 1).path();
    for (SegmentFile segment : segments) {
      byte[] whole = files.get(segment.path());
      for (int size = 0; size < whole.length; size++) {
        Map<String, byte[]> cut = new TreeMap<>(files);
        cut.put(segment.path(), Arrays.copyOf(whole, size));
        Outcome gentle = read(cut, CrateReading.bestEffort());
        Outcome strict = read(cut, CrateReading.strict());
        String place = segment.path() + " cut to " + size;
        assertThat(gentle.isPrefixOf(written)).as(place).isTrue();
        assertThat(strict.entries).as(place).isEqualTo(gentle.entries);
        String verdict = verify(cut, gentle.entries.size());
        if (!segment.path().equals(last)) {
          assertThat(strict.end + gentle.end + verdict).as(place).isEqualTo("CORRUPT".repeat(3));
          continue;
        }
        boolean isWhole = !strict.end.equals("CORRUPT");
        assertThat(gentle.end).as(place).isNotEqualTo("CORRUPT");
        assertThat(verdict).as(place).isEqualTo(isWhole || size == 0 ? "CLEAN" : "TORN");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "wal_v2_multiseg/data",
        "wal_v3_multiseg/data",
        "wal_v2_str/data",
        "wal_v3_str/data",
        "wal_v2_prealloc_crashed/data_after_resume_0.5.0",
        "wal_v3_prealloc_crashed/data",
        "recover_v2/stage4_appended"
      })
  void everyFlippedBitOfALogIsSeen(String group) throws IOException {
    Map<String, byte[]> files = Golden.files(group);
    files.keySet().removeIf(path -> !path.startsWith("wal/"));
    List<String> written = read(files, CrateReading.strict()).entries;
    for (Map.Entry<String, byte[]> file : Map.copyOf(files).entrySet()) {
      byte[] content = file.getValue().clone();
      files.put(file.getKey(), content);
      for (int bit = 0; bit < content.length * 8; bit++) {
        content[bit / 8] ^= (byte) (1 << bit % 8);
        String place = group + " " + file.getKey() + " bit " + bit;
        Outcome strict = read(files, CrateReading.strict());
        assertThat(strict.isPrefixOf(written)).as(place).isTrue();
        assertThat(strict.end).as(place).isIn("CORRUPT", "OTHER");
        Outcome gentle = read(files, CrateReading.bestEffort().acceptingNewerChecksums());
        assertThat(gentle.isPrefixOf(written)).as(place).isTrue();
        assertThat(verify(files, strict.entries.size())).as(place).isNotEqualTo("CLEAN");
        content[bit / 8] ^= (byte) (1 << bit % 8);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"checkpoint_v1", "checkpoint_v2"})
  void everyCutAndFlippedBitOfACheckpointIsSeen(String group) throws IOException {
    Map<String, byte[]> files = Golden.files(group + "/data");
    files.keySet().removeIf(path -> !path.matches("checkpoints/c\\d.chk"));
    assertThat(files).hasSize(4);
    for (Map.Entry<String, byte[]> file : Map.copyOf(files).entrySet()) {
      byte[] whole = file.getValue();
      for (int size = 0; size < whole.length; size++) {
        files.put(file.getKey(), Arrays.copyOf(whole, size));
        assertThat(checkpoint(files, file.getKey())).as("cut to %s", size).isEqualTo("CORRUPT");
      }
      byte[] content = whole.clone();
      files.put(file.getKey(), content);
      for (int bit = 0; bit < content.length * 8; bit++) {
        content[bit / 8] ^= (byte) (1 << bit % 8);
        boolean isIdOfVersion1 = group.endsWith("1") && bit / 8 >= 8 && bit / 8 < 16;
        assertThat(checkpoint(files, file.getKey()))
            .as("%s bit %s", file.getKey(), bit)
            .isIn(isIdOfVersion1 ? List.of("WHOLE") : List.of("CORRUPT", "OTHER"));
        content[bit / 8] ^= (byte) (1 << bit % 8);
      }
    }
  }

  private static String checkpoint(Map<String, byte[]> files, String path) throws IOException {
    ByteFiles directory = new ByteFiles(files);
    try {
      CrateCheckpoint checkpoint = CrateCheckpoint.open(directory, path, CrateReading.strict());
      byte[] payload = checkpoint.read(directory, Checkpoints.parser(Codecs.bytes()));
      assertThat(payload).hasSize((int) checkpoint.payloadBytes());
      return "WHOLE";
    } catch (CorruptLogException e) {
      assertThat(e.file()).isEqualTo(path);
      return "CORRUPT";
    } catch (FormatException e) {
      return "OTHER";
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"log.bin", "raw.bin"})
  void everyCutAndFlippedBitOfARecordLogIsSeen(String path) throws IOException {
    Map<String, byte[]> files = Golden.files("recordlog/data");
    byte[] whole = files.get(path);
    List<String> written = records(files, path, CrateReading.strict()).entries;
    for (int size = 0; size < whole.length; size++) {
      files.put(path, Arrays.copyOf(whole, size));
      Outcome gentle = records(files, path, CrateReading.bestEffort());
      Outcome strict = records(files, path, CrateReading.strict());
      assertThat(gentle.isPrefixOf(written)).as("cut to %s", size).isTrue();
      assertThat(gentle.end).as("cut to %s", size).isNotEqualTo("CORRUPT");
      assertThat(strict.entries).isEqualTo(gentle.entries);
      assertThat(strict.end.equals("CORRUPT")).isEqualTo(!gentle.end.equals("WHOLE"));
    }
    byte[] content = whole.clone();
    files.put(path, content);
    for (int bit = 0; bit < content.length * 8; bit++) {
      content[bit / 8] ^= (byte) (1 << bit % 8);
      Outcome strict = records(files, path, CrateReading.strict());
      assertThat(strict.isPrefixOf(written)).as("bit %s", bit).isTrue();
      assertThat(strict.end).as("bit %s", bit).isIn("CORRUPT", "OTHER");
      content[bit / 8] ^= (byte) (1 << bit % 8);
    }
  }

  private static Outcome records(Map<String, byte[]> files, String path, CrateReading reading)
      throws IOException {
    List<String> records = new ArrayList<>();
    try {
      CrateEnding ending =
          CrateRecordLog.in(new ByteFiles(files), path, reading)
              .replay((number, record) -> records.add(number + HexFormat.of().formatHex(record)));
      return new Outcome(records, ending.kind().name());
    } catch (CorruptLogException e) {
      assertThat(e.file()).isEqualTo(path);
      return new Outcome(records, "CORRUPT");
    } catch (FormatException e) {
      return new Outcome(records, "OTHER");
    }
  }
}
