package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.log.SegmentEnd;
import dev.durability.log.SegmentInfo;
import dev.durability.rust.CrateLogOptions;
import dev.durability.rust.CrateLogWriter;
import dev.durability.rust.CrateVersion;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in the page of a log. {@code ReportInBrowserTest} opens one. */
class ReportCommandTest {
  private static final int PAGE_BYTES_MAX = 5_000_000;

  @TempDir private Path tmp;

  /** Entries n1, n2, … of 1,000 bytes each, about three per segment. */
  private Path segments(int entries) throws IOException {
    Path log = tmp.resolve("log");
    WalOptions options = WalOptions.builder().segmentBytes(4096).preallocatedBytesMax(0).build();
    try (WalWriter<byte[]> writer =
        WalWriter.open(FsDirectory.open(log), LineCodec.INSTANCE, options)) {
      for (int i = 1; i <= entries; i++) {
        long unused = writer.append(("n" + i + " ".repeat(990)).getBytes(StandardCharsets.UTF_8));
      }
    }
    return log;
  }

  private String page(Path log, int status) throws IOException {
    Path file = tmp.resolve("report.html");
    var before = Logs.content(log);
    Run run = Run.of("report", "--html", file, log);
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isEqualTo(status);
    assertThat(run.out()).startsWith("wrote " + file + ", ").endsWith("\n");
    assertThat(Logs.content(log)).isEqualTo(before);
    assertThat(tmp.resolve("report.html.tmp")).doesNotExist();
    assertThat(Files.size(file)).isLessThan(PAGE_BYTES_MAX);
    String page = Files.readString(file);
    assertThat(page)
        .doesNotContainPattern("\\{\\{\\w+}}") // Two braces alone may be bytes that are shown.
        .startsWith("<!DOCTYPE html>")
        .endsWith("</html>\n");
    return page;
  }

  @Test
  void ofACleanLogThereAreTheNewestEntriesAndNoProblem() throws IOException {
    String page = page(segments(9), 0);
    assertThat(page)
        .contains("<strong class=\"verdict CLEAN\">CLEAN</strong>", "<p>None.</p>")
        .contains("The newest entries, 9 entries", "&quot;n9 ")
        .contains("id=\"segment-1\"", "href=\"#segment-1\"", LineCodec.MEDIA_TYPE);
  }

  @Test
  void damageInTheMiddleIsShownWithItsBytesAndTheEntriesAroundIt() throws IOException {
    Path log = segments(12);
    Path second = log.resolve("wal").resolve(names(log).get(1));
    byte[] bytes = Files.readAllBytes(second);
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("n5 ");
    assertThat(at).isPositive();
    bytes[at + 1] = 'X';
    Files.write(second, bytes);
    String page = page(log, 2);
    assertThat(page)
        .contains("<strong class=\"verdict CORRUPT\">CORRUPT</strong>")
        .contains("1. Damage in the middle of the log", "wal/" + second.getFileName())
        .contains("at offset " + (at - 16) + "</p>")
        .contains("<th scope=\"row\">entry id</th><td>5</td><td>5</td><td>fits</td>")
        .containsPattern(
            "checksum of its bytes, without the salt</th><td>[0-9a-f]{8}</td><td class=\"wrong\">")
        .contains("Lost: entry 5. ", "<p class=\"note\">Bytes around it.")
        .doesNotContain("Entries are missing")
        .contains("<mark>6e 58 20 20 ", "<mark>nX  ")
        .contains("Before problem 1: Damage in the middle of the log, 1 entry", "&quot;n4 ")
        .contains("After problem 1", "&quot;n7 ");
  }

  @Test
  void aTornEndAndADamagedHeaderAreShown() throws IOException {
    Path log = segments(9);
    Logs.tear(log);
    assertThat(page(log, 1))
        .contains("Something follows the end", "<td>zeros only</td>", ">01 02 03 04 05 06 07 <");
    Path last = Logs.lastSegment(log);
    byte[] bytes = Files.readAllBytes(last);
    bytes[0] = '<';
    Files.write(last, bytes);
    assertThat(page(log, 2))
        .contains("A damaged header", "<th scope=\"row\">magic</th><td>DWAL</td>")
        .contains("<td class=\"wrong\">&lt;WAL</td>");
  }

