package dev.durability.cli;

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
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A segment went through a text conversion: that is told, and how to take it back. */
class TextConversionTest {
  private static final int HEADER_BYTES = 64;

  @TempDir private Path tmp;
  private int logs;

  /** A log in whose second segment no CR stands before an LF: salts and checksums are random. */
  private Path log() throws IOException {
    WalOptions options = WalOptions.builder().segmentBytes(4096).preallocatedBytesMax(0).build();
    while (true) {
      Path log = tmp.resolve("log-" + ++logs);
      try (WalWriter<byte[]> writer =
          WalWriter.open(FsDirectory.open(log), Codecs.bytes(), options)) {
        for (int i = 1; i <= 40; i++) {
          String lines = i % 5 == 0 ? "one\ntwo\nthree" : "x".repeat(200);
          long unused = writer.append((lines + i).getBytes(StandardCharsets.US_ASCII));
        }
      }
      if (!read(segment(log)).contains("\r\n")) {
        return log;
      }
    }
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

  @Test
  void itIsToldAndTakenBackByTheCommandThatIsNamed() throws Exception {
    Path log = log();
    byte[] whole = Files.readAllBytes(segment(log));
    convert(segment(log));
    long added = Files.size(segment(log)) - whole.length;
    String text = text(log, 2);
    assertThat(text)
        .contains("a text conversion: " + added + " times a CR stands before an LF in wal/")
        .doesNotContain("damaged sector", "zeros into");
    String file = "wal/" + segment(log).getFileName();
    String sed = "LC_ALL=C sed \"s/\\r$//\" " + file + " > mended && mv mended " + file;
    assertThat(text)
        .contains(
            "In the copy, run each 'sed' that stands above. Then 'durability explain' of that copy")
        .contains("'durability salvage COPY --to NEW'");
    assertThat(Run.of("explain", log).out().lines())
        .as("a line of its own, for all that it is wide")
        .anyMatch(line -> line.contains("'" + sed + "'"));

    Process process = new ProcessBuilder("sh", "-c", sed).directory(log.toFile()).start();
    assertThat(process.waitFor()).isZero();
    assertThat(Files.readAllBytes(segment(log))).isEqualTo(whole);
    assertThat(text(log, 0)).startsWith("CLEAN");
  }

  @Test
  void besideOtherDamageItIsNotPromised() throws IOException {
    Path log = log();
    convert(segment(log));
    byte[] bytes = Files.readAllBytes(segment(log));
    Arrays.fill(bytes, 1000, 1100, (byte) 1);
    Files.write(segment(log), bytes);
    assertThat(text(log, 2)).doesNotContain("a text conversion").contains("damaged sector");
  }
}
