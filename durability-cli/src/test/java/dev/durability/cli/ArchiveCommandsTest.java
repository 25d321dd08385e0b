package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.log.LogReport;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalMaintenance;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code durability archive}, {@code backup}, {@code restore}, and {@code verify} of an archive.
 */
final class ArchiveCommandsTest {
  @TempDir private Path temp;
  private Path log;
  private Path store;
  private Path target;

  @BeforeEach
  void makeLog() throws IOException {
    log = Logs.of(temp.resolve("log"), "one", "two", "three");
    store = temp.resolve("store");
    target = temp.resolve("target");
  }

  private Run archive(Object... more) {
    Object[] args =
        Stream.concat(Stream.of("archive", log, "--to", store, "--once"), Stream.of(more))
            .toArray();
    return Run.of(args);
  }

  @Test
  void logIsArchivedVerifiedAndRestoredToAnEntry() {
    assertThat(archive().out()).startsWith("archived up to entry 3; behind by 0 bytes");
    Run verify = Run.of("verify", store);
    assertThat(verify.status()).isEqualTo(ExitStatus.OK);
    assertThat(verify.out()).startsWith("WHOLE: ").contains(": entries 1 to 3 until 20");
    Run restore = Run.of("restore", "--from", store, "--to-entry", 2, target);
    assertThat(restore.err()).isEmpty();
    assertThat(restore.status()).isEqualTo(ExitStatus.OK);
    assertThat(restore.out())
        .isEqualTo("restored up to entry 2, CLEAN: 1 segments, no checkpoint\n");
    assertThat(Run.of("cat", target).out()).isEqualTo("one\ntwo\n");
  }

  @Test
  void jsonHasFixedKeys() {
    assertThat(archive("--json").out())
        .matches(
            "\\{\"timeline\":\"[^\"]+\",\"archived\":3,\"bytesBehind\":0,\"secondsBehind\":[0-9.]+,"
                + "\"objects\":[0-9]+,\"bytes\":[0-9]+,\"failure\":null}\n");
    assertThat(Run.of("verify", "--json", store).out())
        .matches(
            "\\{\"whole\":true,\"objects\":[0-9]+,\"bytes\":[0-9]+,\"timelines\":\\[\\{\"name\":\"[^\"]+\","
                + "\"parent\":\"\",\"first\":1,\"last\":3,\"lastTime\":\"[^\"]+\",\"checkpoints\":0}],"
                + "\"problems\":\\[],\"notes\":\\[]}\n");
    assertThat(Run.of("restore", "--json", "--from", store, target).out())
        .matches(
            "\\{\"timeline\":\"[^\"]+\",\"last\":3,\"segments\":1,\"checkpoint\":null,"
                + "\"bytes\":[0-9]+,\"verdict\":\"CLEAN\",\"notes\":\\[]}\n");
    assertThat(Run.of("backup", "--json", log, "--to", temp.resolve("copy")).out())
        .matches("\\{\"last\":3,\"bytes\":[0-9]+}\n");
  }

  @Test
  void instantsAreParsedAndThoseBeforeTheArchiveAreRefused() {
    archive();
    assertThat(
            Run.of("restore", "--from", store, "--to-instant", "2999-01-01T00:00:00+01:00", target)
                .status())
        .isEqualTo(ExitStatus.OK);
    assertThat(Run.of("cat", target).out()).isEqualTo("one\ntwo\nthree\n");
    Run early =
        Run.of(
            "restore", "--from", store, "--to-instant", "1999-01-01T00:00:00Z", temp.resolve("b"));
    assertThat(early.status()).isEqualTo(ExitStatus.FAILED);
    assertThat(early.err()).contains("does not reach back to 1999");
    Run wrong = Run.of("restore", "--from", store, "--to-instant", "noon", temp.resolve("c"));
    assertThat(wrong.err()).contains("'noon' is no time such as");
  }

