package dev.durability.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.recordlog.RecordLogReader;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.storage.FsDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentedReaderTest {

  private static void put(Path root, String path, byte[] bytes) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }

  @Test
  void logsOfTheVectorsAreJudgedAsTheyAskFor(@TempDir Path folder) throws Exception {
    int n = 0;
    for (Vectors.Log log : Vectors.logs()) {
      Path root = folder.resolve("log" + n++);
      for (var file : log.files().entrySet()) {
        put(root, file.getKey(), file.getValue());
      }
      DocumentedReader.Result result = DocumentedReader.readLog(root);
      assertThat(result.verdict()).as(log.name()).isEqualTo(log.verdict());
      if (!log.verdict().equals("CORRUPT")) {
        assertThat(List.of(result.intact(), result.covered(), result.promised()))
            .as(log.name())
            .containsExactly(log.intact(), log.covered(), log.promised());
        assertThat(
                result.entries().stream()
                    .map(e -> new Vectors.Entry(e.id(), e.kind(), e.value()))
                    .toList())
            .as(log.name())
            .isEqualTo(log.entries());
      }
    }
    assertThat(n).isEqualTo(53);
  }

  @Test
  void filesOfTheVectorsThatAreOfAnotherVersionAreRefused(@TempDir Path folder) throws Exception {
    Map<String, byte[]> unsupported = Vectors.unsupported();
    for (var file : unsupported.entrySet()) {
      Path root = folder.resolve(file.getKey());
      if (file.getKey().contains("checkpoint")) {
        put(root, "c.ckpt", file.getValue());
        assertThatThrownBy(() -> DocumentedReader.readCheckpoint(root.resolve("c.ckpt")))
            .as(file.getKey())
            .isInstanceOf(DocumentedReader.OtherVersion.class);
      } else {
        put(root, "wal/00000000000000000001-00000000000000000001.wal", file.getValue());
        assertThatThrownBy(() -> DocumentedReader.readLog(root))
            .as(file.getKey())
            .isInstanceOf(DocumentedReader.OtherVersion.class);
      }
    }
    assertThat(unsupported).hasSize(3);
  }

  @Test
  void checkpointsOfTheVectorsAreRead(@TempDir Path folder) throws Exception {
    for (Vectors.Checkpoint expected :
        List.of(Vectors.aCheckpoint(), Vectors.checkpointWithSchema())) {
      put(folder, "c.ckpt", expected.file());
      DocumentedReader.Checkpoint found = DocumentedReader.readCheckpoint(folder.resolve("c.ckpt"));
      assertThat(found).isNotNull();
      assertThat(found.lastEntryId()).isEqualTo(expected.lastEntryId());
      assertThat(found.payload()).isEqualTo(expected.payload());
      assertThat(
              found.schemas().stream()
                  .map(schema -> List.of(schema.mediaType(), schema.descriptor()))
                  .toList())
          .isEqualTo(expected.schemas());
    }
    assertThat(Vectors.checkpointWithSchema().schemas()).hasSize(1);
  }

  @Test
  void recordLogOfTheVectorsIsRead(@TempDir Path folder) throws Exception {
    put(folder, "r.rlog", Vectors.recordLog());
    DocumentedReader.Result records = DocumentedReader.readRecordLog(folder.resolve("r.rlog"));
    assertThat(records.verdict()).isEqualTo("CLEAN");
    assertThat(records.entries().stream().map(DocumentedReader.Entry::value).toList())
        .isEqualTo(Vectors.records())
        .hasSize(2);
  }

  @Test
  void exampleOnThePageIsWhatThePageSays(@TempDir Path folder) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Matcher lines =
        Pattern.compile("^([0-9a-f]{4})  ((?:[0-9a-f]{2} ){15}[0-9a-f]{2}) ", Pattern.MULTILINE)
            .matcher(Files.readString(page()));
    while (lines.find()) {
      assertThat(Integer.parseInt(lines.group(1), 16)).isEqualTo(bytes.size());
      bytes.writeBytes(HexFormat.ofDelimiter(" ").parseHex(lines.group(2)));
    }
    put(folder, "wal/00000000000000000001-00000000000000000001.wal", bytes.toByteArray());
    assertThat(DocumentedReader.readLog(folder))
        .isEqualTo(
            new DocumentedReader.Result(
                "CLEAN",
                3,
                0,
                3,
                "wal/00000000000000000001-00000000000000000001.wal",
                0xc0,
                List.of(
                    new DocumentedReader.Entry(1, "ENTRY", "68656c6c6f"),
                    new DocumentedReader.Entry(2, "PART", "61"),
                    new DocumentedReader.Entry(3, "ENTRY", ""))));
  }

  /** docs/format.md, from the module's directory or the project's. */
  private static Path page() {
    Path here = Path.of("docs", "format.md");
    return Files.exists(here) ? here : Path.of("..").resolve(here);
  }

  @Test
  void filesThatTheLibraryWritesAreReadFromThePageAlone(@TempDir Path folder) throws Exception {
    FsDirectory directory = FsDirectory.open(folder);
    List<String> records = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      try (var writer = RecordLogWriter.open(directory, "r.rlog", Codecs.utf8())) {
        for (int i = 0; i < 50; i++) {
          records.add("x".repeat(i * i));
          writer.append(records.get(records.size() - 1));
          if (i % 7 == 0) {
            writer.sync();
          }
        }
      }
    }
    DocumentedReader.Result result = DocumentedReader.readRecordLog(folder.resolve("r.rlog"));
    assertThat(result.verdict()).isEqualTo("CLEAN");
    assertThat(result.promised()).isEqualTo(150);
    assertThat(
            result.entries().stream()
                .map(e -> new String(HexFormat.of().parseHex(e.value()), StandardCharsets.UTF_8))
                .toList())
        .isEqualTo(records);

    byte[] payload = new byte[2_345_678];
    new Random(3).nextBytes(payload);
    Checkpoints.in(directory, Clock.systemUTC()).writeAlone("c.ckpt", out -> out.write(payload));
    assertThat(DocumentedReader.readCheckpoint(folder.resolve("c.ckpt")))
        .isNotNull()
        .satisfies(checkpoint -> assertThat(checkpoint.payload()).isEqualTo(payload));
  }

  @Tag("slow")
  @Test
  void recordLogsThatWereDamagedAtRandomAreJudgedAlikeByBoth(@TempDir Path folder)
      throws Exception {
    FsDirectory directory = FsDirectory.open(folder);
    try (var writer = RecordLogWriter.open(directory, "r.rlog", Codecs.utf8())) {
      for (int i = 0; i < 12; i++) {
        writer.append("record " + "x".repeat(i));
        if (i % 3 == 1) {
          writer.sync();
        }
      }
    }
    byte[] whole = Files.readAllBytes(folder.resolve("r.rlog"));
    long seed = 42;
    Random random = new Random(seed);
    List<String> verdicts = new ArrayList<>();
    for (int op = 0; op < 600; op++) {
      byte[] bad = damaged(whole, random);
      Files.write(folder.resolve("bad.rlog"), bad);
      DocumentedReader.Result expected = DocumentedReader.readRecordLog(folder.resolve("bad.rlog"));
      RecordLogReader<byte[]> reader = RecordLogReader.of(directory, "bad.rlog", Codecs.bytes());
      String verdict = "CLEAN";
      try {
        List<String> found = reader.list().stream().map(r -> HexFormat.of().formatHex(r)).toList();
        assertThat(found)
            .as("seed=%d op=%d", seed, op)
            .isEqualTo(expected.entries().stream().map(DocumentedReader.Entry::value).toList());
        try {
          reader.strict().list();
        } catch (IOException e) {
          verdict = String.valueOf(e.getMessage()).contains("TORN") ? "TORN" : "AMBIGUOUS";
        }
      } catch (CorruptLogException e) {
        verdict = "CORRUPT";
      }
      assertThat(verdict).as("seed=%d op=%d", seed, op).isEqualTo(expected.verdict());
      verdicts.add(verdict);
    }
    assertThat(verdicts).contains("CLEAN", "TORN", "AMBIGUOUS", "CORRUPT");
  }

  /** Cut, zeroed, flipped, moved or lengthened: what disks and people do to files. */
  static byte[] damaged(byte[] whole, Random random) {
    if (whole.length < 80) {
      return whole;
    }
    byte[] bad = whole.clone();
    int at = random.nextInt(bad.length);
    switch (random.nextInt(6)) {
      case 0 -> bad[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bad = Arrays.copyOf(bad, at);
      case 2 -> Arrays.fill(bad, at, Math.min(bad.length, at + 64), (byte) 0);
      case 3 -> bad = Arrays.copyOf(bad, bad.length + random.nextInt(200));
      case 4 -> {
        bad = Arrays.copyOf(bad, Math.max(64, at));
        byte[] garbage = new byte[random.nextInt(100)];
        random.nextBytes(garbage);
        int size = bad.length;
        bad = Arrays.copyOf(bad, size + garbage.length);
        System.arraycopy(garbage, 0, bad, size, garbage.length);
      }
      default -> {
        // The end is lost, a late frame came first, as a device may order its blocks.
        int cut = 64 + 8 * random.nextInt(bad.length / 8 - 8);
        int kept = Math.min(bad.length, cut + 8 * (1 + random.nextInt(8)));
        Arrays.fill(bad, cut, kept, (byte) 0);
        bad = Arrays.copyOf(bad, Math.min(bad.length, kept + 8 * random.nextInt(12)));
      }
    }
    return bad;
  }
}
