package dev.durability.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codecs;
import dev.durability.errors.FormatException;
import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.storage.Directory;
import dev.durability.storage.ForwardingDirectory;
import dev.durability.storage.FsDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.storage.ReadFile;
import dev.durability.wal.LogBuilder;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalReplay;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs that the library wrote, whole and damaged, judged by it and from the page alone. */
class LogJudgedByBothTest {

  /** Writes a log of several segments, with batches and a checkpoint; returns its files. */
  private static Map<String, byte[]> write(Path root) throws IOException {
    FsDirectory directory = FsDirectory.open(root);
    WalOptions options = WalOptions.builder().segmentBytes(4096).preallocatedBytesMax(0).build();
    for (int round = 0; round < 3; round++) {
      try (WalWriter<String> writer = WalWriter.open(directory, Codecs.utf8(), options)) {
        for (int i = 0; i < 60; i++) {
          writer.append("entry " + "x".repeat(i));
          if (i % 5 == 0) {
            writer.appendBatch(List.of("a", "b".repeat(i), ""));
          }
          if (i % 9 == 0) {
            writer.sync();
          }
        }
        if (round == 0) {
          writer.sync();
          long covered = writer.lastDurableId();
          String path =
              Checkpoints.in(directory, Clock.systemUTC())
                  .write(writer.logId(), covered, out -> out.write(new byte[300]));
          writer.appendCheckpoint(covered, path);
        }
      }
    }
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String name = root.relativize(file).toString();
        if (name.endsWith(".wal") || name.endsWith(".ckpt")) {
          files.put(name, Files.readAllBytes(file));
        }
      }
    }
    return files;
  }

  @Tag("slow")
  @Test
  void wholeAndDamagedLogsGetTheSameVerdictAndNumbers(@TempDir Path folder) throws Exception {
    Map<String, byte[]> whole = write(folder.resolve("whole"));
    assertThat(whole).hasSizeGreaterThan(4);
    DocumentedReader.Result result = DocumentedReader.readLog(folder.resolve("whole"));
    assertThat(result.verdict()).isEqualTo("CLEAN");
    // With the checkpoint gone and all segments there, everything is read.
    assertThat(result.intact()).isEqualTo(3L * (60 + 12 * 3));

    Path root = folder.resolve("damaged");
    Files.createDirectories(root.resolve("wal"));
    Files.createDirectories(root.resolve("checkpoints"));
    FsDirectory directory = FsDirectory.open(root);
    long seed = 7;
    Random random = new Random(seed);
    Set<Verdict> seen = EnumSet.noneOf(Verdict.class);
    for (int op = 0; op < 500; op++) {
      Map<String, byte[]> files = new TreeMap<>(whole);
      damage(files, random);
      clear(root);
      for (var file : files.entrySet()) {
        Files.write(root.resolve(file.getKey()), file.getValue());
      }
      DocumentedReader.Result expected = DocumentedReader.readLog(root);
      LogReport actual = WalMaintenance.verify(directory);
      String context = "seed=" + seed + " op=" + op + " " + actual;
      assertThat(actual.verdict().name()).as(context).isEqualTo(expected.verdict());
      assertThat(actual.covered()).as(context).isEqualTo(expected.covered());
      if (actual.verdict() != Verdict.CORRUPT) {
        assertThat(actual.intact()).as(context).isEqualTo(expected.intact());
        assertThat(actual.promised()).as(context).isEqualTo(expected.promised());
      }
      seen.add(actual.verdict());
    }
    assertThat(seen).isEqualTo(EnumSet.allOf(Verdict.class));
  }

  /**
   * Logs with cuts and new beginnings, whole and damaged. {@code durability.format.logs} says how
   * many, {@code durability.format.seed} which.
   */
  @Tag("slow")
  @Test
  void logsWithCutsAndNewBeginningsAreJudgedAlikeByBoth() throws Exception {
    int logs = Integer.getInteger("durability.format.logs", 2500);
    long seed = Long.getLong("durability.format.seed", 11);
    Map<String, Integer> seen = new TreeMap<>();
    for (int op = 0; op < logs; op++) {
      Random random = new Random((seed * 1_000_003 + op) * 0x9e3779b97f4a7c15L);
      Map<String, byte[]> files = RandomLog.files(random);
      boolean whole = true;
      for (int i = random.nextInt(4); i > 1; i--) {
        new LogDamage(files, random).once();
        whole = false;
      }
      String verdict = judgedByBoth(files, "seed=" + seed + " op=" + op);
      if (whole) {
        assertThat(verdict)
            .as("seed=%d op=%d, as writers leave it", seed, op)
            .isNotEqualTo("CORRUPT");
      }
      seen.merge((whole ? "whole " : "damaged ") + verdict, 1, Integer::sum);
    }
    System.out.println(getClass().getSimpleName() + ": " + seen);
    assertThat(seen)
        .containsKeys("whole CLEAN", "whole TORN", "damaged CLEAN", "damaged TORN")
        .containsKeys("damaged AMBIGUOUS", "damaged CORRUPT", "damaged OTHER");
  }

  @Test
  void ofAPreambleTheLast1024DifferentCheckpointsCount() throws Exception {
    for (int more : List.of(1022, 1023, 1024)) {
      LogBuilder log = new LogBuilder(new MemoryDirectory()).segment(2, 5);
      log.checkpoint(1, "twice").checkpoint(4, "").checkpoint(1, "twice");
      for (int i = 0; i < more; i++) {
        log.checkpoint(3, "none" + i);
      }
      Map<String, byte[]> files = new TreeMap<>(Map.of(log.path(), log.bytes()));
      assertThat(judgedByBoth(files, more + " more"))
          .as("%d more", more)
          .isEqualTo(more < 1023 ? "CLEAN" : "CORRUPT");
    }
  }

  /** What a reader sees and what it is told. */
  private static List<String> outcome(Directory directory) {
    List<String> outcome = new ArrayList<>();
    try {
      outcome.add(WalMaintenance.verify(directory).toString());
      WalReader.of(directory, Codecs.bytes())
          .replay(
              WalReplay.START,
              Long.MAX_VALUE,
              (id, entry) -> outcome.add(id + " " + HexFormat.of().formatHex(entry)));
    } catch (IOException e) {
      outcome.add(e.toString());
    }
    return outcome;
  }

  /** The same files, mapped. */
  private static final class Mapped extends ForwardingDirectory {
    Mapped(Directory under) {
      super(under);
    }

    @Override
    public ByteBuffer map(String path) throws IOException {
      try (ReadFile file = open(path)) {
        ByteBuffer bytes = ByteBuffer.allocateDirect((int) file.size());
        while (bytes.hasRemaining() && file.read(bytes, bytes.position()) >= 0) {}
        return bytes.flip().asReadOnlyBuffer();
      }
    }
  }

  /** The verdict that both give, or OTHER if the log is of another version. */
  private static String judgedByBoth(Map<String, byte[]> files, String context) throws IOException {
    MemoryDirectory directory = new MemoryDirectory();
    directory.createDirectories("wal");
    for (var file : files.entrySet()) {
      LogBuilder.put(directory, file.getKey(), ByteBuffer.wrap(file.getValue()));
    }
    Supplier<String> told = () -> context + " " + told(files);
    DocumentedReader.Result page = null;
    try {
      page = DocumentedReader.readLog(files);
    } catch (DocumentedReader.OtherVersion otherVersion) {
      // As the library must find it.
    }
    assertThat(outcome(new Mapped(directory))).as(told).isEqualTo(outcome(directory));
    LogReport report;
    try {
      report = WalMaintenance.verify(directory);
    } catch (FormatException otherVersion) {
      assertThat(page).as(told).isNull();
      return "OTHER";
    } catch (NoSuchFileException noLog) {
      assertThat(page).as(told).isNotNull();
      assertThat(page.verdict()).as(told).isEqualTo("NONE");
      return "NONE";
    }
    assertThat(page).as(() -> told.get() + report).isNotNull();
    assertThat(report.verdict().name()).as(() -> told.get() + report).isEqualTo(page.verdict());
    assertThat(List.of(report.intact(), report.covered(), report.promised()))
        .as(() -> told.get() + report)
        .containsExactly(page.intact(), page.covered(), page.promised());
    if (report.verdict() != Verdict.CORRUPT) {
      assertThat(report.end().offset()).as(told).isEqualTo(page.end());
      assertThat(report.end().file()).as(told).isEqualTo(page.endFile());
      assertThat(
              WalReader.of(directory, Codecs.bytes()).readAll().stream()
                  .map(r -> r.id() + " " + HexFormat.of().formatHex(r.entry()))
                  .toList())
          .as(told)
          .isEqualTo(page.entries().stream().map(e -> e.id() + " " + e.value()).toList());
    }
    return report.verdict().name();
  }

  /** The files, each a line of its path and bytes. */
  private static String told(Map<String, byte[]> files) {
    StringBuilder text = new StringBuilder();
    files.forEach(
        (path, bytes) ->
            text.append('\n').append(path).append(' ').append(HexFormat.of().formatHex(bytes)));
    return text.append('\n').toString();
  }

  private static void clear(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        Files.delete(file);
      }
    }
  }

  private static void damage(Map<String, byte[]> files, Random random) {
    List<String> names = new ArrayList<>(files.keySet());
    List<String> segments = names.stream().filter(n -> n.endsWith(".wal")).toList();
    String last = segments.get(segments.size() - 1);
    switch (random.nextInt(6)) {
      case 0 -> files.remove(names.get(random.nextInt(names.size())));
      case 1 -> {
        String name = names.get(random.nextInt(names.size()));
        files.put(name, DocumentedReaderTest.damaged(files.get(name), random));
      }
      case 2 -> {
        files.put(last, DocumentedReaderTest.damaged(files.get(last), random));
        files.put(last, DocumentedReaderTest.damaged(files.get(last), random));
      }
      case 3 -> {
        // A prefix is gone, as after a truncation, and the checkpoint may be.
        int gone = random.nextInt(segments.size());
        segments.subList(0, gone).forEach(files::remove);
        if (random.nextBoolean()) {
          files.keySet().removeIf(n -> n.endsWith(".ckpt"));
        }
      }
      case 4 -> {
        // Something stands behind the END of any segment.
        String name = segments.get(random.nextInt(segments.size()));
        byte[] bytes = files.get(name);
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 64);
        longer[bytes.length + random.nextInt(64)] = (byte) random.nextInt(2);
        files.put(name, longer);
      }
      default -> files.put(last, DocumentedReaderTest.damaged(files.get(last), random));
    }
  }
}
