package dev.durability.cli;

import static dev.durability.cli.Explained.kinds;
import static dev.durability.cli.Explained.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codecs;
import dev.durability.storage.DirectoryLock;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damage in segments that a checkpoint covers keeps no log from opening, so that it is CLEAN. All
 * commands that read these segments name the damage all the same.
 */
class CoveredDamageTest {
  private static final int HEADER_BYTES = 64;

  @TempDir private Path tmp;
  private Path log;
  private List<Path> segments;

  /** Five segments with an entry each, and a checkpoint of entry 4. */
  @BeforeEach
  void makeLog() throws IOException {
    log = Logs.ofFourSegments(tmp.resolve("log"));
    FsDirectory directory = FsDirectory.open(log);
    try (WalWriter<byte[]> writer =
        WalWriter.open(directory, Codecs.bytes(), WalOptions.defaults())) {
      String path =
          Checkpoints.in(directory, Clock.systemUTC())
              .write(writer.logId(), 4, out -> out.write(new byte[100]));
      var unusedMarker = writer.appendCheckpoint(4, path);
      long unused = writer.append(new byte[1]);
    }
    segments = Logs.segments(log);
  }

  private static void overwrite(Path file, int from, int to) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Arrays.fill(bytes, from, to, (byte) 0xff);
    Files.write(file, bytes);
  }

  private static int length(Path file) throws IOException {
    return (int) Files.size(file);
  }

  @Test
  void aDamagedHeaderIsNamedByAllThatReadIt() throws IOException {
    overwrite(segments.get(1), 0, 16);
    String file = "wal/" + segments.get(1).getFileName();

    assertThat(kinds(log)).containsExactly("DAMAGED_HEADER");
    assertThat(text(log, 1))
        .startsWith("CLEAN: " + log)
        .contains("The header of a file is damaged: " + file)
        .contains("It begins with the checkpoint of entry 4, and reads nothing of what is damaged")
        .contains("'durability backup' and 'durability archive' refuse it")
        .contains(
            "with the checkpoints. Or go on with this log: the next truncation up to entry 4 removes")
        .contains("Nothing while the checkpoint of entry 4 is whole: all entries are intact")
        .doesNotContain("Nothing: open the log", "all frames are whole");
    Run salvaged = Run.of("salvage", log, "--to", tmp.resolve("saved"));
    assertThat(salvaged.status()).isZero(); // All entries are there.
    assertThat(salvaged.unbroken())
        .contains("damaged, and no entry is missing by that " + file)
        .contains("entries 1 to 5: from-", "whole       yes");
    assertThat(Run.of("stats", log).out()).contains("5  (intact), ");
  }

  @Test
  void aDamagedEntryIsSaidToBeInTheCheckpointAlone() throws IOException {
    overwrite(segments.get(1), 1000, 1010);

    assertThat(kinds(log)).containsExactly("DAMAGED_BYTES");
    assertThat(text(log, 1))
        .contains("It held entry 2, which a checkpoint contains.", "Check the disk")
        .contains("is whole: it alone has entry 2.");
    Run salvaged = Run.of("salvage", log, "--to", tmp.resolve("saved"));
    assertThat(salvaged.status()).isEqualTo(1);
    assertThat(salvaged.unbroken())
        .contains("entry 2: not here, and not lost", "lost        nothing")
        .contains("whole       no: a checkpoint alone has entries that stood before others");
    assertThat(Run.of("stats", log).out())
        .contains("entry 2, which a checkpoint contains, cannot be read");
  }

  @Test
  void catPastDamageDoesNotPassOverAnEntryThatOnlyTheCheckpointHas() throws IOException {
    Run whole = Run.of("cat", "--past-damage", log);
    assertThat(whole.status()).isZero();
    overwrite(segments.get(1), 1000, 1010);

    Run all = Run.of("cat", "--ids", "--past-damage", log);
    assertThat(all.out().replaceAll("\t.*\n", " ")).isEqualTo("1 3 4 5 ");
    assertThat(all.errLines().get(0))
        .startsWith("durability cat: not printed: entry 2: ")
        .contains("checkpoints/00000000000000000004.ckpt contains them");
    assertThat(all.status()).isEqualTo(2);
    Run later = Run.of("cat", "--past-damage", "--from", 3, log);
    assertThat(later.err()).isEmpty();
    assertThat(later.status()).isZero();
  }

  @Test
  void catPastDamageTellsOfADamagedFirstSegmentAndNotOfATruncatedOne() throws IOException {
    overwrite(segments.get(0), 64, length(segments.get(0)));
    Run damaged = Run.of("cat", "--past-damage", log);
    assertThat(damaged.err()).contains("not printed: entry 1: ");
    assertThat(damaged.status()).isEqualTo(2);

    Files.delete(segments.get(0));
    Run truncated = Run.of("cat", "--past-damage", log);
    assertThat(truncated.err()).isEmpty();
    assertThat(truncated.status()).isZero();
  }

  @Test
  void anEndThatIsDamagedIsNamedToo() throws IOException {
    Path second = segments.get(1);
    overwrite(second, length(second) - 4, length(second) - 2);
    assertThat(kinds(log)).containsExactly("DAMAGED_BYTES");
    assertThat(text(log, 1))
        .contains("A part of a file is damaged in which no entry was: wal/")
        .contains("are no whole frame, where its END or a frame before that was, from offset ");

    Files.write(second, Arrays.copyOf(Files.readAllBytes(second), HEADER_BYTES + 3016));
    assertThat(kinds(log)).containsExactly("CUT_FILE");
    assertThat(text(log, 1)).contains("A file was cut short after its last entry: wal/");
  }

  /** The pieces and the END of a checkpoint are frames as those of a segment are. */
  @Test
  void aSingleBitOfACheckpointThatIsNeededIsNamedAndTurningItBackMendsIt() throws Exception {
    for (Path each : segments.subList(0, 4)) {
      Files.delete(each);
    }
    assertThat(text(log, 0)).startsWith("CLEAN");
    Path checkpoint = log.resolve("checkpoints/00000000000000000004.ckpt");
    byte[] whole = Files.readAllBytes(checkpoint);
    for (int offset : new int[] {64, 70, 72, 130, whole.length - 30, whole.length - 1}) {
      byte[] damaged = whole.clone();
      damaged[offset] ^= 1 << 5;
      Files.write(checkpoint, damaged);
      assertThat(text(log, 2))
          .as("offset %d", offset)
          .contains("likely one bit: with bit 5 of offset " + offset + " of checkpoints/")
          .contains("Test the memory and check the disk", "it will say CLEAN")
          .contains("If mending helps: nothing. If not: without a backup: entries 1 to 4.");
      Path copy = tmp.resolve("copy" + offset);
      Explained.follow(log, copy);
      assertThat(Files.readAllBytes(copy.resolve(log.relativize(checkpoint)))).isEqualTo(whole);
    }
  }

  /** All entries are in segments: no command says that something is lost. */
  @Test
  void aDamagedCheckpointThatIsNotNeededIsNamedAndKeepsNothingFromBeingWhole() throws IOException {
    Path checkpoint = log.resolve("checkpoints/00000000000000000004.ckpt");
    byte[] bytes = Files.readAllBytes(checkpoint);
    bytes[100] ^= 1;
    Files.write(checkpoint, bytes);

    assertThat(text(log, 0))
        .startsWith("CLEAN")
        .contains("The checkpoint of entry 4 cannot be used, and is not needed: ")
        .contains("It is likely one bit: ", "in a copy, 'printf ", "No checkpoint is whole.")
        .contains("Publish another one.");
    Run cat = Run.of("cat", "--past-damage", log);
    assertThat(cat.status()).isZero();
    assertThat(cat.err()).contains("not printed: checkpoints/00000000000000000004.ckpt: ");
    Run salvaged = Run.of("salvage", log, "--to", tmp.resolve("saved"));
    assertThat(salvaged.status()).isZero();
    assertThat(salvaged.out()).contains("left out: checkpoints/", "whole       yes");
    assertThat(Run.of("verify", log).status()).isZero();
    for (Path each : segments.subList(0, 4)) {
      Files.delete(each);
    }
    assertThat(Run.of("verify", log).unbroken())
        .contains("checkpoints/00000000000000000004.ckpt, which cannot be used, from a backup");
    assertThat(Run.of("cat", "--past-damage", log).status()).isEqualTo(2);
  }

  @Test
  void theReportDoesNotSayThatAllIsWhole() throws IOException {
    Path page = tmp.resolve("page.html");
    assertThat(Run.of("report", log, "--html", page).status()).isZero();
    assertThat(Files.readString(page)).contains("All is whole.");
    overwrite(segments.get(1), 1000, 1010);
    assertThat(Run.of("report", log, "--html", page).status()).isZero();
    assertThat(Files.readString(page))
        .contains("Segments are damaged that opening does not read")
        .contains("In a checkpoint alone: entry 2.")
        .doesNotContain("All is whole.");
  }

  @Test
  void verifySaysWhatItDidNotRead() throws IOException {
    overwrite(segments.get(1), 1000, 1010);
    Run run = Run.of("verify", log);
    assertThat(run.status()).isZero();
    assertThat(run.unbroken())
        .contains("not read    the first 4 segments: a checkpoint contains the entries.")
        .contains("'durability explain " + log + "' reads all");
    Path other = Logs.ofFourSegments(tmp.resolve("other"));
    assertThat(Run.of("verify", other).out()).doesNotContain("not read");
  }

  @Test
  void backupAndArchiveNameWhatTellsMoreAndTheWayOut() throws IOException {
    overwrite(segments.get(0), 0, 16);
    for (String to : List.of("backup", "archive")) {
      Run run =
          to.equals("backup")
              ? Run.of("backup", log, "--to", tmp.resolve(to))
              : Run.of("archive", log, "--to", tmp.resolve(to), "--once");
      assertThat(run.status()).isEqualTo(2);
      assertThat(run.err()).contains("'durability explain' reads all", "'durability salvage'");
      assertThat(Run.of("stats", log).out()).doesNotContain("holds:");
    }
    assertThat(tmp.resolve("backup")).doesNotExist();
    assertThat(Run.of("verify", tmp.resolve("archive")).status()).isEqualTo(1);
    Path saved = tmp.resolve("saved");
    assertThat(Run.of("salvage", log, "--to", saved).status()).isZero();
    Path whole = saved.resolve("from-00000000000000000001");
    assertThat(Run.of("backup", whole, "--to", tmp.resolve("second")).status()).isZero();
  }

  @Test
  void ofALogInUseOnlyThatIsSaid() throws IOException {
    overwrite(segments.get(1), 0, 16);
    try (DirectoryLock held = FsDirectory.open(log).lock("wal/.lock")) {
      held.requireHeld();
      assertThat(kinds(log)).containsExactly("IN_USE");
      assertThat(text(log, 1)).contains("Segments are damaged that opening does not read");
    }
  }
}
