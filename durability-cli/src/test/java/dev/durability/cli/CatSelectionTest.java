package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.checkpoint.Checkpoints;
import dev.durability.recordlog.RecordLogOptions;
import dev.durability.recordlog.RecordLogWriter;
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
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which entries {@code cat} prints, and in which form. */
@Timeout(600)
class CatSelectionTest {
  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

  @TempDir private Path tmp;

  private static WalOptions at(Instant time) {
    return WalOptions.builder()
        .segmentBytes(4096)
        .preallocatedBytesMax(0)
        .clock(Clock.fixed(time, ZoneOffset.UTC))
        .build();
  }

  private static WalWriter<byte[]> open(Path log, Instant time) throws IOException {
    return WalWriter.open(FsDirectory.open(log), LineCodec.INSTANCE, at(time));
  }

  private static byte[] bytes(String entry) {
    return entry.getBytes(StandardCharsets.UTF_8);
  }

  /** Entries n1, n2, … of 1,000 bytes each. */
  private Path longLog(int entries) throws IOException {
    Path log = tmp.resolve("long");
    try (WalWriter<byte[]> writer = open(log, NOON)) {
      for (int i = 1; i <= entries; i++) {
        long unused = writer.append(bytes("n" + i + " ".repeat(990)));
      }
    }
    return log;
  }

  /** Entries 1 and 2 at noon, 3 at one, 4 and 5 at two o'clock. */
  private Path hourly() throws IOException {
    Path log = tmp.resolve("hourly");
    String[][] lives = {{"a", "b"}, {"c"}, {"d", "e"}};
    for (int i = 0; i < lives.length; i++) {
      try (WalWriter<byte[]> writer = open(log, NOON.plusSeconds(3600L * i))) {
        for (String entry : lives[i]) {
          long unused = writer.append(bytes(entry));
        }
      }
    }
    return log;
  }

  private static String ids(Object... args) {
    Object[] all = new Object[args.length + 2];
    all[0] = "cat";
    all[1] = "--ids";
    System.arraycopy(args, 0, all, 2, args.length);
    Run run = Run.of(all);
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
    return run.out().replaceAll("\t.*\n", " ").strip();
  }

  @Test
  void theLastEntriesAreFoundWithoutReadingTheSegmentsBeforeThem() throws IOException {
    Path log = longLog(20);
    assertThat(ids("--last", 3, log)).isEqualTo("18 19 20");
    assertThat(ids("--last", 2, "--to", 7, log)).isEqualTo("6 7");
    assertThat(ids("--last", 1000, log)).isEqualTo(ids(log)).startsWith("1 2").endsWith("20");
    assertThat(ids("--last", Long.MAX_VALUE, log)).isEqualTo(ids(log));
    Files.write(Logs.firstSegment(log), new byte[500]);
    assertThat(Run.of("cat", log).status()).isEqualTo(2);
    assertThat(ids("--quick", "--last", 3, log)).isEqualTo("18 19 20");
    assertThat(ids("--quick", "--last", 3, "--follow", "--to", 20, log)).isEqualTo("18 19 20");
    assertThat(ids("--last", 3, Logs.of(tmp.resolve("empty")))).isEmpty();
  }