  private static Path checkpoint(Path log, long lastEntryId) throws IOException {
    FsDirectory directory = FsDirectory.open(log);
    try (WalWriter<byte[]> writer =
        WalWriter.open(directory, LineCodec.INSTANCE, WalOptions.defaults())) {
      String path =
          Checkpoints.in(directory, Clock.systemUTC())
              .write(writer.logId(), lastEntryId, out -> out.write(new byte[100]));
      var unused = writer.appendCheckpoint(lastEntryId, path);
      return log.resolve(path);
    }
  }

  @Test
  void damageBeforeACheckpointIsShownAndDoesNotCount() throws IOException {
    Path log = segments(12);
    assertThat(checkpoint(log, 12)).exists();
    Logs.corrupt(log);
    assertThat(page(log, 0)).contains("No entry is missing by that.");
  }

  @Test
  void aDamagedCheckpointIsShownWithItsBytes() throws IOException {
    Path log = segments(3);
    Path checkpoint = checkpoint(log, 3);
    byte[] bytes = Files.readAllBytes(checkpoint);
    bytes[90] ^= 1;
    Files.write(checkpoint, bytes);
    assertThat(page(log, 0))
        .contains("1. A damaged checkpoint", "checkpoints/00000000000000000003.ckpt at offset 64")
        .contains("aria-label=\"Bytes around offset 64, in hexadecimal\"", "<mark>00 00 01 00 00 ");
  }

  @Test
  void asJsonItTellsWhatWasWritten() throws IOException {
    Path log = segments(3);
    Path file = tmp.resolve("report.html");
    Run run = Run.of("report", "--json", "--html", file, log);
    assertThat(run.out())
        .isEqualTo(
            "{\"file\":\"%s\",\"bytes\":%d,\"verdict\":\"CLEAN\",\"problems\":0}\n"
                .formatted(file, Files.size(file)));
  }

  @Test
  void aMissingSegmentIsToldByItsEntries() throws IOException {
    Path log = segments(12);
    Files.delete(log.resolve("wal").resolve(names(log).get(1)));
    assertThat(page(log, 2))
        .contains("Entries are missing", "No file under the name of a segment has entries 4 to 6.");
  }