  @Test
  void damageIsNamedAndEndsWithTwo() throws IOException {
    archive();
    Path object;
    try (Stream<Path> files = Files.walk(store.resolve("data"))) {
      object = files.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(object);
    bytes[70] ^= 1;
    Files.write(object, bytes);
    Run verify = Run.of("verify", store);
    assertThat(verify.status()).isEqualTo(ExitStatus.CORRUPT);
    assertThat(verify.out()).startsWith("DAMAGED").contains(object.getFileName().toString());
    assertThat(Run.of("verify", "--json", store).out()).contains("\"whole\":false");
    Run restore = Run.of("restore", "--from", store, target);
    assertThat(restore.status()).isEqualTo(ExitStatus.CORRUPT);
    assertThat(restore.err()).contains(object.getFileName().toString());
  }

  @Test
  void backupIsALogAndTheTargetMustBeEmpty() {
    Run backup = Run.of("backup", log, "--to", target);
    assertThat(backup.out()).startsWith("copied up to entry 3, ");
    assertThat(Run.of("cat", target).out()).isEqualTo("one\ntwo\nthree\n");
    Run again = Run.of("backup", log, "--to", target);
    assertThat(again.status()).isEqualTo(ExitStatus.FAILED);
    assertThat(again.err()).contains("empty directory only");
  }

  @Test
  void backupOfADamagedLogSaysWhatVerifySaysAndLeavesNothing() throws IOException {
    Logs.corrupt(log);
    LogReport verdict = WalMaintenance.verify(FsDirectory.openForReading(log));
    Run backup = Run.of("backup", log, "--to", target);
    assertThat(backup.status()).isEqualTo(ExitStatus.CORRUPT);
    assertThat(backup.errLines()).hasSize(1);
    assertThat(backup.err())
        .contains(verdict.end().file() + " at offset " + verdict.end().offset() + ": ")
        .contains(String.valueOf(verdict.reason()))
        .contains("from an older backup");
    assertThat(target).doesNotExist();
    Files.createDirectory(target);
    assertThat(Run.of("backup", log, "--to", target).status()).isEqualTo(ExitStatus.CORRUPT);
    assertThat(target).isEmptyDirectory();
    // Nobody is asked there: a part of the log would be the timeline that was begun last.
    String nobody = "s3://bucket/x?endpoint=http://127.0.0.1:1&region=none";
    assertThat(Run.of("backup", log, "--to", nobody).status()).isEqualTo(ExitStatus.CORRUPT);
    Run archive = archive();
    assertThat(archive.status()).isEqualTo(ExitStatus.CORRUPT);
    assertThat(archive.err()).contains(String.valueOf(verdict.reason()));
  }

  @Test
  void archiveWithoutItsRootIsDamagedAndItsArchiverStoresItAgain() throws IOException {
    archive();
    byte[] root = Files.readAllBytes(store.resolve("archive"));
    Files.delete(store.resolve("archive"));
    for (List<Object> command :
        List.<List<Object>>of(
            List.of("verify", store), List.of("restore", "--from", store, target))) {
      Run run = Run.of(command.toArray());
      assertThat(run.status()).isEqualTo(ExitStatus.CORRUPT);
      assertThat(run.errLines()).hasSize(1);
      assertThat(run.err())
          .contains("archive: it is missing in " + store)
          .contains(new String(root, StandardCharsets.US_ASCII).lines().toList().get(1));
    }
    Path other = Logs.of(temp.resolve("other"), "another");
    Run foreign = Run.of("archive", other, "--to", store, "--once");
    assertThat(foreign.status()).isEqualTo(ExitStatus.FAILED);
    assertThat(foreign.err()).contains("is the archive of the log");
    assertThat(store.resolve("archive")).doesNotExist();
    assertThat(archive().status()).isEqualTo(ExitStatus.OK);
    assertThat(store.resolve("archive")).hasBinaryContent(root);
    assertThat(Run.of("verify", store).out()).startsWith("WHOLE");
  }

  @Test
  void timelineOfAnArchiverThatWasKilledBeforeItsFirstRecordHasNothing() throws IOException {
    archive();
    try (Stream<Path> records = Files.walk(store.resolve("records"))) {
      for (Path record : records.filter(Files::isRegularFile).toList()) {
        Files.delete(record);
      }
    }
    try (Stream<Path> data = Files.walk(store.resolve("data"))) {
      for (Path object : data.filter(Files::isRegularFile).toList()) {
        Files.delete(object);
      }
    }
    Run verified = Run.of("verify", store);
    assertThat(verified.status()).isEqualTo(ExitStatus.EMPTY);
    assertThat(verified.out())
        .startsWith("EMPTY: 0 objects")
        .contains(": nothing is archived yet")
        .doesNotContain("1970");
    Run restore = Run.of("restore", "--from", store, target);
    assertThat(restore.status()).isEqualTo(ExitStatus.FAILED);
    assertThat(restore.err()).contains("yet").doesNotContain("internal");
    assertThat(archive().out()).startsWith("archived up to entry 3;");
  }

  @Test
  void placeInTheDirectoryOfTheLogIsRefusedAndNothingIsWrittenThere() throws IOException {
    Path link = temp.resolve("link");
    Files.createSymbolicLink(link, log);
    for (String command : List.of("archive", "backup")) {
      for (Object place : List.of(log, log + "/store", log + "/x/y/z", link + "/store")) {
        Run run = Run.of(command, log, "--to", place);
        assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(run.err()).contains("is in the directory of the log");
      }
    }
    try (Stream<Path> files = Files.list(log)) {
      assertThat(files.map(file -> file.getFileName().toString())).doesNotContain("archive");
    }
    Run archive = Run.of("archive", log, "--to", log + "-archive", "--once");
    assertThat(archive.status()).isEqualTo(ExitStatus.OK);
  }

  @Test
  void wrongUsageIsRefused() {
    for (List<Object> args :
        List.<List<Object>>of(
            List.of("archive", log),
            List.of("archive", log, "--to", store, "--keep-days", 3),
            List.of("archive", log, "--to", store, "--interval", 0),
            List.of("archive", log, "--to", store, "--hold", 1000),
            List.of("archive", log, "--to", store, "--hold", Long.MAX_VALUE),
            List.of("archive", log, "--to", store, "--hold", Long.MIN_VALUE),
            List.of("archive", log, "--to", "ftp://x/y"),
            List.of("archive", log, "--to", store, "--keep-checkpoints", 0),
            List.of("backup", log, "--to", "ftp://x/y"),
            List.of("restore", target),
            List.of("restore", "--from", store, "--to-entry", -1, target),
            List.of(
                "restore",
                "--from",
                store,
                "--to-entry",
                1,
                "--to-instant",
                "2026-01-01T00:00:00Z",
                target),
            List.of("restore", "--from", temp.resolve("none"), target))) {
      assertThat(Run.of(args.toArray()).status()).as("%s", args).isEqualTo(ExitStatus.FAILED);
    }
    archive();
    Run other = Run.of("restore", "--from", store, "--timeline", "x", target);
    assertThat(other.err()).contains("there is no timeline x");
  }

  @Test
  void runningArchiverEndsInOrderWhenItIsAsked() throws InterruptedException {
    Termination termination = new Termination();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Thread running =
        new Thread(
            () ->
                Run.with(
                    new ByteArrayInputStream(new byte[0]),
                    out,
                    termination,
                    "archive",
                    log,
                    "--to",
                    store,
                    "--keep-checkpoints",
                    2,
                    "--keep-days",
                    1));
    running.start();
    while (!Files.isDirectory(store.resolve("records"))) {
      Thread.onSpinWait();
    }
    termination.request();
    running.join();
    assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("archived up to entry 3;");
  }
}