  /** Whatever part of a damaged log is printed, that it is damaged is said. */
  @Test
  void aPartOfADamagedLogIsPrintedAndTheDamageElsewhereIsTold() throws IOException {
    Path log = longLog(20);
    Path second = Logs.segments(log).get(1);
    byte[] bytes = Files.readAllBytes(second);
    int damaged = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("n5 ");
    bytes[damaged] ^= 1;
    Files.write(second, bytes);
    Object[][] parts = {
      {"18 19 20", "--last", 3},
      {"18 19 20", "--from", 18},
      {"2 3", "--from", 2, "--to", 3},
      {"1 2", "--to", 2},
      {"18 19 20", "--last", 3, "--follow", "--to", 20},
      {ids("--quick", "--last", 20, "--to", 3, log), "--to", 3, "--last", 20},
    };
    for (Object[] part : parts) {
      List<Object> args = new ArrayList<>(List.of("cat", "--ids"));
      args.addAll(Arrays.asList(part).subList(1, part.length));
      args.add(log);
      Run run = Run.of(args.toArray());
      assertThat(run.out().replaceAll("\t.*\n", " ").strip()).isEqualTo(part[0]);
      assertThat(run.status()).isEqualTo(2);
      assertThat(run.errLines()).hasSize(1);
      assertThat(run.err())
          .contains("the log is CORRUPT: wal/" + second.getFileName() + " at offset ")
          .contains(
              "'durability explain " + log + "'", "'durability salvage " + log + " --to NEW'");
    }
  }