  @Test
  void aBatchThatDoesNotEndIsPassed() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a");
    WalOptions options = WalOptions.builder().preallocatedBytesMax(0).build();
    try (WalWriter<byte[]> writer =
        WalWriter.open(FsDirectory.open(log), LineCodec.INSTANCE, options)) {
      long unused =
          writer.appendBatch(List.of(new byte[] {1}, "QQQQ".getBytes(StandardCharsets.UTF_8)));
    }
    Path last = Logs.lastSegment(log);
    byte[] bytes = Files.readAllBytes(last);
    int end = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("QQQQ") - 16;
    Files.write(last, Arrays.copyOf(bytes, end));
    assertThat(page(log, 1))
        .contains("an atomic batch that does not end, with 1 entry.")
        .contains("at offset " + end + "</p>");
  }

  @Test
  void aSegmentOfAnotherVersionKeepsNothingFromBeingShown() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a");
    Logs.makeOfUnknownVersion(log);
    assertThat(page(log, 3))
        .contains("No verdict", "A segment of another version", "<td class=\"wrong\">99</td>");
  }

  @Test
  void anyDamageGivesAPageAndTheStatusOfVerify() throws IOException {
    Path log = segments(12);
    List<String> names = names(log);
    Random random = new Random(1);
    for (int round = 0; round < 60; round++) {
      Path file = log.resolve("wal").resolve(names.get(random.nextInt(names.size())));
      byte[] whole = Files.readAllBytes(file);
      byte[] bytes =
          Arrays.copyOf(whole, whole.length - random.nextInt(2) * random.nextInt(whole.length));
      int at = random.nextInt(bytes.length);
      for (int i = at; i < Math.min(bytes.length, at + 1 + random.nextInt(40)); i++) {
        bytes[i] = (byte) (random.nextBoolean() ? 0 : random.nextInt());
      }
      Files.write(file, bytes);
      int status = Run.of("verify", log).status();
      String page = page(log, status);
      assertThat(page).as("round %s", round).contains("</main>");
      assertThat(page.contains("<p>None.</p>")).as("round %s", round).isEqualTo(status == 0);
      Files.write(file, whole);
    }
  }

  @Test
  void theSizeIsBoundedWhateverTheLogs() throws IOException {
    LogContents contents = new LogContents(Set.of());
    for (int i = 1; i <= 50_000; i++) {
      Instant time = Instant.ofEpochSecond(1_700_000_000L + 3600L * i);
      contents.segment(
          new SegmentInfo(i, i, "wal/" + i, 1 << 20, SegmentInfo.State.READ, time, true, false));
      for (int mark = 0; mark < 256; mark++) {
        contents.mark(time, mark << 12);
      }
      contents.entry(i, 1 << (i % 30));
      contents.end(new SegmentEnd(i, 1 << 19, true, true, 1 << 18, time));
    }
    List<CheckpointLook> checkpoints = new ArrayList<>();
    for (int i = 1; i <= 10_000; i++) {
      checkpoints.add(
          new CheckpointLook(
              i, "<".repeat(4096), 1, CheckpointLook.State.UNREADABLE, "&".repeat(4096), null));
    }
    LogLook look =
        new LogLook(
            "<b>".repeat(1000),
            null,
            null,
            null,
            "",
            1,
            contents,
            checkpoints,
            List.of(),
            List.of(),
            List.of(),
            null,
            false,
            false,
            null);
    Path log = segments(1);
    EntriesRead entries = new EntriesRead(FsDirectory.openForReading(log), 1);
    Problem.Entries one = entries.read(1, 1);
    assertThat(one.all()).hasSize(1);
    assertThat(entries.read(1, 1).note()).contains("as many entries as it may");
    Problem problem =
        new Problem("t", "t", "f", 0, List.of(), new Problem.Dump(0, new byte[256]), one, one);
    byte[] page =
        HtmlReport.of(
            new HtmlReport.Content(
                look,
                new Problems.Found(Collections.nCopies(Problems.COUNT_MAX, problem), 7),
                one,
                Instant.EPOCH));
    assertThat(page).hasSizeLessThan(PAGE_BYTES_MAX / 2); // The other half is for entries.
    assertThat(new String(page, StandardCharsets.UTF_8))
        .contains("of 50000 segments are left out", "9800 more are left out", "7 more are left out")
        .doesNotContain("<b>");
  }

  @Test
  void ofALongEntryTheBeginningIsShown() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "\u0001".repeat(100_000), "z");
    assertThat(page(log, 0)).contains("the beginning of 586 KiB", "&quot;z&quot;");
  }

  @Test
  void whatComesFromALogStaysTextAndIsVisible() {
    String hostile = "</script><img src=x onerror=\"a('b')\">&\u202e\u0000\ud800\u2028\ud83d\ude00";
    assertThat(new Html().text(hostile).toString())
        .isEqualTo(
            "&lt;/script&gt;&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt;&amp;"
                + "\\u202e\\u0000\\ud800\\u2028\ud83d\ude00");
  }

  @Test
  void whatHasNoPageIsRefusedInOneLine() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a");
    Path file = Files.createFile(tmp.resolve("records"));
    Path crate = tmp.resolve("crate");
    try (CrateLogWriter writer =
        CrateLogWriter.open(FsDirectory.open(crate), CrateLogOptions.of(CrateVersion.NEWEST))) {
      long unused = writer.append(new byte[1]);
    }
    Path page = tmp.resolve("page.html");
    assertRefused(Run.of("report", "--html", page, file), "durability cat --json " + file);
    assertRefused(Run.of("report", "--html", page, crate), "durability stats " + crate);
    assertRefused(Run.of("report", "--html", log.resolve("wal/x"), log), "take another place");
    assertRefused(Run.of("report", "--html", page, tmp.resolve("no")), "no such file");
    assertRefused(Run.of("report", log), "--html");
    assertThat(page).doesNotExist();
    Path missing = tmp.resolve("missing/page.html");
    assertRefused(Run.of("report", "--html", missing, log), "missing/page.html");
  }

  private static void assertRefused(Run run, String message) {
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.out()).isEmpty();
    assertThat(run.errLines().get(0)).startsWith("durability report: ").contains(message);
    assertThat(run.errLines()).hasSizeLessThanOrEqualTo(2);
  }

  private static List<String> names(Path log) throws IOException {
    return FsDirectory.openForReading(log).list("wal").stream()
        .filter(name -> name.endsWith(".wal"))
        .sorted()
        .toList();
  }
}
