package dev.durability.cli;

import static dev.durability.cli.Explained.kinds;
import static dev.durability.cli.Explained.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several damages at once: {@code explain} tells each of them, and none is taken for another. */
class ExplainTogetherTest {
  @TempDir private Path tmp;
  private Path log;
  private List<Path> segments;

  @BeforeEach
  void makeLog() throws IOException {
    log = Logs.ofFourSegments(tmp.resolve("log"));
    segments = Logs.segments(log);
  }

  private static void overwriteHeader(Path segment) throws IOException {
    byte[] bytes = Files.readAllBytes(segment);
    Arrays.fill(bytes, 0, 64, (byte) 0x55);
    Files.write(segment, bytes);
  }

  @Test
  void bytesThatWereAddedAreToldBesideADamagedHeader() throws IOException {
    Files.writeString(segments.get(1), "# edited\n", StandardOpenOption.APPEND);
    overwriteHeader(segments.get(2));
    assertThat(kinds(log)).containsExactlyInAnyOrder("ADDED_BYTES", "DAMAGED_HEADER");
    assertThat(text(log, 2)).contains("nothing that is known: all entries");
  }

  @Test
  void aSegmentThatWasOverwrittenByAnotherIsALostFileAndNoDamagedHeader() throws IOException {
    Files.copy(segments.get(2), segments.get(1), StandardCopyOption.REPLACE_EXISTING);
    assertThat(kinds(log)).containsExactlyInAnyOrder("SECOND_FILE", "LOST_SEGMENT");
    assertThat(text(log, 2))
        .contains("The file that held entry 2 is gone: another one is under its name")
        .contains("its name is wal/" + segments.get(1).getFileName())
        .doesNotContain("nothing proves what is in the file");
  }

  @Test
  void afterAFileThatWasCutTheNameOfTheNextOneIsNotGuessed() throws IOException {
    Files.write(segments.get(0), Arrays.copyOf(Files.readAllBytes(segments.get(0)), 1000));
    Files.delete(segments.get(1));
    assertThat(text(log, 2))
        .contains("A file was lost or removed. It held entries 1 to 2.")
        .contains("its number is 2; the end of wal/" + segments.get(0).getFileName())
        .doesNotContain("its name is");
  }

  @Test
  void aFileThatWasEmptiedIsNotSaidToHaveHeldNothing() throws IOException {
    Files.write(segments.get(1), new byte[0]);
    String file = "wal/" + segments.get(1).getFileName();
    assertThat(text(log, 2))
        .contains("A file was cut short: " + file + ".", file + " held entry 2.")
        .doesNotContain("nothing proves what is in the file");
    assertThat(Run.of("salvage", log, "--to", log.resolveSibling("saved")).unbroken())
        .contains("entry 2: LOST")
        .contains(
            "more        'durability explain " + log + "' tells whether anything can be mended")
        .doesNotContain("no entry is missing by that");
  }

  @Test
  void aMissingSegmentUnderANameWithSomethingAddedIsPointedOut() throws IOException {
    Path newest = segments.get(3);
    Files.move(newest, newest.resolveSibling(newest.getFileName() + ".bak"));
    assertThat(text(log, 0))
        .contains("wal/" + newest.getFileName() + ".bak has the name of a segment that is missing")
        .contains("it may hold the entries from 4 on");
    Files.copy(newest.resolveSibling(newest.getFileName() + ".bak"), newest);
    assertThat(text(log, 0)).doesNotContain("that is missing, with something added");
  }

