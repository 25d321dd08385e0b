package dev.durability.cli;

import static dev.durability.cli.Explained.kinds;
import static dev.durability.cli.Explained.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codecs;
import dev.durability.recordlog.RecordLogOptions;
import dev.durability.recordlog.RecordLogWriter;
import dev.durability.rust.CrateLogOptions;
import dev.durability.rust.CrateLogWriter;
import dev.durability.rust.CrateVersion;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each thing that can happen to a log is named for what it is. */
class ExplainCommandTest {
  @TempDir private Path tmp;

  private Path log(String name) throws IOException {
    return Logs.ofFourSegments(tmp.resolve(name));
  }

  private static void append(Path log, int entries) throws IOException {
    try (WalWriter<byte[]> writer =
        WalWriter.open(FsDirectory.open(log), Codecs.bytes(), WalOptions.defaults())) {
      for (int i = 0; i < entries; i++) {
        long unused = writer.append(new byte[1]);
      }
    }
  }

  private static void change(Path file, int from, int to) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    for (int i = from; i < to; i++) {
      bytes[i] ^= 0x55;
    }
    Files.write(file, bytes);
  }

  private static void zero(Path file, int from, int to) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Arrays.fill(bytes, from, to, (byte) 0);
    Files.write(file, bytes);
  }

  @Test
  void aLogThatIsWhole() throws IOException {
    Path log = log("log");
    var before = Logs.content(log);
    assertThat(text(log, 0))
        .startsWith("CLEAN: " + log)
        .contains("Nothing: the log was closed.", "It goes on after entry 4.")
        .contains("Nothing: open the log.");
    assertThat(kinds(log)).containsExactly("NOTHING");
    assertThat(Logs.content(log)).isEqualTo(before);
    List<String> keys = new ArrayList<>();
    Explained.of(log).fieldNames().forEachRemaining(keys::add);
    assertThat(keys).containsExactly("log", "state", "causes", "opening", "toDo", "loss", "notes");
  }

  @Test
  void bytesAfterTheEndAndWhatAnOpeningMadeOfThem() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b");
    Logs.tear(log);
    assertThat(text(log, 1))
        .contains(
            "Bytes follow the end of the log", "It cuts wal/", "keeps what it cuts in quarantine/")
        .contains("after entry 2.", "Nothing: the log ends before these bytes.");
    assertThat(kinds(log)).containsExactly("ADDED_BYTES");
    assertThat(Run.withInput("c\n".getBytes(StandardCharsets.UTF_8), "append", log).status())
        .isZero();
    assertThat(text(log, 0)).contains("Earlier openings cut off 7 bytes in 1 file");
  }

  @Test
  void aLogThatAProgramHasOpenAndOneThatWasKilled() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a");
    String note;
    try (DirectoryLock held = FsDirectory.open(log).lock("wal/.lock")) {
      held.requireHeld();
      long process = ProcessHandle.current().pid();
      assertThat(text(log, 0))
          .contains("process " + process, "It is refused while process " + process)
          .contains("There is no file to delete.");
      assertThat(kinds(log)).containsExactly("IN_USE");
      note = Files.readString(log.resolve("wal/.lock.holder"));
    }
    Files.writeString(
        log.resolve("wal/.lock.holder"),
        note.replaceAll("process .*", "process " + Long.MAX_VALUE));
    assertThat(text(log, 0)).contains("ended without closing the log");
  }

  @Test
  void aLostSegment() throws IOException {
    Path log = log("log");
    Path second = Logs.segments(log).get(1);
    Files.delete(second);
    assertThat(kinds(log)).containsExactly("LOST_SEGMENT");
    assertThat(text(log, 2))
        .contains("A file was lost or removed. It held entry 2.", "segment 2 is missing")
        .contains("its name is wal/" + second.getFileName())
        .contains("It refuses, and changes nothing.", "durability salvage " + log)
        .contains("takes out what is intact: entry 1, entries 3 to 4.")
        .contains("Without a backup: entry 2. All others");
    Files.delete(Logs.segments(log).get(0));
    assertThat(text(log, 2))
        .contains("The beginning of the log is gone, with entries 1 to 2")
        .contains("their numbers are 1 to 2");
  }

  @Test
  void filesThatAreNotTheLogsAreNamedAsTheMissingOneMayBeAmongThem() throws IOException {
    Path log = log("log");
    assertThat(text(log, 0)).doesNotContain("Not the log's");
    Path second = Logs.segments(log).get(1);
    Files.move(second, second.resolveSibling(second.getFileName() + ".gz"));
    Files.createDirectory(log.resolve("wal/backup"));
    assertThat(text(log, 2))
        .contains("Not the log's, and read by nothing: wal/" + second.getFileName() + ".gz")
        .contains("wal/backup/. If a segment is missing");
  }

  @Test
  void aDamagedSectorInTheMiddleAndInAHeader() throws IOException {
    Path log = log("log");
    zero(Logs.segments(log).get(1), 512, 1024);
    assertThat(kinds(log)).containsExactly("DAMAGED_BYTES");
    assertThat(text(log, 2))
        .contains(
            "Check the disk", "It held entry 2.", "a sector of zeros from offset 512 to 1024");
    Path other = log("other");
    change(Logs.segments(other).get(1), 0, 64);
    assertThat(kinds(other)).containsExactly("DAMAGED_HEADER");
    assertThat(text(other, 2))
        .contains(
            "Nothing that is known: all entries that the files of the log promise are intact");
    Path both = log("both");
    change(Logs.segments(both).get(1), 0, 512);
    assertThat(kinds(both)).contains("DAMAGED_HEADER").doesNotContain("LOST_SEGMENT");
  }

  @Test
  void aFileThatWasCutShort() throws IOException {
    Path log = log("log");
    Path segment = Logs.segments(log).get(1);
    Files.write(segment, Arrays.copyOf(Files.readAllBytes(segment), 64));
    assertThat(kinds(log)).containsExactly("CUT_FILE");
    assertThat(text(log, 2)).contains("A file was cut short", "ends at offset 64");
    Path inside = log("inside");
    Path cut = Logs.segments(inside).get(1);
    Files.write(cut, Arrays.copyOf(Files.readAllBytes(cut), 2000));
    assertThat(kinds(inside)).containsExactly("CUT_FILE");
  }

  @Test
  void filesThatWereRenamedOrWrittenTo() throws Exception {
    Path log = log("log");
    List<Path> all = Logs.segments(log);
    Path aside = tmp.resolve("aside");
    Files.move(all.get(1), aside);
    Files.move(all.get(2), all.get(1));
    Files.move(aside, all.get(2));
    assertThat(kinds(log)).containsExactly("WRONG_NAME", "WRONG_NAME");
    assertThat(text(log, 2))
        .contains("by its header, which is whole, it is wal/", "If mending helps: nothing.")
        .contains("it will say CLEAN: put the copy in the place of the log");
    Path copy = tmp.resolve("copy");
    Explained.follow(log, copy);
    assertThat(text(copy, 0)).startsWith("CLEAN");
    Path other = log("other");
    Files.write(Logs.segments(other).get(1), new byte[] {1}, StandardOpenOption.APPEND);
    assertThat(kinds(other)).containsExactly("ADDED_BYTES");
    Path empty = log("empty");
    Files.write(Logs.segments(empty).get(3), new byte[0]);
    assertThat(kinds(empty)).contains("CUT_FILE");
    assertThat(text(empty, 2)).contains("entries from 4 on");
    Path parent = tmp.resolve("renamed");
    Files.move(log.resolve("wal"), Files.createDirectories(parent).resolve("wal.bak"));
    assertThat(text(parent, 3)).contains("wal.bak: the segments in it belong in wal/.");
  }

  @Test
  void aCheckpointThatIsLostOrDamaged() throws IOException {
    Path log = tmp.resolve("log");
    FsDirectory directory = FsDirectory.open(log);
    WalOptions options = WalOptions.builder().segmentBytes(4096).preallocatedBytesMax(0).build();
    try (WalWriter<byte[]> writer = WalWriter.open(directory, Codecs.bytes(), options)) {
      long unused = writer.append(new byte[3000]);
      unused = writer.append(new byte[3000]);
      writer.sync();
      String path =
          Checkpoints.in(directory, Clock.systemUTC())
              .write(writer.logId(), 2, out -> out.write(new byte[100]));
      var unusedMarker = writer.appendCheckpoint(2, path);
      unused = writer.append(new byte[3000]);
      var unusedRemoved = writer.truncate(2);
    }
    assertThat(kinds(log)).containsExactly("NOTHING");
    Path checkpoint = log.resolve("checkpoints/00000000000000000002.ckpt");
    byte[] whole = Files.readAllBytes(checkpoint);
    change(checkpoint, 100, 101);
    assertThat(kinds(log)).contains("DAMAGED_CHECKPOINT").doesNotContain("LOST_SEGMENT");
    assertThat(text(log, 2)).contains("entries 1 to 2");
    Files.delete(checkpoint);
    assertThat(kinds(log)).containsExactly("LOST_CHECKPOINT");
    Files.write(checkpoint, whole);
    for (Path segment : Logs.segments(log)) {
      Files.delete(segment);
    }
    assertThat(text(log, 2))
        .contains("All segments of the log are gone; a checkpoint is left.")
        .contains("takes out what is intact: the checkpoint of entry 2.", "Copy the directory")
        .doesNotContain("takes out all entries");
  }

  @Test
  void aFileOfAnotherLogAndTracesOfTwoWriters() throws IOException {
    Path log = log("log");
    Path other = log("other");
    byte[] foreign = Files.readAllBytes(Logs.segments(other).get(1));
    Files.write(Logs.segments(log).get(1), foreign);
    assertThat(kinds(log)).contains("FOREIGN_FILE");
    assertThat(text(log, 2)).contains("A file of another log is in the directory");

    Path twice = log("twice");
    Path copy = tmp.resolve("copy");
    Files.createDirectories(copy.resolve("wal"));
    for (Path segment : Logs.segments(twice)) {
      Files.copy(segment, copy.resolve("wal").resolve(segment.getFileName()));
    }
    for (Path each : List.of(twice, copy)) {
      append(each, each.equals(copy) ? 2 : 1);
      append(each, 1);
    }
    Path last = Logs.lastSegment(copy);
    Files.copy(last, twice.resolve("wal").resolve(last.getFileName()));
    assertThat(kinds(twice)).contains("TWO_WRITERS");
    assertThat(text(twice, 2)).contains("Keep those of one writer");
  }

  @Test
  void aPlainCopyIsNoTraceOfTwoWriters() throws IOException {
    Path log = log("log");
    Path second = Logs.segments(log).get(1);
    String name = second.getFileName().toString();
    Files.copy(second, second.resolveSibling(name.replaceFirst("2", "3")));
    assertThat(kinds(log)).containsExactly("SECOND_FILE");
    assertThat(text(log, 2)).contains("it may be all that is wrong");
  }

  @Test
  void moreStretchesThanAreNamedAreCounted() throws IOException {
    String[] entries = new String[15];
    for (int i = 0; i < entries.length; i++) {
      entries[i] = "entry " + (char) ('a' + i);
    }
    Path log = Logs.of(tmp.resolve("log"), entries);
    Path file = Logs.firstSegment(log);
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    for (int i = 1; i < entries.length; i += 2) {
      int at = text.indexOf(entries[i]);
      change(file, at, at + 1);
    }
    assertThat(text(log, 2))
        .contains("entry 10, and 2 more ranges, which 'durability salvage' lists (7 in all). All");
  }

  @Test
  void anotherVersionAndAnotherLibrary() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a");
    Logs.makeOfUnknownVersion(log);
    assertThat(text(log, 3)).contains("A newer version of the library wrote the log.");
    assertThat(kinds(log)).containsExactly("OTHER_VERSION");
    Path mixed = Logs.of(tmp.resolve("mixed"), "a");
    byte[] bytes = Files.readAllBytes(Logs.firstSegment(mixed));
    System.arraycopy(new byte[] {'V', 'W', 'A', 'L'}, 0, bytes, 0, 4);
    Files.write(Logs.firstSegment(mixed), bytes);
    assertThat(kinds(mixed)).containsExactly("OTHER_LIBRARY");
    Path crate = tmp.resolve("crate");
    try (CrateLogWriter writer =
        CrateLogWriter.open(FsDirectory.open(crate), CrateLogOptions.of(CrateVersion.NEWEST))) {
      long unused = writer.append(new byte[10]);
    }
    assertThat(text(crate, 3))
        .contains("The Rust crate durability wrote the log.", "durability import " + crate);
  }

  @Test
  void cutEndsAndNewBeginningsAreTold() throws IOException {
    Path log = tmp.resolve("log");
    try (WalWriter<byte[]> writer =
        WalWriter.open(FsDirectory.open(log), Codecs.bytes(), WalOptions.defaults())) {
      for (int i = 0; i < 3; i++) {
        long unused = writer.append(new byte[1]);
      }
      writer.truncateAfter(2);
      long unused = writer.append(new byte[2]);
      writer.sync();
      writer.restartAt(10);
    }
    assertThat(text(log, 0))
        .contains("The log's owner cut off its end before entry 3.")
        .contains("The log begins at entry 10");
  }

  @Test
  void directoriesWithoutALogAndRecordLogs() throws IOException {
    Path empty = Files.createDirectories(tmp.resolve("empty"));
    assertThat(text(empty, 3)).contains("The directory is empty.");
    Path none = tmp.resolve("none");
    Files.createDirectories(none.resolve("wal"));
    assertThat(text(none, 3)).contains("wal/ has no segment");
    Path parent = tmp.resolve("parent");
    Path inside = Logs.of(parent.resolve("inside"), "a");
    assertThat(text(parent, 3)).contains("Name one of the logs in it: " + inside);
    Path records = Files.createDirectories(tmp.resolve("records"));
    try (RecordLogWriter<String> writer =
        RecordLogWriter.open(
            FsDirectory.open(records), "a.rlog", Codecs.utf8(), RecordLogOptions.defaults())) {
      long unused = writer.append("x");
    }
    assertThat(text(records, 0)).contains("The record log a.rlog is whole.", "1 records");
    Path file = records.resolve("a.rlog");
    Files.write(file, new byte[] {1, 2, 3}, StandardOpenOption.APPEND);
    assertThat(text(file, 1)).contains("the end of the record log a.rlog was being written");
    change(file, 80, 81);
    assertThat(text(file, 2)).contains("The record log a.rlog is damaged.");
    Files.createFile(empty.resolve(".staged"));
    assertThat(text(empty, 3)).contains("did not get to the end");
    assertThat(Run.of("explain", tmp.resolve("missing")).status()).isEqualTo(3);
  }
}
