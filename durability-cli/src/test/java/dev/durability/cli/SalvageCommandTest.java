package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.durability.recordlog.RecordLogOptions;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.FsDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SalvageCommandTest {
  private static final String FROM_1 = "from-00000000000000000001";
  private static final String FROM_3 = "from-00000000000000000003";

  @TempDir private Path tmp;

  private static List<String> keys(JsonNode object) {
    List<String> keys = new ArrayList<>();
    object.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  /** Entries a to e, of which b is damaged. */
  private Path damaged() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b", "c", "d", "e");
    Path segment = Logs.firstSegment(log);
    byte[] bytes = Files.readAllBytes(segment);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    bytes[text.indexOf("b\0\0\0\0\0\0\0")] ^= 1;
    Files.write(segment, bytes);
    return log;
  }

  @Test
  void whatIsIntactComesOutAndWhatIsLostIsTold() throws IOException {
    Path log = damaged();
    var before = Logs.content(log);
    Path saved = tmp.resolve("saved");
    Run run = Run.of("salvage", log, "--to", saved);
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.unbroken())
        .contains("entry 1: " + FROM_1)
        .contains("entry 2: LOST", "between wal/", "the frame's checksum is ", "promises them")
        .contains("entries 3 to 5: " + FROM_3)
        .contains("salvaged    4 entries, 4 bytes of payload, in 2 logs")
        .contains("lost        1 entry", "whole       no")
        .contains("index       " + saved + "/salvage.jsonl  (3 lines)");
    assertThat(Logs.content(log)).isEqualTo(before);
    assertThat(Run.of("cat", "--ids", saved.resolve(FROM_1)).out()).isEqualTo("1\ta\n");
    assertThat(Run.of("cat", "--ids", saved.resolve(FROM_3)).out()).isEqualTo("3\tc\n4\td\n5\te\n");
    for (String each : List.of(FROM_1, FROM_3)) {
      assertThat(Run.of("verify", saved.resolve(each)).status()).isZero();
    }
    assertThat(Files.readAllLines(saved.resolve("salvage.jsonl"))).hasSize(3);
    assertThat(Files.exists(tmp.resolve("saved.salvaging"))).isFalse();
    byte[] more = "f\n".getBytes(StandardCharsets.UTF_8);
    assertThat(Run.withInput(more, "append", saved.resolve(FROM_3)).status()).isZero();
  }

  @Test
  void theReportAsJsonHasFixedKeys() throws IOException {
    Run run = Run.of("salvage", "--json", damaged(), "--to", tmp.resolve("saved"));
    assertThat(run.out().lines()).hasSize(1);
    JsonNode json = new ObjectMapper().readTree(run.out());
    assertThat(keys(json))
        .containsExactly(
            "log",
            "to",
            "whole",
            "logs",
            "entries",
            "payloadBytes",
            "lost",
            "endUnknown",
            "events",
            "stretches",
            "missing",
            "leftOut",
            "damaged",
            "notRead",
            "tornEnd");
    assertThat(json.get("tornEnd").isNull()).isTrue();
    assertThat(keys(json.get("stretches").get(0)))
        .containsExactly(
            "what",
            "directory",
            "source",
            "first",
            "last",
            "entries",
            "writtenFirst",
            "payloadBytes",
            "checkpoints",
            "doubt");
    assertThat(keys(json.get("missing").get(0)))
        .containsExactly("what", "kind", "first", "last", "after", "before", "evidence");
    assertThat(keys(json.get("missing").get(0).get("after"))).containsExactly("file", "offset");
    assertThat(json.get("whole").asBoolean()).isFalse();
    assertThat(json.get("lost").asLong()).isEqualTo(1);
  }

  @Test
  void aTornEndIsNoLoss() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b");
    Logs.tear(log);
    Run run = Run.of("salvage", log, "--to", tmp.resolve("saved"));
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .contains("entries 1 to 2: " + FROM_1, "lost        nothing")
        .contains("whole       yes: all that was promised is there");
  }

  @Test
  void aTornEndIsToldAlsoBesideOtherDamage() throws IOException {
    Path log = damaged();
    Logs.tear(log);
    Path last = Logs.lastSegment(log);
    byte[] bytes = Files.readAllBytes(last);
    Run closed = Run.of("salvage", log, "--to", tmp.resolve("closed"));
    assertThat(closed.out()).contains("bytes follow the end of the log", "7 bytes that are no");
    int end = bytes.length - 7 - 32; // Without its END, and before what tore it.
    byte[] torn = Arrays.copyOf(bytes, end + 9);
    Files.write(last, torn);
    Run run = Run.of("salvage", log, "--to", tmp.resolve("torn"));
    assertThat(run.unbroken())
        .contains("the end is torn after entry 5: 9 bytes that are no whole frame, wal/")
        .contains("end         torn: nothing tells whether entries followed entry 5");
    JsonNode json =
        new ObjectMapper()
            .readTree(Run.of("salvage", "--json", log, "--to", tmp.resolve("json")).out());
    assertThat(json.get("tornEnd").get("last").asLong()).isEqualTo(5);
    assertThat(json.get("tornEnd").get("at").get("offset").asLong()).isEqualTo(end);
  }

  @Test
  void nothingIsWiderThanATerminalAndNoFileNameIsBroken() throws IOException {
    Path log = damaged();
    Run salvage = Run.of("salvage", log, "--to", tmp.resolve("saved"));
    for (Run run : List.of(salvage, Run.of("verify", log), Run.of("stats", log))) {
      assertThat(run.out().lines())
          .allMatch(line -> line.length() <= 80 || !line.strip().contains(" ") || isCommand(line));
      assertThat(run.out()).contains("wal/" + Logs.firstSegment(log).getFileName());
    }
  }

  private static boolean isCommand(String line) {
    return line.strip().startsWith("'durability ");
  }

  @Test
  void allEntriesCanGoToOneLogWithNewIds() throws IOException {
    Path saved = tmp.resolve("saved");
    Run run = Run.of("salvage", "--renumber", damaged(), "--to", saved);
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out()).contains("entries 3 to 5, now from 2 on");
    assertThat(Run.of("cat", "--ids", saved).out()).isEqualTo("1\ta\n2\tc\n3\td\n4\te\n");
  }

  @Test
  void theIntactRecordsOfARecordLogGoToANewOne() throws IOException {
    try (RecordLogWriter<byte[]> writer =
        RecordLogWriter.open(
            FsDirectory.open(tmp), "records", LineCodec.INSTANCE, RecordLogOptions.defaults())) {
      for (String each : List.of("one", "two", "three", "four")) {
        long unused = writer.append(each.getBytes(StandardCharsets.UTF_8));
      }
    }
    Path file = tmp.resolve("records");
    byte[] bytes = Files.readAllBytes(file);
    int second = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("two");
    bytes[second] ^= 1;
    Files.write(file, bytes);
    Path saved = tmp.resolve("saved");
    Run run = Run.of("salvage", file, "--to", saved);
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.unbroken())
        .contains("entry 1: records", "entry 2: LOST", "at offset " + (second - 16) + " and ")
        .contains("entries 3 to 4, now from 2 on: records", "salvaged    3 entries");
    assertThat(Run.of("cat", "--ids", saved.resolve("records")).out())
        .isEqualTo("1\tone\n2\tthree\n3\tfour\n");
    assertThat(Run.of("stats", saved.resolve("records")).out()).contains(LineCodec.MEDIA_TYPE);
    assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
    assertThat(Run.of("cat", "--ids", "--past-damage", file).out())
        .isEqualTo("1\tone\n3\tthree\n4\tfour\n");
    Files.write(file, new byte[100]);
    assertThat(Run.of("salvage", file, "--to", tmp.resolve("nothing")).status()).isEqualTo(2);
    assertThat(tmp.resolve("nothing")).doesNotExist();
  }

  @Test
  void whereNothingIsIntactNothingIsMade() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b");
    Path segment = Logs.firstSegment(log);
    Files.write(segment, new byte[(int) Files.size(segment)]);
    Run run = Run.of("salvage", log, "--to", tmp.resolve("saved"));
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.unbroken())
        .contains("entries from 1 on: LOST", "how many there were is not known")
        .contains("lost        an unknown number of entries at the end");
    assertThat(tmp.resolve("saved")).doesNotExist();
    assertThat(tmp.resolve("saved.salvaging")).doesNotExist();
  }

  @Test
  void whatOpeningsCutOffComesOutIfItIsAskedFor() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a");
    Logs.tear(log);
    assertThat(Run.withInput("b\n".getBytes(StandardCharsets.UTF_8), "append", log).status())
        .isZero();
    Run run = Run.of("salvage", "--from-quarantine", log, "--to", tmp.resolve("saved"));
    assertThat(run.status()).isZero();
    assertThat(run.unbroken()).contains("left out: quarantine/", "no entry in it is proven");
  }

  @Test
  void aLogThatAProgramWritesIsRefusedAndSoIsATargetThatIsThere() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a");
    Path saved = tmp.resolve("saved");
    try (DirectoryLock held = FsDirectory.open(log).lock("wal/.lock")) {
      held.requireHeld();
      Run run = Run.of("salvage", log, "--to", saved);
      assertThat(run.status()).isEqualTo(3);
      assertThat(run.errLines()).hasSize(1);
      assertThat(run.err()).contains("is held by process ", "Stop it first, or salvage a copy");
    }
    assertThat(saved).doesNotExist();
    Files.createDirectories(saved);
    Files.writeString(saved.resolve("mine"), "x");
    Run run = Run.of("salvage", log, "--to", saved);
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.err()).contains("is not empty: name a new directory");
    assertThat(Logs.content(saved)).isEqualTo(Map.of("mine", "x"));
    assertThat(Run.of("salvage", log, "--to", log.resolve("in")).err())
        .contains("is within " + log);
    assertThat(Run.of("salvage", log).status()).isEqualTo(3);
    assertThat(Run.of("salvage", tmp.resolve("none"), "--to", saved).status()).isEqualTo(3);
  }

  @Test
  void whatAnInterruptedSalvageLeftIsNoLogAndTheNextOneGoesOn() throws IOException {
    Path log = damaged();
    Path unfinished = tmp.resolve("saved.salvaging");
    try (StagedDirectory staged = StagedDirectory.begin(tmp.resolve("saved"), "salvaging")) {
      assertThat(staged.below("half")).isNotNull();
      assertThat(Run.of("verify", unfinished).status()).isEqualTo(3);
      assertThat(tmp.resolve("saved")).doesNotExist();
    }
    Files.createDirectories(unfinished.resolve("half"));
    Files.createFile(unfinished.resolve(".staged"));
    assertThat(Run.of("salvage", log, "--to", tmp.resolve("saved")).status()).isEqualTo(1);
    assertThat(unfinished).doesNotExist();
    assertThat(tmp.resolve("saved/half")).doesNotExist();
  }
}