  /**
   * In the header; in the checksum, the length, the id and the payload of a frame that begins at
   * offset 64; in END.
   */
  @Test
  void aSingleBitThatWasTurnedIsNamedAndTurningItBackMendsTheLog() throws Exception {
    Path second = segments.get(1);
    byte[] whole = Files.readAllBytes(second);
    int end = whole.length - 32;
    for (int offset : new int[] {5, 40, 63, 64, 68, 73, 80, 1000, 3079, end, end + 31}) {
      byte[] damaged = whole.clone();
      damaged[offset] ^= 1 << 3;
      Files.write(second, damaged);
      assertThat(text(log, 2))
          .as("offset %d", offset)
          .contains("likely one bit: with bit 3 of offset " + offset + " of wal/")
          .contains("Test the memory and check the disk", "it will say CLEAN: put the copy")
          .contains("If mending helps: nothing. If not: ");
      Path copy = log.resolveSibling("copy" + offset);
      Explained.follow(log, copy);
      assertThat(Files.readAllBytes(copy.resolve(log.relativize(second)))).isEqualTo(whole);
    }
    byte[] twice = whole.clone();
    twice[1000] ^= 1;
    twice[2000] ^= 1;
    Files.write(second, twice);
    assertThat(text(log, 2)).doesNotContain("likely one bit");
  }

  @Test
  void severalBitsInSeveralFilesAreTurnedBackTogether() throws Exception {
    Map<String, String> whole = Logs.content(log);
    for (Path each : segments.subList(0, 3)) {
      byte[] bytes = Files.readAllBytes(each);
      bytes[20] ^= 1;
      bytes[200] ^= (byte) (1 << 7);
      Files.write(each, bytes);
    }
    Path copy = log.resolveSibling("copy");
    Explained.follow(log, copy);
    assertThat(text(copy, 0)).startsWith("CLEAN");
    assertThat(Logs.content(copy)).isEqualTo(whole);
  }

  @Test
  void whatIsLeftAfterABitIsTurnedBackIsTold() throws Exception {
    byte[] bytes = Files.readAllBytes(segments.get(0));
    bytes[100] ^= 1;
    Files.write(segments.get(0), bytes);
    Files.delete(segments.get(1));
    assertThat(kinds(log)).containsExactly("DAMAGED_BYTES", "LOST_SEGMENT");
    assertThat(text(log, 2))
        .contains("it will say CORRUPT, and this is left to do:", "salvage COPY --to NEW'")
        .contains("If mending helps: without a backup: entry 2. All others")
        .contains("If not: without a backup: entry 1, entry 2 (2 in all).");
  }

  @Test
  void whatWasAddedToAFileIsCutOff() throws Exception {
    Map<String, String> whole = Logs.content(log);
    Files.writeString(segments.get(1), "# edited\n", StandardOpenOption.APPEND);
    assertThat(text(log, 2)).contains("'truncate -s 3112 COPY/wal/", "it will say CLEAN");
    Path copy = log.resolveSibling("copy");
    Explained.follow(log, copy);
    assertThat(Logs.content(copy)).isEqualTo(whole);
  }

  /** Whoever copies a command from the screen gets what was meant. */
  @Test
  void aNameThatMeansMoreToAShellIsQuoted() throws Exception {
    Path other = Files.move(log, log.resolveSibling("- a $HOME `b` \"c\""));
    Path file = Logs.segments(other).get(1);
    byte[] bytes = Files.readAllBytes(file);
    bytes[100] ^= 1;
    Files.write(file, bytes);
    Path copy = other.resolveSibling("copy of it");
    Explained.follow(other, copy);
    assertThat(text(copy, 0)).startsWith("CLEAN");
    assertThat(ShellWord.of("-x")).isEqualTo("./-x");
    assertThat(ShellWord.of("a-b/c")).isEqualTo("a-b/c");
  }

  /** Only once its header is mended, a file says which segment it is. */
  @Test
  void ofTwoThatExchangedTheirNamesOneHasABitTurned() throws Exception {
    Map<String, String> whole = Logs.content(log);
    byte[] second = Files.readAllBytes(segments.get(1));
    byte[] first = Files.readAllBytes(segments.get(0));
    second[43] ^= 1 << 2;
    Files.write(segments.get(0), second);
    Files.write(segments.get(1), first);

    assertThat(text(log, 2)).contains("it will say CLEAN", "If mending helps: nothing.");
    Path copy = log.resolveSibling("copy");
    Explained.follow(log, copy);
    assertThat(Logs.content(copy)).isEqualTo(whole);
    second[45] ^= 1;
    Files.write(segments.get(0), second);
    assertThat(text(log, 2))
        .contains("what wal/" + segments.get(0).getFileName() + " holds, as its header is damaged");
  }
}
