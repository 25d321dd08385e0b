package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.durability.rust.CrateCheckpoint;
import dev.durability.rust.CrateLogOptions;
import dev.durability.rust.CrateLogWriter;
import dev.durability.rust.CrateVersion;
import dev.durability.rust.WalEntry;
import dev.durability.storage.FsDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Logs of the Rust crate: import, export, verify, cat. */
class CrateCommandsTest {
  @TempDir private Path tmp;

  private Path crate(long firstEntryId, String... entries) throws IOException {
    return crate(60, firstEntryId, entries);
  }

  private Path crate(long segmentBytes, long firstEntryId, String... entries) throws IOException {
    Path root = tmp.resolve("crate");
    FsDirectory directory = FsDirectory.open(root);
    try (CrateLogWriter log =
        CrateLogWriter.open(
            directory,
            CrateLogOptions.of(CrateVersion.NEWEST)
                .withSegmentBytes(segmentBytes)
                .withFirstEntryId(firstEntryId))) {
      for (String entry : entries) {
        long unused = log.append(entry.getBytes(StandardCharsets.UTF_8));
      }
    }
    return root;
  }

  private static Path segment(Path root, int id) {
    return root.resolve("wal/wal_" + id + ".log");
  }

  private static void append(Path file, int... bytes) throws IOException {
    byte[] all = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      all[i] = (byte) bytes[i];
    }
    Files.write(file, all, StandardOpenOption.APPEND);
  }

  private static JsonNode json(Run run) throws IOException {
    assertThat(run.out().lines()).hasSize(1);
    return new ObjectMapper().readTree(run.out());
  }

  private static List<String> keys(JsonNode object) {
    List<String> keys = new ArrayList<>();
    object.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  @Test
  void aLogIsTakenOverWithItsIdsAndItsCheckpoint() throws IOException {
    Path root = crate(7, "seven", "eight", "nine");
    CrateCheckpoint written =
        CrateCheckpoint.write(
            FsDirectory.open(root),
            "checkpoints/a.chk",
            CrateVersion.NEWEST,
            8,
            out -> out.write(1));
    assertThat(written.version()).isEqualTo(2);
    var before = Logs.content(root);
    Path to = tmp.resolve("new");
    Run run = Run.of("import", root, to);
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .contains("entries     3  (7 to 9)", "checkpoint  checkpoints/a.chk  (up to entry 8)");
    assertThat(Run.of("cat", "--ids", "--from", "7", to).out())
        .isEqualTo("7\tseven\n8\teight\n9\tnine\n");
    assertThat(Run.of("verify", to).out()).contains("CLEAN").containsPattern("covered +8 ");
    assertThat(Logs.content(root)).isEqualTo(before);
    assertThat(to.resolve(".staged")).doesNotExist();
    assertThat(tmp.resolve("new.importing")).doesNotExist();

    Run again = Run.of("import", root, to);
    assertThat(again.status()).isEqualTo(3);
    assertThat(again.err()).contains("is not empty", "Nothing was changed");
  }

  @Test
  void theReportAsJsonHasFixedKeys() throws IOException {
    Path root = crate(1, "a", "b");
    append(segment(root, 1), 17, 0, 0);
    JsonNode json = json(Run.of("import", "--json", root, tmp.resolve("new")));
    assertThat(keys(json))
        .containsExactly(
            "verdict",
            "entries",
            "first",
            "last",
            "checkpoints",
            "newerChecksums",
            "lock",
            "notNeeded",
            "leftOut");
    assertThat(json.get("leftOut")).hasSize(1);
    assertThat(keys(json.get("leftOut").get(0)))
        .containsExactly("file", "offset", "bytes", "reason");
    JsonNode verified = json(Run.of("verify", "--json", root));
    assertThat(keys(verified))
        .containsExactly(
            "verdict",
            "versions",
            "intact",
            "first",
            "segments",
            "newerChecksums",
            "reason",
            "checksum",
            "leftOut");
    JsonNode exported =
        json(Run.of("export", "--json", "--for", "0.5.0", tmp.resolve("new"), tmp.resolve("out")));
    assertThat(keys(exported))
        .containsExactly(
            "entries",
            "first",
            "last",
            "segments",
            "walVersion",
            "checkpointVersion",
            "checkpoints",
            "leftOut");
    assertThat(exported.get("walVersion").asInt()).isEqualTo(2);
  }

  @Test
  void aTornLogIsTakenOverAndWhatIsLeftOutIsSaid() throws IOException {
    Path root = crate(1, "a", "b");
    long end = Files.size(segment(root, 1));
    append(segment(root, 1), 17, 0, 0);
    Run verified = Run.of("verify", root);
    assertThat(verified.status()).isEqualTo(1);
    assertThat(verified.out()).contains("TORN", "at offset " + end + ", 3 bytes", "to do");
    Run cat = Run.of("cat", "--ids", root);
    assertThat(cat.status()).isZero();
    assertThat(cat.out()).startsWith("1\ta\n");
    assertThat(cat.err()).contains("not printed: wal/wal_1.log at offset " + end);
    Run run = Run.of("import", root, tmp.resolve("new"));
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out()).contains("left out    wal/wal_1.log at offset " + end + ", 3 bytes");
  }

  @Test
  void damageIsRefusedAndTakenOverUpToTheEntryBeforeIt() throws IOException {
    Path root = crate(1, "a", "b", "c", "d", "e");
    byte[] first = Files.readAllBytes(segment(root, 1));
    first[first.length - 1] ^= 1;
    Files.write(segment(root, 1), first);
    Run verified = Run.of("verify", root);
    assertThat(verified.status()).isEqualTo(2);
    assertThat(verified.out()).contains("CORRUPT", "crc mismatch", "import --to 1");
    JsonNode json = json(Run.of("verify", "--json", root));
    assertThat(json.get("checksum").get("expected").isNumber()).isTrue();
    Run cat = Run.of("cat", root);
    assertThat(cat.status()).isEqualTo(2);
    assertThat(cat.out()).isEqualTo("a\n");
    assertThat(Run.of("cat", "--to", "1", root).status()).isZero();
    Path to = tmp.resolve("new");
    Run refused = Run.of("import", root, to);
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("wal/wal_1.log at offset 41", "crc mismatch");
    assertThat(to).doesNotExist();
    assertThat(tmp.resolve("new.importing")).doesNotExist();
    Run taken = Run.of("import", "--to", "1", root, to);
    assertThat(taken.status()).isEqualTo(1);
    assertThat(Run.of("cat", to).out()).isEqualTo("a\n");
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "/proc/locks is Linux's list of locks")
  void aLogThatAProgramHasOpenIsRefused() throws IOException {
    Path root = crate(1, "a");
    try (FileChannel lock = FileChannel.open(root.resolve("wal/.lock"), StandardOpenOption.WRITE);
        FileLock held = lock.lock()) {
      assertThat(held.isValid()).isTrue();
      Run run = Run.of("import", root, tmp.resolve("new"));
      assertThat(run.status()).isEqualTo(3);
      assertThat(run.err()).contains("is locked", "stop it first");
    }
    assertThat(tmp.resolve("new")).doesNotExist();
    assertThat(json(Run.of("import", "--json", root, tmp.resolve("new"))).get("lock").asText())
        .isEqualTo("FREE");
  }

  @Test
  void entriesOfAnIndexAreShownAsRecords() throws IOException {
    Path root = tmp.resolve("crate");
    try (CrateLogWriter log =
        CrateLogWriter.open(FsDirectory.open(root), CrateLogOptions.of(CrateVersion.NEWEST))) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      WalEntry.codec().encode(new WalEntry.AddSegment(-1, 5), bytes);
      assertThat(log.append(bytes.toByteArray())).isEqualTo(1);
    }
    assertThat(Run.of("cat", "--json", root).out()).startsWith("{\"base64\":");
    Path to = tmp.resolve("new");
    assertThat(Run.of("import", "--index", root, to).status()).isZero();
    assertThat(Run.of("cat", "--json", to).out()).contains("AddSegment", "18446744073709551615");
    Path notOfIndex = tmp.resolve("other");
    Files.move(root, tmp.resolve("moved"));
    Path text = crate(1, "text");
    Run refused = Run.of("import", "--index", text, notOfIndex);
    assertThat(refused.status()).isEqualTo(3);
    assertThat(refused.err()).contains("entry 1 is no WalEntry");
  }

  @Test
  void anExportIsTakenOverAgain() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b", "c");
    Run exported = Run.of("export", "--for", "0.7.2", log, tmp.resolve("out"));
    assertThat(exported.err()).isEmpty();
    assertThat(exported.status()).isZero();
    assertThat(exported.out()).contains("entries     3  (1 to 3)", "segments    1");
    assertThat(tmp.resolve("out/wal/.lock")).doesNotExist();
    assertThat(Run.of("verify", tmp.resolve("out")).out()).contains("CLEAN", "version 3");
    assertThat(Run.of("cat", "-0", tmp.resolve("out")).out()).isEqualTo("a\0b\0c\0");
    assertThat(Run.of("import", tmp.resolve("out"), tmp.resolve("back")).status()).isZero();
    assertThat(Run.of("cat", tmp.resolve("back")).out()).isEqualTo("a\nb\nc\n");
    Run withMarker = Run.of("export", "--marker", log, tmp.resolve("marked"));
    assertThat(withMarker.out()).contains("entries     3 "); // There is no checkpoint to name.
  }

  @Test
  void wrongUsageIsSaid() throws IOException {
    Path root = crate(1, "a");
    assertThat(Run.of("import", root).status()).isEqualTo(3);
    assertThat(Run.of("cat", "--follow", root).err()).contains("--follow does not go with");
    assertThat(Run.of("import", "--to", "-1", root, tmp.resolve("new")).status()).isEqualTo(3);
    assertThat(Run.of("import", tmp.resolve("missing"), tmp.resolve("new")).err())
        .contains("no such file");
    Path log = Logs.of(tmp.resolve("log"), "a");
    assertThat(Run.of("import", log, tmp.resolve("new")).err())
        .contains("no log of the Rust crate");
    assertThat(Run.of("export", "--for", "0.9.0", log, tmp.resolve("new")).err())
        .contains("0.2.0 to 0.8.0 are");
    assertThat(Run.of("export", root, tmp.resolve("new")).err()).contains("Rust crate");
    assertThat(tmp.resolve("new")).doesNotExist();
    assertThat(tmp.resolve("new.importing")).doesNotExist();
    assertThat(tmp.resolve("new.exporting")).doesNotExist();
  }

  @Test
  void nothingIsMadeWithinTheDirectoryThatIsOnlyRead() throws IOException {
    Path root = crate(1, "a");
    var before = Logs.content(root);
    for (String place : new String[] {"new", "wal/new", "checkpoints", "x/y/z", "wal/../new"}) {
      Run run = Run.of("import", root, root.resolve(place));
      assertThat(run.status()).isEqualTo(3);
      assertThat(run.err()).contains("is within", "only read");
    }
    assertThat(Logs.content(root)).isEqualTo(before);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no such names")
  void namesThatControlATerminalArePrintedWithout() throws IOException {
    Path root = crate(1, "a");
    Files.createDirectories(root.resolve("checkpoints"));
    Files.write(root.resolve("checkpoints/\u001b[2J\u0007.chk"), new byte[] {1});
    Run run = Run.of("import", root, tmp.resolve("new"));
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out())
        .contains("left out    checkpoints/\\u001b[2J\\u0007.chk")
        .doesNotContain("\u001b");
  }

  /** The length of the entry after it is damaged. */
  @Test
  void anEntryBeforeDamageIsPrintedAndTakenOver() throws IOException {
    Path root = crate(1000, 1, "a", "b", "c");
    byte[] all = Files.readAllBytes(segment(root, 1));
    all[24 + 17] = 3;
    Files.write(segment(root, 1), all);
    assertThat(Run.of("verify", root).status()).isEqualTo(2);
    assertThat(Run.of("cat", "--to", "1", root).out()).isEqualTo("a\n");
    assertThat(Run.of("cat", "--to", "1", root).status()).isZero();
    assertThat(Run.of("import", "--to", "1", root, tmp.resolve("new")).status()).isEqualTo(1);
  }

  @Test
  void whatAKilledImportLeftIsRemovedAndWhatIsNotItsIsNot() throws IOException {
    Path root = crate(1, "a");
    Path staged = Files.createDirectories(tmp.resolve("new.importing/wal"));
    Files.writeString(staged.resolve("part"), "of a log");
    Run refused = Run.of("import", root, tmp.resolve("new"));
    assertThat(refused.status()).isEqualTo(3);
    assertThat(refused.err()).contains("is in the way");
    assertThat(staged.resolve("part")).exists();
    Files.createFile(tmp.resolve("new.importing/.staged"));
    assertThat(Run.of("import", root, tmp.resolve("new")).status()).isZero();
    assertThat(tmp.resolve("new.importing")).doesNotExist();
    assertThat(Run.of("cat", tmp.resolve("new")).out()).isEqualTo("a\n");
    Files.createDirectory(tmp.resolve("empty"));
    assertThat(Run.of("import", root, tmp.resolve("empty")).status()).isZero();
  }

  @Test
  void killedAtAnyMomentItIsDoneOrNotAndTheNextOneSucceeds() throws Exception {
    String[] entries = new String[3_000];
    Arrays.fill(entries, "x".repeat(3_000));
    Path root = crate(1 << 20, 1, entries);
    for (int kill = 0; kill < 3; kill++) {
      Path to = tmp.resolve("new" + kill);
      Path staged = tmp.resolve("new" + kill + ".importing");
      Child child = Child.start(tmp, "import", root, to);
      // At another moment each time: when it begins, when it copies, when it is nearly done.
      Path sign = kill == 0 ? staged : kill == 1 ? staged.resolve("wal") : to;
      while (child.process().isAlive() && !Files.exists(sign)) {
        Thread.onSpinWait();
      }
      child.process().destroyForcibly().waitFor();
      if (Files.exists(to)) {
        assertThat(Run.of("verify", to).out()).contains("CLEAN").containsPattern("intact +3000 ");
        continue;
      }
      assertThat(Run.of("import", root, to).status()).isZero();
      assertThat(Run.of("verify", to).out()).containsPattern("intact +3000 ");
      assertThat(staged).doesNotExist();
    }
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows cannot mount a small tmpfs")
  void onAFullDiskNothingStays() throws Exception {
    String[] entries = new String[40];
    Arrays.fill(entries, "x".repeat(100_000));
    Path root = crate(1 << 20, 1, entries);
    Path mount = Files.createDirectory(tmp.resolve("disk"));
    if (!SmallDisk.mount(mount)) {
      System.out.println("skipped: a small disk can be mounted by root alone");
      abort("a small disk can be mounted by root alone");
    }
    try {
      Run run = Run.of("import", root, mount.resolve("new"));
      assertThat(run.status()).isEqualTo(3);
      assertThat(run.errLines()).hasSize(1);
      assertThat(run.err()).doesNotContain("internal");
      assertThat(mount.toFile().list()).isEmpty();
      assertThat(Run.of("import", "--to", "5", root, mount.resolve("new")).status()).isZero();
    } finally {
      SmallDisk.unmount(mount);
    }
  }
}
