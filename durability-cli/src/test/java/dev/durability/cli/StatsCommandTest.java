package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codecs;
import dev.durability.recordlog.RecordLogOptions;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.rust.CrateCheckpoint;
import dev.durability.rust.CrateLogOptions;
import dev.durability.rust.CrateLogWriter;
import dev.durability.rust.CrateVersion;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalHolds;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatsCommandTest {
  private static final Instant BEGIN = Instant.parse("2026-01-02T03:04:05Z");

  @TempDir private Path tmp;

  private static List<String> keys(JsonNode object) {
    List<String> keys = new ArrayList<>();
    object.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  private static JsonNode json(Run run) throws IOException {
    assertThat(run.unbroken().lines()).hasSize(1);
    return new ObjectMapper().readTree(run.unbroken());
  }

  private static WalOptions at(Instant time) {
    return WalOptions.builder()
        .segmentBytes(4096)
        .preallocatedBytesMax(0)
        .clock(Clock.fixed(time, ZoneOffset.UTC))
        .build();
  }

  /** Two segments, an hour apart, a checkpoint, a cut end, and a new beginning. */
  private Path log() throws IOException {
    Path log = tmp.resolve("log");
    FsDirectory directory = FsDirectory.open(log);
    try (WalWriter<byte[]> writer = WalWriter.open(directory, Codecs.bytes(), at(BEGIN))) {
      long unused = writer.append(new byte[3000]);
      unused = writer.append(new byte[3000]);
      writer.sync();
      String path =
          Checkpoints.in(directory, Clock.systemUTC())
              .write(writer.logId(), 1, out -> out.write(new byte[100]));
      var unusedMarker = writer.appendCheckpoint(1, path);
    }
    try (WalWriter<byte[]> writer =
        WalWriter.open(directory, Codecs.bytes(), at(BEGIN.plusSeconds(3600)))) {
      writer.truncateAfter(1);
      long unused = writer.append(new byte[0]);
      writer.sync();
      writer.restartAt(100);
      unused = writer.append(new byte[5]);
    }
    return log;
  }

  @Test
  void whatIsInALogIsTold() throws IOException {
    Path log = log();
    var before = Logs.content(log);
    Run run = Run.of("stats", log);
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
    assertThat(run.unbroken())
        .contains(
            "verdict     CLEAN",
            "entries     3  (from 100 on), 2.9 KiB of payload",
            "time        2026-01-02T03:04:05Z to 2026-01-02T04:04:05Z",
            "lock        free: no program has the log open to write",
            "are free",
            "full        nothing was written in the last day",
            "quarantine  0 bytes in 0 files",
            "entries 1 to 1, ",
            "its end was cut off after entry 1",
            "void: a later segment begins at this entry or before it",
            "the end of the log was cut off before entry 2",
            "the log begins here: what was before is kept elsewhere",
            "checkpoints: ",
            "up to entry 1, 216 bytes, whole, checkpoints/00000000000000000001.ckpt",
            "schemas: 1",
            "from entry 1: none",
            "2026-01-02T03h             1     2.9 KiB",
            "2026-01-02T04h             2     5 bytes",
            "0 and more             1  ####################",
            "4 and more             1  ####################",
            "2048 and more             1  ####################");
    assertThat(run.out().lines()).allMatch(line -> line.length() <= 80 && !line.endsWith(" "));
    assertThat(Logs.content(log)).isEqualTo(before);
  }

  @Test
  void theReportAsJsonHasFixedKeys() throws IOException {
    JsonNode json = json(Run.of("stats", "--json", log()));
    assertThat(keys(json))
        .containsExactly(
            "log",
            "logId",
            "verdict",
            "reason",
            "first",
            "entries",
            "payloadBytes",
            "intactEntries",
            "lost",
            "misplaced",
            "firstClock",
            "lastClock",
            "segments",
            "checkpoints",
            "schemas",
            "quarantine",
            "holds",
            "lock",
            "disk",
            "hours",
            "sizes");
    assertThat(keys(json.get("segments").get(0)))
        .containsExactly(
            "number",
            "file",
            "state",
            "first",
            "last",
            "bytes",
            "created",
            "lastClock",
            "rewinds",
            "covered",
            "cut",
            "ended",
            "endOffset",
            "leftBytes");
    assertThat(keys(json.get("checkpoints").get(0)))
        .containsExactly("last", "path", "bytes", "state", "reason");
    assertThat(keys(json.get("schemas").get(0))).containsExactly("first", "mediaType", "bytes");
    assertThat(keys(json.get("disk")))
        .containsExactly("freeBytes", "totalBytes", "bytesPerHour", "full", "reason");
    assertThat(keys(json.get("hours").get(0))).containsExactly("hour", "entries", "payloadBytes");
    assertThat(json.get("hours").get(0).get("hour").asText()).isEqualTo("2026-01-02T03:00:00Z");
    assertThat(keys(json.get("sizes").get(0)))
        .containsExactly("from", "to", "entries", "payloadBytes");
    assertThat(json.get("lock").isNull()).isTrue();
    assertThat(json.get("entries").asLong()).isEqualTo(3);
  }

  @Test
  void whatIsLostIsToldWhereItWasAndAForeignFileDoesNotCount() throws IOException {
    Path log = Logs.ofFourSegments(tmp.resolve("log"));
    List<Path> segments = Logs.segments(log);
    Path other = Logs.ofFourSegments(tmp.resolve("other"));
    Files.copy(Logs.segments(other).get(1), segments.get(1), StandardCopyOption.REPLACE_EXISTING);
    byte[] bytes = Files.readAllBytes(segments.get(2));
    bytes[1000] ^= 1;
    Files.write(segments.get(2), bytes);
    Run run = Run.of("stats", log);
    assertThat(run.unbroken())
        .contains("entries     2  (intact)", "lost        entry 2, entry 3")
        .contains("does not count: it belongs to the log ")
        .contains("entry 3 cannot be read: damaged or missing from offset 64 to ");
    JsonNode lost = json(Run.of("stats", "--json", log)).get("lost");
    assertThat(lost).hasSize(2);
    assertThat(lost.get(0).get("first").asLong()).isEqualTo(2);
  }

  @Test
  void aRecordLogIsToldToo() throws IOException {
    try (RecordLogWriter<byte[]> writer =
        RecordLogWriter.open(
            FsDirectory.open(tmp), "records", LineCodec.INSTANCE, RecordLogOptions.defaults())) {
      for (String each : List.of("one", "two", "three")) {
        long unused = writer.append(each.getBytes(StandardCharsets.UTF_8));
      }
    }
    Path file = tmp.resolve("records");
    Run whole = Run.of("stats", file);
    assertThat(whole.status()).isZero();
    assertThat(whole.unbroken())
        .contains("record log  " + file, "verdict     CLEAN", "records     3 intact, 11 bytes")
        .contains("from record 1: " + LineCodec.MEDIA_TYPE);
    byte[] bytes = Files.readAllBytes(file);
    bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("two")] ^= 1;
    Files.write(file, bytes);
    Run run = Run.of("stats", file);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.unbroken())
        .contains(
            "verdict     CORRUPT", "records     2 intact", "lost        record 2, from offset");
    JsonNode json = json(Run.of("stats", "--json", file));
    assertThat(keys(json))
        .containsExactly(
            "recordLog",
            "verdict",
            "reason",
            "bytes",
            "records",
            "payloadBytes",
            "lost",
            "quarantineBytes",
            "sizes");
    assertThat(json.get("lost").get(0).get("first").asLong()).isEqualTo(2);
  }

  @Test
  void whatADamagedLogStillHoldsIsTold() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b", "c");
    Logs.corrupt(log);
    Run run = Run.of("stats", log);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.unbroken())
        .contains(
            "verdict     CORRUPT",
            "entries     3  (intact)",
            "have 0: in each segment those before damage")
        .contains("no entry, the next is 1")
        .contains("damaged at offset 64, and no entry is lost by that");
    JsonNode json = json(Run.of("stats", "--json", log));
    assertThat(json.get("intactEntries").asLong()).isEqualTo(3);
    assertThat(json.get("lost")).isEmpty();
  }

  @Test
  void aTornEndIsToldAndAfterAnOpeningWhatWasCutOff() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b");
    long end = Files.size(Logs.lastSegment(log));
    Logs.tear(log);
    Run torn = Run.of("stats", log);
    assertThat(torn.status()).isEqualTo(1);
    assertThat(torn.unbroken()).contains("verdict     TORN", "7 bytes from offset " + end + " on");
    assertThat(
            Run.withInput("c\n".getBytes(java.nio.charset.StandardCharsets.UTF_8), "append", log)
                .status())
        .isZero();
    Run cut = Run.of("stats", log);
    assertThat(cut.status()).isZero();
    assertThat(cut.unbroken())
        .contains("quarantine  7 bytes in 1 file")
        .contains(
            "7 bytes, cut off wal/00000000000000000001-00000000000000000001.wal at offset "
                + end
                + " by an opening");
    JsonNode kept = json(Run.of("stats", "--json", log)).get("quarantine").get(0);
    assertThat(keys(kept)).containsExactly("path", "bytes", "file", "offset");
    assertThat(kept.get("offset").asLong()).isEqualTo(end);
  }

  @Test
  void aSegmentOfAnotherVersionLeavesTheRestToBeTold() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a");
    Logs.makeOfUnknownVersion(log);
    Run run = Run.of("stats", log);
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.unbroken())
        .contains("verdict     none: ", "format version 99", "not read: it is of another version");
    JsonNode json = json(Run.of("stats", "--json", log));
    assertThat(json.get("verdict").isNull()).isTrue();
    assertThat(json.get("reason").asText()).contains("version 99");
  }

  @Test
  void checkpointsThatCannotBeUsedAreToldWithTheReason() throws IOException {
    Path log = log();
    Path whole = log.resolve("checkpoints/00000000000000000001.ckpt");
    byte[] content = Files.readAllBytes(whole);
    Files.write(log.resolve("checkpoints/00000000000000000500.ckpt"), content);
    content[content.length - 40] ^= 1;
    Files.write(whole, content);
    Run run = Run.of("stats", log);
    assertThat(run.unbroken())
        .contains("up to entry 1, damaged, checkpoints/00000000000000000001.ckpt at offset")
        .contains("up to entry 500, not usable, checkpoints/00000000000000000500.ckpt: ")
        .contains("it is of another log, or has a wrong name");
    Files.delete(whole);
    assertThat(Run.of("stats", log).unbroken()).contains("up to entry 1, missing, ");
  }

  @Test
  void whoHasTheLogOpenIsTold() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a");
    Path note = log.resolve("wal/.lock.holder");
    try (DirectoryLock held = FsDirectory.open(log).lock("wal/.lock")) {
      held.requireHeld();
      long process = ProcessHandle.current().pid();
      assertThat(Run.of("stats", log).unbroken())
          .contains("lock        held by process " + process);
      JsonNode lock = json(Run.of("stats", "--json", log)).get("lock");
      assertThat(keys(lock)).containsExactly("state", "process", "host", "program", "since");
      assertThat(lock.get("state").asText()).isEqualTo("RUNNING");
      String text = Files.readString(note);
      Files.writeString(note, text.replaceAll("process .*", "process " + Long.MAX_VALUE));
      assertThat(Run.of("stats", log).unbroken())
          .contains("lock        free: it was held by process ", "has ended without giving it up");
      Files.writeString(note, text.replaceAll("host .*", "host another"));
      assertThat(Run.of("stats", log).unbroken())
          .contains("noted by process ", "on host another", "cannot tell whether that runs");
    }
  }

  @Test
  void whoHoldsSegmentsBackIsTold() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b");
    assertThat(Run.of("stats", log).unbroken()).doesNotContain("holds");
    FsDirectory directory = FsDirectory.open(log);
    Instant now = Instant.now().truncatedTo(java.time.temporal.ChronoUnit.SECONDS);
    Instant until = now.plusSeconds(3600);
    WalHolds.hold(directory, "copy", 2, until, now);
    WalHolds.hold(directory, "done", 1, now.minusSeconds(60), now.minusSeconds(120));
    WalHolds.hold(directory, "torn", 1, until, now);
    Files.writeString(log.resolve("holds/torn.hold"), "x");
    assertThat(Run.of("stats", log).unbroken())
        .contains("holds: 3", "copy  keeps entries from 2 on, until " + until)
        .contains("done  expired on " + now.minusSeconds(60))
        .contains("torn  keeps everything: holds/torn.hold is damaged");
    JsonNode holds = json(Run.of("stats", "--json", log)).get("holds");
    assertThat(keys(holds.get(0))).containsExactly("holder", "state", "from", "until", "problem");
    assertThat(holds.get(0).get("until").asText()).isEqualTo(until.toString());
    assertThat(holds.findValuesAsText("state")).containsExactly("IN_FORCE", "EXPIRED", "DAMAGED");
    assertThat(holds.get(2).get("until").isNull()).isTrue();
  }

  @Test
  void aLogOfTheRustCrateIsTold() throws IOException {
    Path root = tmp.resolve("crate");
    FsDirectory directory = FsDirectory.open(root);
    CrateLogOptions options = CrateLogOptions.of(CrateVersion.NEWEST).withFirstEntryId(7);
    try (CrateLogWriter writer = CrateLogWriter.open(directory, options)) {
      long unused = writer.append(new byte[10]);
      unused = writer.append(new byte[20]);
    }
    CrateCheckpoint written =
        CrateCheckpoint.write(
            directory, "checkpoints/a.chk", CrateVersion.NEWEST, 7, out -> out.write(1));
    assertThat(written.payloadBytes()).isEqualTo(1);
    Files.write(root.resolve("checkpoints/b.chk"), new byte[] {1, 2, 3, 4, 5});
    Run run = Run.of("stats", root);
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
    assertThat(run.unbroken())
        .contains("format      of the Rust crate durability, version 3", "verdict     CLEAN")
        .contains("entries     2  (from 7 on), 30 bytes of payload")
        .contains("1  2 entries from 7 on, 86 bytes, version 3")
        .contains("up to entry 7, 29 bytes, whole, checkpoints/a.chk")
        .contains("checkpoints/b.chk is not usable: ", "invalid checkpoint magic")
        .contains("full        no times in the log")
        .contains("16 and more             1  ####################");
    JsonNode json = json(Run.of("stats", "--json", root));
    assertThat(keys(json))
        .containsExactly(
            "log",
            "verdict",
            "reason",
            "first",
            "last",
            "entries",
            "payloadBytes",
            "segments",
            "checkpoints",
            "leftOut",
            "lock",
            "disk",
            "sizes");
    byte[] segment = Files.readAllBytes(root.resolve("wal/wal_1.log"));
    segment[30] ^= 1;
    Files.write(root.resolve("wal/wal_1.log"), segment);
    Run damaged = Run.of("stats", root);
    assertThat(damaged.status()).isEqualTo(2);
    assertThat(damaged.unbroken()).contains("left out    wal/wal_1.log at offset 24, 62 bytes: ");
  }

  @Test
  void whatIsNoLogIsRefused() throws IOException {
    assertThat(Run.of("stats", tmp).status()).isEqualTo(3);
    assertThat(Run.of("stats", tmp.resolve("missing")).status()).isEqualTo(3);
    assertThat(Run.of("stats").status()).isEqualTo(3);
  }
}
