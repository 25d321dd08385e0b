package dev.durability.cli;

import static dev.durability.cli.Explained.kinds;
import static dev.durability.cli.Explained.text;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of a log that opens, although it may be damaged: nobody is led to lose entries. */
class ExplainOpenableTest {
  /** Of entries of four bytes: frames begin at multiples of 8. */
  private static final int PADDING = 4;

  @TempDir private Path tmp;

  /** Entries a to e, which nothing promises: nothing follows them. */
  private Path unpromised() throws IOException {
    Path log = Logs.of(tmp.resolve("unpromised"), "aaaa", "bbbb", "cccc", "dddd", "eeee");
    Path file = Logs.lastSegment(log);
    byte[] bytes = Files.readAllBytes(file);
    int end = offsetOf(file, "eeee") + "eeee".length();
    Files.write(file, Arrays.copyOf(bytes, end + PADDING)); // Without a MARK before END, if one is.
    return log;
  }

  private Path cutWithinTheLastEntry() throws IOException {
    Path log = unpromised();
    Path file = Logs.lastSegment(log);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 6));
    return log;
  }

  private static int offsetOf(Path file, String text) throws IOException {
    return new String(Files.readAllBytes(file), ISO_8859_1).indexOf(text);
  }

  @Test
  void entriesThatStandAfterTheBreakAreSalvagedBeforeTheLogIsOpened() throws IOException {
    Path log = unpromised();
    Path file = Logs.lastSegment(log);
    byte[] bytes = Files.readAllBytes(file);
    int at = offsetOf(file, "bbbb");
    bytes[at] ^= 1;
    Files.write(file, bytes);
    assertThat(text(log, 1)).contains("likely one bit: ", "it will say CLEAN");
    bytes[at + 3] ^= 1;
    Files.write(file, bytes);

    assertThat(text(log, 1))
        .startsWith("AMBIGUOUS")
        .contains("Entries 3 to 5 stand whole after the break; opening cuts them off.")
        .contains("Salvage first: 'durability salvage " + log)
        .contains("By opening: entries 3 to 5")
        .doesNotContain("Nothing: open the log", "Nothing that was acknowledged");
    Run salvaged = Run.of("salvage", log, "--to", tmp.resolve("saved"));
    assertThat(salvaged.status()).isEqualTo(1);
    assertThat(salvaged.out())
        .contains("whole       no: entries are missing before others that are there")
        .contains("lost        nothing that is known");
  }

  @Test
  void bytesThatWereTakenOutOrPutInAreDamageAndNoCrash() throws IOException {
    Path log = unpromised();
    Path file = Logs.lastSegment(log);
    byte[] whole = Files.readAllBytes(file);
    int at = offsetOf(file, "bbbb");
    for (int change : new int[] {-3, 5}) {
      ByteArrayOutputStream changed = new ByteArrayOutputStream();
      changed.write(whole, 0, at);
      changed.write(new byte[Math.max(0, change)]);
      int from = at + Math.max(0, -change);
      changed.write(whole, from, whole.length - from);
      Files.write(file, changed.toByteArray());

      assertThat(kinds(log)).as("%s bytes", change).containsExactly("DAMAGED_BYTES");
      assertThat(text(log, 1))
          .contains("After that entries 3 to 5 stand whole.", "a whole frame is at offset ")
          .contains("opening cuts them off. Salvage first:", "By opening: entries 3 to 5")
          .doesNotContain("check the disk", "Probably a crash");
    }
  }

  /** What the text says to do gives the entries back. */
  @Test
  void aSalvageBringsTheEntriesAfterMissingBytesBack() throws IOException {
    Path log = unpromised();
    Path file = Logs.lastSegment(log);
    byte[] whole = Files.readAllBytes(file);
    int at = offsetOf(file, "bbbb");
    ByteArrayOutputStream changed = new ByteArrayOutputStream();
    changed.write(whole, 0, at);
    changed.write(whole, at + 3, whole.length - at - 3);
    Files.write(file, changed.toByteArray());
    Path saved = tmp.resolve("saved");
    assertThat(Run.of("salvage", log, "--to", saved).out()).contains("entries 3 to 5: from-");
    assertThat(Run.of("cat", saved.resolve("from-00000000000000000003")).out())
        .isEqualTo("cccc\ndddd\neeee\n");
  }

  @Test
  void aTornEndIsNotSaidToBeACrashForCertain() throws IOException {
    Path log = cutWithinTheLastEntry();
    String host = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    Files.writeString(
        log.resolve("wal/.lock.holder"),
        "token 0\nprocess 2147483647\nhost " + host + "\nsince 2026-01-01T00:00:00Z\n");

    assertThat(kinds(log)).containsExactly("CRASH");
    assertThat(text(log, 1))
        .contains("Probably a crash:", "where entry 5 would begin", "a file that was cut short")
        .contains("If the file was cut or overwritten: entries from 5 on");
  }

  /** The note of who has the log open goes when the log is closed, and stays after a kill. */
  @Test
  void aTornEndOfALogThatWasClosedIsProbablyNotThatOfAWriterThatWasKilled() throws IOException {
    Path log = cutWithinTheLastEntry();

    assertThat(text(log, 1))
        .contains("no writer seems to have been killed", "wal/.lock.holder is not there")
        .contains("If a write or the power failed: open the log.", "Copy the directory as it is")
        .contains("If the file was cut or overwritten: entries from 5 on")
        .doesNotContain("Probably a crash", "After a crash nothing");
    Files.delete(log.resolve("wal/.lock"));
    assertThat(text(log, 1)).contains("Probably a crash");
  }

  @Test
  void bytesAfterACleanEndAreNoCrash() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b");
    Files.writeString(Logs.lastSegment(log), "a line of text\n", StandardOpenOption.APPEND);

    assertThat(kinds(log)).containsExactly("ADDED_BYTES");
    assertThat(text(log, 1))
        .contains("Bytes follow the end of the log", "15 bytes", "Nothing: the log ends before")
        .doesNotContain("A crash:");
  }

  @Test
  void aLogThatWasNotClosedMayHaveLostItsEnd() throws IOException {
    Path log = Logs.ofFourSegments(tmp.resolve("log"));
    assertThat(text(log, 0)).contains("Nothing: the log was closed.", "can be lost Nothing.");
    Files.delete(Logs.lastSegment(log));

    assertThat(text(log, 0))
        .startsWith("CLEAN")
        .contains(
            "The last writer gave up the lock", "its end may be missing, with the newest files")
        .contains("entries from 4 on, and nothing here tells whether there were any");
    Files.writeString(log.resolve("wal/.lock.holder"), "process 2147483647\nhost elsewhere\n");
    assertThat(text(log, 0))
        .contains("The last file was ended, and the log was not closed", "or that file is missing");
    Path torn = unpromised();
    assertThat(text(torn, 0)).contains("The last writer gave up the lock");
    Files.delete(torn.resolve("wal/.lock"));
    assertThat(text(torn, 0)).contains("The log was not closed: its writer was killed");
  }

  @Test
  void aTornEndIsToldBesideOtherDamage() throws IOException {
    Path log = Logs.ofFourSegments(tmp.resolve("log"));
    Files.delete(Logs.segments(log).get(1));
    Path last = Logs.lastSegment(log);
    byte[] bytes = Files.readAllBytes(last);
    Files.write(last, Arrays.copyOf(bytes, 2000));

    assertThat(kinds(log)).containsExactly("LOST_SEGMENT", "CRASH");
    assertThat(text(log, 2))
        .contains("The end of the log is torn, too: the entries from 4 on")
        .contains("Also: the entries from 4 on, if there were any: the end is torn");
  }

  @Test
  void theNewestFileOfAnotherLogMayHaveTakenThePlaceOfOurs() throws IOException {
    Path log = Logs.ofFourSegments(tmp.resolve("log"));
    Path other = Logs.ofFourSegments(tmp.resolve("other"));
    Files.write(Logs.lastSegment(log), Files.readAllBytes(Logs.lastSegment(other)));

    assertThat(kinds(log)).contains("FOREIGN_FILE");
    assertThat(text(log, 2))
        .contains("took the place of the log's own file: the entries from 4 on that it held")
        .doesNotContain("can be lost Nothing");
    assertThat(Run.of("salvage", log, "--to", tmp.resolve("saved")).out())
        .contains("lost        nothing that is known");
  }

  @Test
  void aDirectoryWithFilesIsNotSaidToHoldNothing() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a");
    assertThat(text(log.resolve("wal"), 3))
        .contains("This is the directory wal of a log", "Name the directory that it is in: " + log)
        .doesNotContain("Nothing is here");
    Path renamed = Files.move(log.resolve("wal"), tmp.resolve("segments"));
    assertThat(text(renamed, 3))
        .contains("Segments of a log are here", "Move the segments into a directory wal/")
        .doesNotContain("Nothing is here");
    assertThat(text(Files.createDirectory(tmp.resolve("empty")), 3))
        .contains("Nothing is here that could be lost.");
  }

  /** A copy has the note of whoever has the log open, and not the lock. */
  @Test
  void aCopyOfALogInUseIsNotInUse() throws Exception {
    Path log = tmp.resolve("log");
    Path copy = tmp.resolve("copy");
    try (Child append = Child.start(tmp, "append", "--acks", log)) {
      append.write("a\n".getBytes(ISO_8859_1));
      assertThat(append.out().readLine()).isEqualTo("1");
      Files.createDirectories(copy.resolve("wal"));
      for (String each : Logs.content(log).keySet()) {
        Files.copy(log.resolve(each), copy.resolve(each));
      }

      assertThat(kinds(log)).contains("IN_USE");
      assertThat(kinds(copy)).doesNotContain("IN_USE");
      assertThat(text(copy, Run.of("verify", copy).status()))
          .doesNotContain("process " + append.process().pid());
      Run refused = Run.of("salvage", log, "--to", tmp.resolve("saved"));
      assertThat(refused.err()).contains("is held by process " + append.process().pid());
      Run salvaged = Run.of("salvage", copy, "--to", tmp.resolve("saved"));
      assertThat(salvaged.err()).isEmpty();
      assertThat(salvaged.status()).isZero();
    }
  }
}
