package dev.durability.rust;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.FormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every cut and every flipped bit of the golden files: a verdict, only exceptions that are
 * declared, and never an entry that was not written.
 */
class DamagedFilesTest {
  private static final int LOGS = 20;
  private static final int CHECKPOINTS = 15;

  /** Every log among the golden files; some are in several directories. */
  static List<String> logs() throws IOException {
    Path golden = Golden.path("");
    Map<Map<String, String>, String> different = new LinkedHashMap<>();
    try (Stream<Path> all = Files.walk(golden)) {
      for (Path wal : all.filter(path -> path.endsWith("wal")).sorted().toList()) {
        String log = relative(golden, wal.getParent());
        different.putIfAbsent(Golden.hex(Golden.files(log + "/wal")), log);
      }
    }
    assertThat(different).hasSize(LOGS);
    return List.copyOf(different.values());
  }

  /** Every checkpoint among the golden files that is whole. */
  static List<String> checkpoints() throws IOException {
    Path golden = Golden.path("");
    Map<String, String> different = new LinkedHashMap<>();
    try (Stream<Path> all = Files.walk(golden)) {
      for (Path each : all.filter(path -> path.toString().endsWith(".chk")).sorted().toList()) {
        String path = relative(golden, each);
        byte[] content = Files.readAllBytes(each);
        if (checkpoint(new TreeMap<>(Map.of(path, content)), path).equals("WHOLE")) {
          different.putIfAbsent(Golden.HEX.formatHex(content), path);
        }
      }
    }
    assertThat(different).hasSize(CHECKPOINTS);
    return List.copyOf(different.values());
  }

  private static String relative(Path golden, @Nullable Path path) {
    return golden.relativize(Objects.requireNonNull(path)).toString().replace('\\', '/');
  }

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
  @MethodSource("logs")
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
  @MethodSource("logs")
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
  @MethodSource("checkpoints")
  void everyCutAndFlippedBitOfACheckpointIsSeen(String path) throws IOException {
    byte[] whole = Files.readAllBytes(Golden.path(path));
    Map<String, byte[]> files = new TreeMap<>();
    int length =
        CrateFormat.CHECKPOINT_HEADER_BYTES
            + (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong(16);
    for (int size = 0; size < length; size++) {
      files.put(path, Arrays.copyOf(whole, size));
      assertThat(checkpoint(files, path)).as("cut to %s", size).isEqualTo("CORRUPT");
    }
    byte[] content = whole.clone();
    files.put(path, content);
    for (int bit = 0; bit < length * 8; bit++) {
      content[bit / 8] ^= (byte) (1 << bit % 8);
      boolean isIdOfVersion1 = whole[4] == 1 && bit / 8 >= 8 && bit / 8 < 16;
      assertThat(checkpoint(files, path))
          .as("bit %s", bit)
          .isIn(isIdOfVersion1 ? List.of("WHOLE") : List.of("CORRUPT", "OTHER"));
      content[bit / 8] ^= (byte) (1 << bit % 8);
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