  @Test
  void allIntactEntriesArePrintedIfThatIsAskedForAndEachHoleIsTold() throws IOException {
    Path log = longLog(20);
    Path second = Logs.segments(log).get(1);
    byte[] bytes = Files.readAllBytes(second);
    bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("n5 ")] ^= 1;
    Files.write(second, bytes);
    Run stopped = Run.of("cat", "--ids", "--from", 6, "--to", 7, log);
    assertThat(stopped.status()).isEqualTo(2);
    assertThat(stopped.err()).contains("'durability cat --past-damage " + log + "'");
    Run run = Run.of("cat", "--ids", "--past-damage", "--from", 4, "--to", 7, log);
    assertThat(run.out().replaceAll("\t.*\n", " ")).isEqualTo("4 6 7 ");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.errLines().get(0))
        .startsWith("durability cat: not printed: entry 5: wal/")
        .contains("checksum");
    Run json = Run.of("cat", "--json", "--past-damage", "--from", 6, "--to", 6, log);
    assertThat(json.out()).startsWith("\"n6 ");
    assertThat(json.err()).doesNotContain("not printed");
    Run whole = Run.of("cat", "--ids", "--past-damage", Logs.of(tmp.resolve("whole"), "a", "b"));
    assertThat(whole.out()).isEqualTo("1\ta\n2\tb\n");
    assertThat(whole.status()).isZero();
    assertThat(whole.err()).isEmpty();
    assertThat(Run.of("cat", "--past-damage", "--last", 3, log).status()).isEqualTo(3);
    assertThat(Run.of("cat", "--past-damage", "--follow", log).status()).isEqualTo(3);
  }

  @Test
  void theLastEntriesOfALogWhoseEndIsDamagedArePrintedAndThenTheDamageIsTold() throws IOException {
    Path log = longLog(20);
    Files.write(Logs.lastSegment(log), new byte[500]);
    Run run = Run.of("cat", "--ids", "--last", 1, log);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).matches("1\\d\tn1\\d +\n");
    assertThat(run.errLines()).hasSize(1);
  }

  @Test
  void timesSelectWhatWasStoredThen() throws IOException {
    Path log = hourly();
    assertThat(ids("--since", "2026-01-02T13:00:00Z", log)).isEqualTo("3 4 5");
    assertThat(ids("--since", "2026-01-02T13:00:01Z", log)).isEqualTo("4 5");
    assertThat(ids("--since", "2026-01-02T15:00Z", log)).isEmpty();
    assertThat(ids("--until", "2026-01-02T13:59:59Z", log)).isEqualTo("1 2 3");
    assertThat(ids("--until", "2026-01-02T11:59:59Z", log)).isEmpty();
    assertThat(ids("--until", "2026-01-02T14:00:00+01:00", log)).isEqualTo("1 2 3");
    assertThat(ids("--since", "2026-01-02T13:00Z", "--until", "2026-01-02T13:00Z", log))
        .isEqualTo("3");
    assertThat(ids("--since", "2026-01-02T13:00Z", "--to", 4, log)).isEqualTo("3 4");
    assertThat(ids("--from", 2, "--until", "2026-01-02T13:00Z", log)).isEqualTo("2 3");
    assertThat(ids("--last", 2, "--until", "2026-01-02T13:30Z", log)).isEqualTo("2 3");
    assertThat(ids("--since", "2026-01-02T14:00Z", "--follow", "--to", 5, log)).isEqualTo("4 5");
  }

  @Test
  void anEntryBetweenTwoTimesIsPrintedForEachTimeBetweenThem() throws IOException {
    Path log = tmp.resolve("log");
    Instant[] now = {NOON};
    Clock clock =
        new Clock() {
          @Override
          public ZoneOffset getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(java.time.ZoneId zone) {
            return this;
          }

          @Override
          public Instant instant() {
            return now[0];
          }
        };
    WalOptions options = WalOptions.builder().clock(clock).build();
    try (WalWriter<byte[]> writer =
        WalWriter.open(FsDirectory.open(log), LineCodec.INSTANCE, options)) {
      long unused = writer.append(bytes("a"));
      now[0] = NOON.plusSeconds(3600);
    }
    assertThat(ids("--since", "2026-01-02T12:30Z", log)).isEqualTo("1");
    assertThat(ids("--until", "2026-01-02T12:30Z", log)).isEqualTo("1");
    assertThat(ids("--since", "2026-01-02T13:00:01Z", log)).isEmpty();
    assertThat(ids("--until", "2026-01-02T11:59:59Z", log)).isEmpty();
  }

  @Test
  void timesReachBackBeforeTheNewestCheckpoint() throws IOException {
    Path log = hourly();
    FsDirectory directory = FsDirectory.open(log);
    try (WalWriter<byte[]> writer = open(log, NOON.plusSeconds(9000))) {
      String path =
          Checkpoints.in(directory, Clock.systemUTC())
              .write(writer.logId(), 3, out -> out.write(1));
      var unused = writer.appendCheckpoint(3, path);
    }
    assertThat(ids(log)).isEqualTo("4 5");
    assertThat(ids("--until", "2026-01-02T13:00Z", log)).isEqualTo("1 2 3");
    assertThat(ids("--last", 4, log)).isEqualTo("2 3 4 5");
  }

  @Test
  void anExpressionSelectsEntriesByTheTextThatIsShown() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "an error", "an Error", "none", "\u00fc\u00ff", "");
    assertThat(ids("--grep", "error", log)).isEqualTo("1");
    assertThat(ids("--grep", "(?i)^an e", log)).isEqualTo("1 2");
    assertThat(ids("--grep", "\\x{fffd}", log)).isEqualTo("4");
    assertThat(ids("--grep", "^$", log)).isEqualTo("5");
    assertThat(ids("--grep", "^\"none\"$", "--json", log)).isEqualTo("3");
    assertThat(ids("--grep", "base64", "--json", log)).isEqualTo("4");
    assertThat(ids("--grep", "error", "--last", 4, log)).isEmpty();
    Run run = Run.of("cat", "--hex", "--grep", "Error", log);
    assertThat(run.out()).isEqualTo("61 6e 20 45 72 72 6f 72" + " ".repeat(27) + "|an Error|\n\n");
  }

  @Test
  void anExpressionThatNeedsTooMuchMemoryNamesTheEntry() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "ab".repeat(1_000_000));
    Run run = Run.of("cat", "--grep", "^(a|b)*$", log);
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.out()).isEqualTo("a\n");
    assertThat(run.errLines()).hasSize(1);
    assertThat(run.err()).contains("--grep", "entry 2, which has 2000000 bytes", "[ab]*");
  }

  @Test
  void bytesAreShownAsHexdumpShowsThem() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "hello", "", "0123456789abcdef\u0000\u00ff~");
    assertThat(Run.of("cat", "--hex", "--ids", log).out())
        .isEqualTo(
            """
            1\t68 65 6c 6c 6f                                    |hello|

            2\t                                                  ||

            3\t30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|
            3\t00 ff 7e                                          |..~|

            """);
  }

  @Test
  void inALogOfTheRustCrateThereAreLastEntriesButNoTimes() throws IOException {
    Path log = tmp.resolve("crate");
    CrateLogOptions options = CrateLogOptions.of(CrateVersion.NEWEST).withFirstEntryId(7);
    try (CrateLogWriter writer = CrateLogWriter.open(FsDirectory.open(log), options)) {
      for (int i = 0; i < 5; i++) {
        long unused = writer.append(bytes("r" + i));
      }
    }
    assertThat(ids("--last", 2, log)).isEqualTo("10 11");
    assertThat(ids("--last", 2, "--to", 9, log)).isEqualTo("8 9");
    assertThat(ids("--last", 99, log)).isEqualTo("7 8 9 10 11");
    assertThat(ids("--grep", "r[12]", log)).isEqualTo("8 9");
    assertThat(Run.of("cat", "--since", "2026-01-02T12:00Z", log).err())
        .contains("its files have no times");
  }

  @Test
  void aRecordLogIsPrintedToo() throws IOException {
    try (RecordLogWriter<byte[]> writer =
        RecordLogWriter.open(
            FsDirectory.open(tmp), "records", LineCodec.INSTANCE, RecordLogOptions.defaults())) {
      for (int i = 1; i <= 5; i++) {
        long unused = writer.append(bytes("row " + i));
      }
    }
    Path log = tmp.resolve("records");
    assertThat(Run.of("cat", log).out()).isEqualTo("row 1\nrow 2\nrow 3\nrow 4\nrow 5\n");
    assertThat(ids("--from", 2, "--to", 4, log)).isEqualTo("2 3 4");
    assertThat(ids("--last", 2, log)).isEqualTo("4 5");
    assertThat(ids("--last", 2, "--to", 4, log)).isEqualTo("3 4");
    assertThat(ids("--last", 9, "--grep", "[23]", "--json", log)).isEqualTo("2 3");
    assertThat(Run.of("cat", "--follow", log).err()).contains("do not go with a record log");
    byte[] damaged = Files.readAllBytes(log);
    damaged[Files.readString(log, StandardCharsets.ISO_8859_1).indexOf("row 4")] ^= 1;
    Files.write(log, damaged);
    Run run = Run.of("cat", "--last", 2, log);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEqualTo("row 2\nrow 3\n");
    assertThat(run.errLines()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          --last 0                                       | --last takes a number of entries from 1 on
          --last -5                                      | --last takes a number of entries from 1 on
          --last 3 --from 1                              | say where to begin: give one of them
          --last 3 --since 2026-01-02T12:00Z             | say where to begin: give one of them
          --from 3 --since 2026-01-02T12:00Z             | say where to begin: give one of them
          --to 3 --until 2026-01-02T12:00Z               | say where to end: give one of them
          --until 2026-01-02T12:00Z --follow             | it does not go with --until
          --since 2026-01-02T12:01Z --until 2026-01-02T12:00Z | --until must not be before --since
          --since yesterday                              | 'yesterday' is no time such as 2026-03-01
          --hex --json                                   | it goes neither with --json nor -0
          --hex -0                                       | it goes neither with --json nor -0
          --grep (                                       | takes a regular expression, and '(' is none: Unclosed group
          """)
  void whatMakesNoSenseIsRefusedInOneLine(String options, String message) throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a");
    Run run = Run.of((Object[]) ("cat " + options + " " + log).split(" +"));
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.out()).isEmpty();
    assertThat(run.errLines()).hasSize(2);
    assertThat(run.errLines().get(0)).startsWith("durability cat: ").contains(message);
    assertThat(run.errLines().get(1)).isEqualTo("Try 'durability cat --help'.");
  }
}
