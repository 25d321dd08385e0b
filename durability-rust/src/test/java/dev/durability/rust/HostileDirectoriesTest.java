package dev.durability.rust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.codec.Codecs;
import dev.durability.errors.CorruptLogException;
import dev.durability.errors.FormatException;
import dev.durability.log.Verdict;
import dev.durability.storage.FsDirectory;
import dev.durability.storage.MemoryDirectory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Directories that no crate leaves alone: whatever is not taken over is said, or all is refused.
 */
class HostileDirectoriesTest {
  private static final byte[] ONE = {1};

  @TempDir private Path tmp;
  private Path root;
  private FsDirectory source;

  @BeforeEach
  void directory() throws IOException {
    root = tmp.resolve("crate");
    source = FsDirectory.open(root);
  }

  private CrateImport.Report taken() throws IOException {
    FsDirectory target = FsDirectory.open(tmp.resolve("new"));
    CrateImport.Report report = CrateImport.of(source, target).run();
    assertThat(WalMaintenance.verify(target).verdict()).isEqualTo(Verdict.CLEAN);
    return report;
  }

  private <E extends IOException> void refused(Class<E> how, String why) {
    assertThatExceptionOfType(how).isThrownBy(this::taken).withMessageContaining(why);
    assertThat(tmp.resolve("new/wal")).doesNotExist();
  }

