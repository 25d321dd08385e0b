package dev.durability.cli;

import static dev.durability.cli.Explained.kinds;
import static dev.durability.cli.Explained.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.codec.Codecs;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalOptions;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A segment went through a text conversion: that is told, and how to take it back. */
class TextConversionTest {
  private static final int HEADER_BYTES = 64;
  private static final String LINES = "one\ntwo\nthree";

  /** Without an LF in its eight bytes. */
  private static final Clock CLOCK =
      Clock.fixed(Instant.ofEpochSecond(1_800_000_000), ZoneOffset.UTC);

  @TempDir private Path tmp;
  private int logs;

  /**
   * A log after whose first segment only entries have an LF: checksums and salts are random. In the
   * first, the id 10 has one.
   */
  private Path log() throws IOException {
    WalOptions options =
        WalOptions.builder().segmentBytes(4096).preallocatedBytesMax(0).clock(CLOCK).build();
    while (true) {
      Path log = tmp.resolve("log-" + ++logs);
      try (WalWriter<byte[]> writer =
          WalWriter.open(FsDirectory.open(log), Codecs.bytes(), options)) {
        for (int i = 1; i <= 40; i++) {
          String lines = i % 5 == 0 ? LINES : "x".repeat(200);
          long unused = writer.append((lines + i).getBytes(StandardCharsets.US_ASCII));
        }
      }
      if (hasNoOther(Logs.segments(log).subList(1, 3), LINES)) {
        return log;
      }
    }
  }

  private static boolean hasNoOther(List<Path> segments, String... lines) throws IOException {
    for (Path each : segments) {
      String bytes = read(each).substring(HEADER_BYTES);
      for (String text : lines) {
        bytes = bytes.replace(text, "");
      }
      if (bytes.contains("\n")) {
        return false;
      }
    }
    return true;
  }

  private static Path segment(Path log) throws IOException {
    return Logs.segments(log).get(1);
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1);
  }

  /** What follows the header, so that it stays whole whatever its salt is. */
  private static void convert(Path file) throws IOException {
    String bytes = read(file);
    String converted =
        bytes.substring(0, HEADER_BYTES) + bytes.substring(HEADER_BYTES).replace("\n", "\r\n");
    Files.writeString(file, converted, StandardCharsets.ISO_8859_1);
  }

  /** As {@code sed 's/$/\r/'} does it: a CR before each LF, and one at the end. */
  private static void convertAll(Path file) throws IOException {
    Files.writeString(file, read(file).replace("\n", "\r\n") + "\r", StandardCharsets.ISO_8859_1);
  }

  private Path copy() {
    return tmp.resolve("copy");
  }

  @Test
  void itIsToldAndTakenBackByWhatTheStepsSay() throws Exception {
    Path log = log();
    Path segment = segment(log);
    byte[] whole = Files.readAllBytes(segment);
    convert(segment);
    long added = Files.size(segment) - whole.length;
    String file = "wal/" + segment.getFileName();
    assertThat(text(log, 2))
        .contains("A file went through a text conversion: " + file, "without these CRs all frames")
        .contains(added + " times a CR stands before an LF")
        .contains("It refuses, and changes nothing. Of the mended copy: it goes on after entry 40")
        .contains("it will say CLEAN: put the copy in the place of the log")
        .contains("If mending helps: nothing. If not: without a backup: entry 20, entry 25,")
        .doesNotContain("damaged sector", "zeros into");
    assertThat(Run.of("explain", log).out().lines())
        .as("a line of its own, for all that it is wide")
        .anyMatch(line -> line.matches(" *'for f in COPY/" + file + "; do .*; rm COPY.mended'"));
    Files.setPosixFilePermissions(segment, PosixFilePermissions.fromString("rw-r-----"));

    Explained.follow(log, copy());
    assertThat(Files.readAllBytes(copy().resolve(file))).isEqualTo(whole);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy().resolve(file))))
        .isEqualTo("rw-r-----");
    assertThat(text(copy(), 0)).startsWith("CLEAN");
  }

  @Test
  void itIsTakenBackInEachFileOfALogThatWasSentAsText() throws Exception {
    Path log = log();
    Map<String, String> whole = Logs.content(log);
    for (Path each : Logs.segments(log)) {
      convertAll(each);
    }

    assertThat(kinds(log)).containsExactly("DAMAGED_BYTES");
    assertThat(text(log, 2))
        .contains("3 files went through a text conversion: wal/", "for f in COPY/wal/*.wal; do");
    Explained.follow(log, copy());
    assertThat(Logs.content(copy())).isEqualTo(whole);
  }

  /** Opening would cut off entries that were acknowledged, as it does not see the END. */
  @Test
  void inTheLastSegmentItIsToldThoughTheLogOpens() throws Exception {
    Path log = log();
    Path last = Logs.lastSegment(log);
    byte[] whole = Files.readAllBytes(last);
    convert(last);
    Files.writeString(last, "\r", StandardOpenOption.APPEND);

    assertThat(text(log, 1))
        .startsWith("TORN")
        .contains("A file went through a text conversion: wal/" + last.getFileName())
        .contains(
            "If mending helps: nothing. If not: without a backup, though acknowledged: entry 40.")
        .doesNotContain("nothing in the log promises", "Nothing: open the log");
    assertThat(Run.of("verify", log).unbroken())
        .contains("If nothing crashed: 'durability explain " + log + "' before a program opens");
    Explained.follow(log, copy());
    assertThat(Files.readAllBytes(Logs.lastSegment(copy()))).isEqualTo(whole);
  }

  @Test
  void besideOtherDamageItIsTakenBackAndTheRestIsTold() throws Exception {
    Path log = log();
    convert(segment(log));
    byte[] bytes = Files.readAllBytes(segment(log));
    int end = read(segment(log)).indexOf("xxx24");
    Arrays.fill(bytes, end - 100, end, (byte) 1);
    Files.write(segment(log), bytes);

    assertThat(text(log, 2))
        .contains("without these CRs more entries are whole, but not all of wal/")
        .contains("it will say CORRUPT, and this is left to do:", "damaged sector")
        .contains("If mending helps: without a backup: entry 24. All others");
    Explained.follow(log, copy());
    assertThat(text(copy(), 2)).contains("It held entry 24.").doesNotContain("text conversion");
  }

  @Test
  void besideLinesThatHadOneBeforeBothCopiesAreToBeSalvaged() throws IOException {
    WalOptions options = WalOptions.builder().clock(CLOCK).build();
    Path log;
    do {
      log = tmp.resolve("log-" + ++logs);
      try (WalWriter<byte[]> writer =
          WalWriter.open(FsDirectory.open(log), Codecs.bytes(), options)) {
        for (String each : List.of("a", "b\r\nb", "c", "d\nd", "e\ne", "f")) {
          long unused = writer.append(each.getBytes(StandardCharsets.US_ASCII));
        }
      }
    } while (!hasNoOther(Logs.segments(log), "b\r\nb", "d\nd", "e\ne"));
    Path file = Logs.lastSegment(log);
    String bytes = read(file);
    String converted =
        bytes.substring(0, HEADER_BYTES)
            + bytes.substring(HEADER_BYTES).replaceAll("(?<!\r)\n", "\r\n");
    Files.writeString(file, converted, StandardCharsets.ISO_8859_1);

    assertThat(text(log, 1))
        .contains("some CRs before an LF were there before: nothing tells which")
        .contains("As it is, 4 of its entries are whole; without all of these CRs 5,")
        .contains("and salvage that one, too.");
  }
}
