package dev.durability.wal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.errors.CorruptLogException;
import dev.durability.format.DocumentedReader;
import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.storage.AppendFile;
import dev.durability.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A small log, cut at every byte and with every bit flipped: the verdict is the one of a reader
 * that was written from docs/format.md alone, no entry appears that was not written, and where the
 * log opens, nothing that was cut comes back.
 */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
@Tag("slow")
class WalDamageTest {
  private static final List<String> WRITTEN =
      List.of("a", "bb", "ccc", "part 1", "part 2", "part 3", "d", "unsynced");

  @TempDir Path root;

  /** Two segments: one that ended, and one that did, or as the death of the process leaves it. */
  private static NavigableMap<String, byte[]> log(boolean closed) throws IOException {
    MemoryDirectory directory = new MemoryDirectory();
    try (WalWriter<String> log = Logs.open(directory)) {
      log.appendDurable("a");
      log.append("bb");
    }
    NavigableMap<String, byte[]> files = new TreeMap<>();
    try (WalWriter<String> log = Logs.open(directory)) {
      log.appendDurable("ccc");
      log.appendBatch(WRITTEN.subList(3, 6));
      log.appendDurable("d");
      log.append("unsynced");
      copy(directory, files);
    }
    if (closed) {
      copy(directory, files);
    }
    return files;
  }

  private static void copy(MemoryDirectory directory, Map<String, byte[]> files)
      throws IOException {
    for (String segment : Logs.segments(directory)) {
      files.put(segment, Logs.bytes(directory, "wal/" + segment));
    }
  }

  @Test
  void everyCutOfEachSegmentEndsInTheVerdictOfTheRule() throws IOException {
    Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
    for (boolean closed : new boolean[] {false, true}) {
      Map<String, byte[]> files = log(closed);
      for (String file : files.keySet()) {
        prepare(files);
        byte[] whole = bytes(files, file);
        for (int size = 0; size <= whole.length; size++) {
          Verdict verdict =
              check(files, file, Arrays.copyOf(whole, size), file + " cut at " + size);
          verdicts.merge(verdict, 1, Integer::sum);
        }
      }
    }
    assertThat(verdicts).containsKeys(Verdict.CLEAN, Verdict.TORN, Verdict.CORRUPT);
  }

  @Test
  void everyFlippedBitOfOpenLogEndsInTheVerdictOfTheRule() throws IOException {
    Map<Verdict, Integer> verdicts = flipBits(log(false), 0, 1);
    assertThat(verdicts).containsKeys(Verdict.TORN, Verdict.AMBIGUOUS, Verdict.CORRUPT);
  }

  @Test
  void everyFifthBitOfClosedLastSegmentEndsInTheVerdictOfTheRule() throws IOException {
    Map<Verdict, Integer> verdicts = flipBits(log(true), 1, 5);
    assertThat(verdicts).containsKeys(Verdict.CLEAN, Verdict.TORN, Verdict.CORRUPT);
  }

  private Map<Verdict, Integer> flipBits(Map<String, byte[]> files, int first, int step)
      throws IOException {
    Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
    for (String file : files.keySet().stream().skip(first).toList()) {
      prepare(files);
      byte[] whole = bytes(files, file);
      for (int bit = 0; bit < whole.length * 8; bit += step) {
        byte[] damaged = whole.clone();
        damaged[bit / 8] ^= (byte) (1 << bit % 8);
        Verdict verdict = check(files, file, damaged, file + " with bit " + bit + " flipped");
        verdicts.merge(verdict, 1, Integer::sum);
      }
    }
    return verdicts;
  }

  /** The files for the other reader; what is damaged is written over, and put right again. */
  private void prepare(Map<String, byte[]> files) throws IOException {
    Path target = Files.createDirectories(root.resolve("wal"));
    for (Map.Entry<String, byte[]> each : files.entrySet()) {
      Files.write(target.resolve(each.getKey()), each.getValue());
    }
  }

  private static byte[] bytes(Map<String, byte[]> files, String file) {
    byte[] bytes = files.get(file);
    if (bytes == null) {
      throw new AssertionError(file);
    }
    return bytes;
  }

  private Verdict check(Map<String, byte[]> files, String file, byte[] damaged, String what)
      throws IOException {
    MemoryDirectory directory = new MemoryDirectory();
    directory.createDirectories("wal");
    for (Map.Entry<String, byte[]> each : files.entrySet()) {
      byte[] content = each.getKey().equals(file) ? damaged : each.getValue();
      try (AppendFile out = directory.create("wal/" + each.getKey(), 0)) {
        out.write(ByteBuffer.wrap(content));
      }
    }
    Files.write(root.resolve("wal/" + file), damaged);
    LogReport report = WalMaintenance.verify(directory);
    DocumentedReader.Result rule = DocumentedReader.readLog(root);
    assertThat(report.verdict().name()).as(what).isEqualTo(rule.verdict());
    if (report.verdict() == Verdict.CORRUPT && what.hashCode() % 8 != 0) {
      return report.verdict();
    }
    if (report.verdict() == Verdict.CORRUPT) {
      // Once in a while: opening asks the same code for the verdict.
      assertThatThrownBy(() -> Logs.open(directory))
          .as(what)
          .isInstanceOf(CorruptLogException.class);
      return report.verdict();
    }
    assertThat(List.of(report.intact(), report.covered(), report.promised()))
        .as(what)
        .containsExactly(rule.intact(), rule.covered(), rule.promised());
    List<String> found = Logs.entries(directory);
    assertThat(found).as(what).isEqualTo(WRITTEN.subList(0, found.size()));
    assertThat(found).as(what).isEqualTo(texts(rule)).hasSize((int) report.intact());
    goesOn(directory, found, what);
    return report.verdict();
  }

  private static List<String> texts(DocumentedReader.Result rule) {
    return rule.entries().stream()
        .map(entry -> new String(HexFormat.of().parseHex(entry.value()), UTF_8))
        .toList();
  }

  private static void goesOn(MemoryDirectory directory, List<String> found, String what)
      throws IOException {
    List<String> expected = new ArrayList<>(found);
    expected.add("new");
    try (WalWriter<String> log = Logs.open(directory)) {
      assertThat(log.append("new")).as(what).isEqualTo(expected.size());
    }
    assertThat(Logs.verdict(directory)).as(what).isEqualTo(Verdict.CLEAN);
    assertThat(Logs.entries(directory)).as(what).isEqualTo(expected);
  }
}
