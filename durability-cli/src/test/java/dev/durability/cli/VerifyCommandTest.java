package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.durability.codec.Codecs;
import dev.durability.errors.ChecksumMismatch;
import dev.durability.recordlog.RecordLogOptions;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalMaintenance;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class VerifyCommandTest {
  @TempDir private Path tmp;

  @Test
  void aCleanLogIsStatus0() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b", "c");
    Run run = Run.of("verify", log);
    assertThat(run.status()).isZero();
    assertThat(run.unbroken()).contains("CLEAN").containsPattern("intact +3 ");
    assertThat(run.err()).isEmpty();
    assertThat(Run.of("verify", "--json", log).unbroken())
        .isEqualTo(
            """
            {"verdict":"CLEAN","intact":3,"covered":0,"promised":3,"segments":1,"cut":null,"reason":null,"checksum":null,"quarantineFiles":0,"quarantineBytes":0,"place":null}
            """);
  }

  @Test
  void aTornLogIsStatus1AndTheCutIsTold() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b", "c");
    long end = Files.size(Logs.lastSegment(log));
    Logs.tear(log);
    Run run = Run.of("verify", log);
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.unbroken()).contains("TORN", "to do", "quarantine", Long.toString(end));
    Run asJson = Run.of("verify", log, "--json");
    assertThat(asJson.status()).isEqualTo(1);
    JsonNode json = keysAreTheFixedOnes(asJson);
    assertThat(json.get("verdict").asText()).isEqualTo("TORN");
    assertThat(json.get("intact").asLong()).isEqualTo(3);
    List<String> cutKeys = new ArrayList<>();
    json.get("cut").fieldNames().forEachRemaining(cutKeys::add);
    assertThat(cutKeys).containsExactly("file", "offset");
    assertThat(json.get("cut").get("file").asText())
        .isEqualTo("wal/" + Logs.lastSegment(log).getFileName());
    assertThat(json.get("reason").isTextual()).isTrue();
  }

  @Test
  void aCorruptLogIsStatus2AndWhatToDoIsTold() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b", "c");
    Logs.corrupt(log);
    Run run = Run.of("verify", log);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.unbroken()).contains("CORRUPT", "to do", "restore");
    Run asJson = Run.of("verify", "--json", log);
    assertThat(asJson.status()).isEqualTo(2);
    JsonNode json = keysAreTheFixedOnes(asJson);
    assertThat(json.get("verdict").asText()).isEqualTo("CORRUPT");
    assertThat(json.get("intact").asLong()).isZero();
    assertThat(json.get("promised").asLong()).isEqualTo(3);
    assertThat(json.get("cut").isNull()).isTrue();
    ChecksumMismatch checksum =
        Objects.requireNonNull(WalMaintenance.verify(FsDirectory.openForReading(log)).checksum());
    assertThat(json.get("checksum").toString())
        .isEqualTo(
            "{\"expected\":"
                + Integer.toUnsignedLong(checksum.expected())
                + ",\"found\":"
                + Integer.toUnsignedLong(checksum.found())
                + "}");
    assertThat(run.unbroken())
        .contains(String.format(Locale.ROOT, "%08x", checksum.expected()))
        .contains(String.format(Locale.ROOT, "%08x", checksum.found()));
  }

  @Test
  void thePlaceIsToldAndTheFileThatIsMissing() throws IOException {
    Path log = Logs.ofFourSegments(tmp.resolve("log"));
    Path second = Logs.segments(log).get(1);
    byte[] whole = Files.readAllBytes(second);
    byte[] damaged = whole.clone();
    damaged[1000] ^= 1;
    Files.write(second, damaged);
    String name = "wal/" + second.getFileName();
    assertThat(Run.of("verify", log).unbroken())
        .containsPattern("place +" + name + " at offset 64")
        .contains("restore " + name + " from a backup")
        .contains("'durability explain " + log + "'")
        .doesNotContain("are lost", "go on with the entries");
    JsonNode place = keysAreTheFixedOnes(Run.of("verify", "--json", log)).get("place");
    assertThat(place.get("file").asText()).isEqualTo(name);
    assertThat(place.get("offset").asLong()).isEqualTo(64);

    Files.delete(second);
    assertThat(Run.of("verify", log).unbroken()).contains("restore " + name + ", which is missing");
    Files.delete(Logs.segments(log).get(0));
    assertThat(Run.of("verify", log).unbroken())
        .contains("restore the segments up to 2 that are missing, or a checkpoint");

    Path swapped = Logs.ofFourSegments(tmp.resolve("swapped"));
    Path third = Logs.segments(swapped).get(2);
    Path aside = Files.move(Logs.segments(swapped).get(1), tmp.resolve("aside"));
    Files.move(third, aside.resolveSibling("other"));
    Files.move(aside, third);
    Files.move(aside.resolveSibling("other"), swapped.resolve(name));
    assertThat(Run.of("verify", swapped).unbroken())
        .contains("exchange the names of " + name + " and wal/" + third.getFileName())
        .doesNotContain("restore wal");
  }

  /** To give a file the name that its header says must not put it in the place of a good one. */
  @Test
  void aFileThatDoesNotBelongThereIsToBeMovedAwayAndOneThatWasRenamedBack() throws IOException {
    Path log = Logs.ofFourSegments(tmp.resolve("log"));
    Path second = Logs.segments(log).get(1);
    Path third = Logs.segments(log).get(2);
    Files.copy(third, second, StandardCopyOption.REPLACE_EXISTING);
    String moved = "move wal/" + second.getFileName() + " out of the directory, and restore";
    assertThat(Run.of("verify", log).unbroken()).contains(moved, "which is there");
    Path other = Logs.ofFourSegments(tmp.resolve("other"));
    Files.copy(Logs.segments(other).get(3), second, StandardCopyOption.REPLACE_EXISTING);
    Files.delete(Logs.segments(log).get(3));
    assertThat(Run.of("verify", log).unbroken()).contains(moved, "of another log");
    Files.move(third, second, StandardCopyOption.REPLACE_EXISTING);
    assertThat(Run.of("verify", log).unbroken())
        .contains("give wal/" + second.getFileName() + " the name that its header says");
  }

  @Test
  void whatIsNoLogIsStatus3AndIsNotMadeOne() throws IOException {
    Path missing = tmp.resolve("missing");
    assertFails(Run.of("verify", "--json", missing), missing + ": no such file or directory");
    assertThat(missing).doesNotExist();
    assertFails(Run.of("verify", tmp), "not a log");
    Path file = Files.createFile(tmp.resolve("file"));
    assertFails(Run.of("verify", file), "not a directory");
    Files.createDirectory(tmp.resolve("wal"));
    assertFails(Run.of("verify", tmp), "log");
    Path newer = Logs.of(tmp.resolve("newer"), "a");
    Logs.makeOfUnknownVersion(newer);
    assertFails(Run.of("verify", newer), "version");
  }

  @Test
  void progressIsToldInLinesWhereNoTerminalIsIfItIsWanted() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a");
    assertThat(Run.of("verify", log).err()).isEmpty();
    Run run = Run.of("verify", "--progress", log);
    assertThat(run.unbroken()).isEqualTo(Run.of("verify", log).unbroken());
    List<String> lines = run.errLines();
    assertThat(lines).allMatch(line -> line.matches("verify +\\d+% \\[=* *] .* MiB(.*\\S)?"));
    assertThat(lines.get(lines.size() - 1)).startsWith("verify 100% [=");
    assertThat(lines.stream().filter(line -> line.contains("100%"))).hasSize(1);
    Logs.tear(log);
    assertThat(Run.of("verify", "--progress", log).status()).isEqualTo(1);
  }

  private static void assertFails(Run run, String message) {
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.unbroken()).isEmpty();
    assertThat(run.errLines()).hasSize(1);
    assertThat(run.err()).contains(message);
  }

  @Test
  void aLogOfTheRustCrateIsRefusedByEveryCommandThatDoesNotReadItAndLeftAsItIs()
      throws IOException {
    Path log = tmp.resolve("log");
    Path segment = Files.createDirectories(log.resolve("wal")).resolve("wal_1.log");
    Files.writeString(segment, "VWAL" + "\1".repeat(60));
    var before = Logs.content(log);
    for (String command : new String[] {"verify", "cat", "append"}) {
      Run run = Run.withInput(new byte[] {'x', '\n'}, command, log);
      assertThat(run.status()).as(command).isEqualTo(3);
      assertThat(run.unbroken()).isEmpty();
      assertThat(run.errLines()).as(command).hasSize(1);
      assertThat(run.err())
          .startsWith("durability " + command + ": ")
          .contains("wal_1.log")
          .contains(command.equals("append") ? "Rust crate" : "WAL version mismatch")
          .doesNotContain("internal");
    }
    assertThat(Logs.content(log)).isEqualTo(before);
  }

  @Test
  void checkpointsThatAreLeftOfALogOfTheRustCrateAreNamedByEveryCommand() throws IOException {
    Path log = tmp.resolve("log");
    Path checkpoint = Files.createDirectories(log.resolve("checkpoints")).resolve("state.bin");
    Files.writeString(checkpoint, "VCKP" + "\1".repeat(60));
    var before = Logs.content(log);
    for (String command : new String[] {"verify", "cat", "append", "quarantine"}) {
      Run run =
          command.equals("quarantine")
              ? Run.of(command, log, "remove")
              : Run.withInput(new byte[] {'x', '\n'}, command, log);
      assertThat(run.status()).as(command).isEqualTo(3);
      assertThat(run.errLines()).as(command).hasSize(1);
      assertThat(run.err()).contains("checkpoints/state.bin", "VCKP", "Rust crate");
    }
    assertThat(Logs.content(log)).isEqualTo(before);
    Files.delete(checkpoint);
    assertThat(Run.of("verify", log).err()).contains("not a log: it holds no directory wal");
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows cannot mount a small tmpfs")
  void readingNeedsNoRightToWrite() throws Exception {
    Path mount = Files.createDirectory(tmp.resolve("disk"));
    if (!SmallDisk.mount(mount)) {
      System.out.println("skipped: a disk can be mounted for reading by root alone");
      abort("a disk can be mounted for reading by root alone");
    }
    try {
      Path log = Logs.of(mount.resolve("log"), "a", "b");
      Logs.tear(log);
      SmallDisk.makeReadOnly(mount);
      assertThat(Run.of("cat", log).unbroken()).isEqualTo("a\nb\n");
      assertThat(Run.of("verify", log).unbroken()).contains("TORN");
      assertThat(Run.of("quarantine", log).unbroken()).contains("0 bytes");
      for (String args : new String[] {"append", "quarantine"}) {
        Run run = Run.of(args, log, args.equals("append") ? "-" : "remove");
        assertThat(run.err()).doesNotContain("internal");
      }
      Run append = Run.withInput(new byte[] {'x', '\n'}, "append", log);
      assertThat(append.status()).isEqualTo(3);
      assertThat(append.errLines()).hasSize(1);
    } finally {
      SmallDisk.unmount(mount);
    }
  }

  @Test
  void nothingIsChanged() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b", "c");
    Logs.tear(log);
    var before = Logs.content(log);
    Run.of("verify", log);
    Run.of("cat", log);
    assertThat(Logs.content(log)).isEqualTo(before);
  }

  private static JsonNode keysAreTheFixedOnes(Run run) throws IOException {
    JsonNode json = new ObjectMapper().readTree(run.unbroken());
    List<String> keys = new ArrayList<>();
    json.fieldNames().forEachRemaining(keys::add);
    assertThat(keys)
        .containsExactly(
            "verdict",
            "intact",
            "covered",
            "promised",
            "segments",
            "cut",
            "reason",
            "checksum",
            "quarantineFiles",
            "quarantineBytes",
            "place");
    assertThat(run.unbroken().lines()).hasSize(1);
    return json;
  }

  @Test
  void aRecordLogIsVerifiedAsALogIs() throws IOException {
    try (RecordLogWriter<String> writer =
        RecordLogWriter.open(
            FsDirectory.open(tmp), "records", Codecs.utf8(), RecordLogOptions.defaults())) {
      for (String each : List.of("one", "two", "three")) {
        long unused = writer.append(each);
      }
    }
    Path file = tmp.resolve("records");
    Run whole = Run.of("verify", file);
    assertThat(whole.status()).isZero();
    assertThat(whole.out()).startsWith("verdict     CLEAN").contains("intact      3 ");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, new byte[] {1, 2, 3}, StandardOpenOption.APPEND);
    Run torn = Run.of("verify", file);
    assertThat(torn.status()).isEqualTo(1);
    assertThat(torn.unbroken())
        .contains("verdict     TORN", "intact      3 ", "after a crash nothing: opening cuts")
        .contains("If nothing crashed: 'durability explain " + file + "' says more");
    bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("two")] ^= 1;
    Files.write(file, bytes);
    Run corrupt = Run.of("verify", "--json", file);
    assertThat(corrupt.status()).isEqualTo(2);
    JsonNode json = new ObjectMapper().readTree(corrupt.out());
    List<String> keys = new ArrayList<>();
    json.fieldNames().forEachRemaining(keys::add);
    assertThat(keys).containsExactly("recordLog", "verdict", "intact", "reason");
    assertThat(json.get("verdict").asText()).isEqualTo("CORRUPT");
    assertThat(json.get("intact").asLong()).isEqualTo(1);
  }
}