  private static byte[] marker(String path, long lastEntryId) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    WalEntry.codec().encode(new WalEntry.Checkpoint(path, lastEntryId), bytes);
    return bytes.toByteArray();
  }

  private void checkpoint(String path, CrateVersion version, long lastEntryId) throws IOException {
    CrateCheckpoint written =
        CrateCheckpoint.write(source, path, version, lastEntryId, out -> out.write(ONE));
    assertThat(written.path()).isEqualTo(path);
  }

  @Test
  void aCheckpointIsFoundWhereverItsMarkerSaysThatItIs() throws IOException {
    checkpoint("state/of/the/app.snapshot", CrateVersion.NEWEST, 2);
    checkpoint("wal/beside", CrateVersion.NEWEST, 3);
    Golden.put(source, "state/damaged", Files.readAllBytes(root.resolve("wal/beside")));
    byte[] damaged = Files.readAllBytes(root.resolve("state/damaged"));
    damaged[0] ^= 1;
    Golden.put(source, "state/damaged", damaged);
    Crate.segment(3, 3, 2)
        .frame(3, marker("state/of/the/app.snapshot", 2))
        .frame(4, marker("state/damaged", 3))
        .frame(5, marker("wal/beside", 3))
        .frame(6, marker("gone", 3))
        .frame(7, marker("../outside", 3))
        .frame(8, marker("/etc/passwd", 3))
        .in(source, "wal_2.log");
    CrateImport.Report report = taken();
    assertThat(report.checkpoints())
        .extracting(CrateCheckpoint::path)
        .containsExactly("state/of/the/app.snapshot", "wal/beside");
    assertThat(report.leftOut())
        .containsExactly(
            new LeftOut("state/damaged", 0, 29, "a marker names it, but it is no checkpoint"));
  }

  @Test
  void aCheckpointThatChangesMeanwhileWhereverItIsRefusesTheImport() throws IOException {
    checkpoint("state/app", CrateVersion.NEWEST, 1);
    Crate.segment(3, 1, 1).frame(1, ONE).frame(2, marker("state/app", 1)).in(source, "wal_1.log");
    SourceFiles before = SourceFiles.of(source);
    before.addNamed(List.of("state/app"));
    before.requireSame(before.again(List.of("state/app")));
    checkpoint("state/app", CrateVersion.NEWEST, 2);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> before.requireSame(before.again(List.of("state/app"))))
        .withMessageContaining("(state/app)");
  }

  @Test
  void filesThatAreNothingOfTheCrateAreNamed() throws IOException {
    Crate.segment(3, 1, 1).frame(1, ONE).in(source, "wal_1.log");
    for (String path :
        List.of(
            "wal/wal_1.log.tmp",
            "wal/wal_x.log",
            "wal/wal_18446744073709551616.log",
            "checkpoints/c1.chk",
            "checkpoints/c1.chk.tmp",
            "old.chk",
            "notes.txt",
            "wal/.lock",
            "wal/00000000000000000001-00000000000000000001.wal")) {
      Golden.put(source, path, ONE);
    }
    Golden.put(source, "checkpoints/wal_2.log", Files.readAllBytes(root.resolve("wal/wal_1.log")));
    assertThat(taken().leftOut())
        .extracting(each -> each.file() + " " + each.bytes() + " " + each.reason())
        .containsExactly(
            "wal/00000000000000000001-00000000000000000001.wal 1 its name is not that of a segment",
            "wal/wal_1.log.tmp 1 its name is not that of a segment",
            "wal/wal_18446744073709551616.log 1 its name is not that of a segment",
            "wal/wal_x.log 1 its name is not that of a segment",
            "checkpoints/c1.chk 1 it does not begin as a checkpoint of the crate",
            "checkpoints/c1.chk.tmp 1 it does not begin as a checkpoint of the crate",
            "checkpoints/wal_2.log 41 it begins as a segment, and is none by its place and name",
            "old.chk 1 it does not begin as a checkpoint of the crate");
  }

  @Test
  void bytesAfterACheckpointAreNamed() throws IOException {
    Crate.segment(3, 1, 1).frame(1, ONE).in(source, "wal_1.log");
    checkpoint("checkpoints/a.chk", CrateVersion.NEWEST, 1);
    byte[] whole = Files.readAllBytes(root.resolve("checkpoints/a.chk"));
    Golden.put(source, "checkpoints/a.chk", Arrays.copyOf(whole, whole.length + 5));
    CrateImport.Report report = taken();
    assertThat(report.checkpoints()).hasSize(1);
    assertThat(report.leftOut())
        .containsExactly(
            new LeftOut(
                "checkpoints/a.chk", 29, 5, "bytes after the payload, which the crate ignores"));
  }

  /** Restored from a backup: the log does not reach back to it. */
  @Test
  void aCheckpointOlderThanItsMarkerIsNotThatOfTheMarker() throws IOException {
    checkpoint("checkpoints/a.chk", CrateVersion.V0_2_0, 41);
    Crate.segment(2, 41, 5)
        .frame(41, ONE)
        .frame(42, ONE)
        .frame(43, marker("checkpoints/a.chk", 42))
        .in(source, "wal_5.log");
    CrateImport.Report report = taken();
    assertThat(report.checkpoints()).isEmpty();
    assertThat(report.leftOut()).hasSize(2);
    assertThat(report.leftOut().get(0).reason())
        .contains("ends with entry 41", "its marker says 42", "no checksum covers that number");
    assertThat(report.leftOut().get(1).reason()).contains("no checkpoint contains what was before");
  }

  @Test
  void theNewestCheckpointIsCutOffAndAnOlderOneIsTaken() throws IOException {
    checkpoint("checkpoints/a.chk", CrateVersion.NEWEST, 1);
    checkpoint("checkpoints/b.chk", CrateVersion.NEWEST, 3);
    byte[] whole = Files.readAllBytes(root.resolve("checkpoints/b.chk"));
    Golden.put(source, "checkpoints/b.chk", Arrays.copyOf(whole, whole.length - 1));
    Crate.segment(2, 1, 1)
        .frame(1, ONE)
        .frame(2, marker("checkpoints/a.chk", 1))
        .in(source, "wal_1.log");
    Crate.segment(3, 3, 2)
        .frame(3, ONE)
        .frame(4, marker("checkpoints/b.chk", 3))
        .in(source, "wal_2.log");
    CrateImport.Report report = taken();
    assertThat(report.checkpoints()).extracting(CrateCheckpoint::lastEntryId).containsExactly(1L);
    assertThat(report.leftOut()).extracting(LeftOut::file).containsExactly("checkpoints/b.chk");
    assertThat(
            Checkpoints.in(FsDirectory.open(tmp.resolve("new")), Clock.systemUTC())
                .read(Checkpoints.pathOf(1), Checkpoints.parser(Codecs.bytes())))
        .isEqualTo(ONE);
  }

  /** Two programs each resumed the log after entry 2, and each went on in a segment of its own. */
  @Test
  void twoWritersAreRefused() throws IOException {
    Crate.segment(3, 1, 1).frame(1, ONE).frame(2, ONE).frame(3, ONE).in(source, "wal_1.log");
    Crate.segment(3, 3, 2).frame(3, (byte) 2).in(source, "wal_2.log");
    refused(CorruptLogException.class, "begins at entry 3 where 4 is due");
    Crate.segment(3, 4, 2).frame(4, ONE).in(source, "wal_2.log");
    Crate.segment(3, 4, 2).frame(4, ONE).in(source, "wal_02.log");
    refused(CorruptLogException.class, "duplicate WAL segment id 2");
  }

  /** Both wrote to the same file, one after the other had cut it. */
  @Test
  void twoWritersOfOneSegmentAreRefused() throws IOException {
    Crate.segment(3, 1, 1).frame(1, ONE).frame(2, ONE).frame(2, ONE).in(source, "wal_1.log");
    refused(CorruptLogException.class, "entry 2 where");
  }

  /** A segment that was renamed to be used again, before its header was written again. */
  @Test
  void aSegmentThatWasToBeUsedAgainIsNotReadAsANewOne() throws IOException {
    Crate.segment(3, 3, 2).frame(3, ONE).in(source, "wal_2.log");
    Crate.segment(3, 1, 1).frame(1, ONE).frame(2, ONE).in(source, "wal_3.log");
    refused(CorruptLogException.class, "segment id mismatch: the header says 1");
    FsDirectory target = FsDirectory.open(tmp.resolve("new"));
    CrateImport.Report report = CrateImport.of(source, target).upTo(3).run();
    assertThat(report.lastEntryId()).isEqualTo(3);
    assertThat(report.leftOut()).extracting(LeftOut::file).contains("wal/wal_3.log");
  }

  /** Whatever follows it: that entry is what the refusal names. */
  @Test
  void theEntriesBeforeAnyDamageCanBeTaken() throws IOException {
    byte[] next = Crate.segment(3, 3, 2).frame(3, ONE).bytes();
    for (int bit = 0; bit < next.length * 8; bit++) {
      MemoryDirectory crate = new MemoryDirectory();
      Crate.segment(3, 1, 1).frame(1, ONE).frame(2, ONE).in(crate, "wal_1.log");
      byte[] damaged = next.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      if (damaged[4] == 2) {
        continue; // Version 2, whose entries may have the checksum of version 3.
      }
      Golden.put(crate, "wal/wal_2.log", damaged);
      Crate.segment(3, 4, 3).frame(4, ONE).in(crate, "wal_3.log");
      assertThatExceptionOfType(IOException.class)
          .as("bit %s", bit)
          .isThrownBy(() -> CrateImport.of(crate, new MemoryDirectory()).run())
          .withMessageContaining("Nothing was taken over")
          .withMessageContaining("the entries up to 2");
      CrateImport.Report report = CrateImport.of(crate, new MemoryDirectory()).upTo(2).run();
      assertThat(report.leftOut()).extracting(LeftOut::file).contains("wal/wal_2.log");
      assertThat(report.entries()).as("bit %s", bit).isEqualTo(2);
    }
  }

  @Test
  void aDirectoryInPlaceOfASegmentIsNotPassed() throws IOException {
    Crate.segment(3, 1, 1).frame(1, ONE).in(source, "wal_1.log");
    Files.createDirectory(root.resolve("wal/wal_2.log"));
    refused(FileSystemException.class, "wal/wal_2.log");
    Crate.segment(3, 3, 3).frame(2, ONE).in(source, "wal_3.log");
    refused(CorruptLogException.class, "gap");
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a right there")
  void linksOutOfTheDirectoryAreNotFollowed() throws IOException {
    Crate.segment(3, 1, 1).frame(1, ONE).in(source, "wal_1.log");
    checkpoint("checkpoints/a.chk", CrateVersion.NEWEST, 1);
    Path outside = Files.move(root.resolve("checkpoints/a.chk"), tmp.resolve("outside.chk"));
    Files.createSymbolicLink(root.resolve("checkpoints/a.chk"), outside);
    Files.createSymbolicLink(root.resolve("checkpoints/loop.chk"), Path.of("loop.chk"));
    CrateImport.Report report = taken();
    assertThat(report.checkpoints()).isEmpty();
    assertThat(report.leftOut())
        .extracting(LeftOut::file)
        .containsExactly("checkpoints/a.chk", "checkpoints/loop.chk");
    assertThat(report.leftOut()).allMatch(each -> each.reason().startsWith("it cannot be read: "));
    Path segment = Files.move(root.resolve("wal/wal_1.log"), tmp.resolve("wal_1.log"));
    Files.createSymbolicLink(root.resolve("wal/wal_1.log"), segment);
    assertThatExceptionOfType(FileSystemException.class)
        .isThrownBy(() -> CrateImport.of(source, FsDirectory.open(tmp.resolve("other"))).run());
  }

  /** A log of this library beside the crate's: the crate's is taken, the other one is named. */
  @Test
  void aLogOfThisLibraryBesideItIsNamedAndLeftAlone() throws IOException {
    Crate.segment(3, 1, 1).frame(1, ONE).in(source, "wal_1.log");
    FsDirectory ours = FsDirectory.open(tmp.resolve("ours"));
    try (WalWriter<byte[]> log = WalWriter.open(ours, Codecs.bytes(), WalOptions.defaults())) {
      long unused = log.appendDurable(ONE);
    }
    for (String name : ours.list("wal")) {
      if (name.endsWith(".wal")) {
        Files.copy(tmp.resolve("ours/wal").resolve(name), root.resolve("wal").resolve(name));
      }
    }
    assertThat(taken().leftOut()).singleElement().matches(each -> each.file().endsWith(".wal"));
  }

  @Test
  void otherVersionsAreRefused() throws IOException {
    for (int version : new int[] {0, 1, 4, -1}) {
      Crate.segment(3, 1, 1).frame(1, ONE).in(source, "wal_1.log");
      Crate.segment(version, 2, 2).in(source, "wal_2.log");
      refused(FormatException.class, "WAL version mismatch");
    }
  }

  @Test
  void anEntryAsLargeAsTheCrateHasIsTakenOver() throws IOException {
    Crate.segment(3, 1, 1).frame(1, new byte[CrateFormat.ENTRY_BYTES_MAX]).in(source, "wal_1.log");
    assertThat(taken().entries()).isEqualTo(1);
  }

  @Test
  void aLengthThatTheFileDoesNotHaveTakesNoMemory() throws IOException {
    Crate.segment(3, 1, 1)
        .frame(1, ONE)
        .raw(0x10, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1)
        .in(source, "wal_1.log");
    assertThat(taken().leftOut())
        .containsExactly(new LeftOut("wal/wal_1.log", 41, 16, "the last entry is cut off"));
  }
}
