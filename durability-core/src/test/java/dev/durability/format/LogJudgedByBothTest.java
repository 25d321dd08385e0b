package dev.durability.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codecs;
import dev.durability.log.LogReport;
import dev.durability.log.Verdict;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
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

  @Test
  void wholeAndDamagedLogsGetTheSameVerdictAndNumbers(@TempDir Path folder) throws Exception {
    Map<String, byte[]> whole = write(folder.resolve("whole"));
    assertThat(whole).hasSizeGreaterThan(4);
    DocumentedReader.Result result = DocumentedReader.readLog(folder.resolve("whole"));
    assertThat(result.verdict()).isEqualTo("CLEAN");
    // With the checkpoint gone and all segments there, everything is read.
    assertThat(result.intact()).isEqualTo(3 * (60 + 12 * 3) + 1L);

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
