package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What progress looks like, by the width of the terminal, of which a line leaves one column. */
class ProgressLineTest {
  private static final long MIB = 1 << 20;
  private static final List<String> KILLS = List.of("killed 13", "acknowledged 10246");

  private static String bytes(int columns) {
    return ProgressLine.ofBytes("verify", 198 * MIB, 481 * MIB, 1.25, columns);
  }

  private static String steps(int columns) {
    return ProgressLine.ofSteps("torture", "s", 151, 600, KILLS, columns);
  }

  @Test
  void at50Columns() {
    assertThat(bytes(49)).isEqualTo("verify  41% [=====         ] 158 MiB/s, 0:02 left");
    assertThat(steps(49)).isEqualTo("torture  25% [===          ] 151/600 s, killed 13");
  }

  @Test
  void at50ColumnsThereIsRoomForLongNumbersToo() {
    long done = 21L << 40;
    double seconds = done / (1023.0 * MIB);
    assertThat(ProgressLine.ofBytes("restore", done, 51L << 40, seconds, 49))
        .isEqualTo("restore  41% [===      ] 1023 MiB/s, 8:32:31 left");
  }

  @Test
  void at80Columns() {
    assertThat(bytes(79))
        .isEqualTo(
            "verify  41% [============                   ] 198/481 MiB, 158 MiB/s, 0:02 left");
    assertThat(steps(79))
        .isEqualTo(
            "torture  25% [=====                  ] 151/600 s, killed 13, acknowledged 10246");
  }

  @Test
  void at200ColumnsTheBarIsNotMuchWiderAndTheRestOfTheLineIsCleared() {
    assertThat(bytes(199))
        .hasSize(199)
        .startsWith(
            "verify  41% [" + "=".repeat(24) + " ".repeat(36) + "] 198/481 MiB, 158 MiB/s, 0:02")
        .endsWith(" ".repeat(80));
    assertThat(steps(199))
        .hasSize(199)
        .startsWith(
            "torture  25% [" + "=".repeat(15) + " ".repeat(45) + "] 151/600 s, killed 13, ");
  }

  @Test
  void atEveryWidthPartsAreWholeOrLeftOut() {
    Pattern bytes =
        Pattern.compile("verify +41%( \\[=+ +])?( ((198/481 MiB, )?158 MiB/s, )?0:02 left)? *");
    Pattern steps =
        Pattern.compile(
            "torture +25%( \\[=+ +])?( 151/600 s(, killed 13(, acknowledged 10246)?)?)? *");
    for (int columns = 12; columns <= 300; columns++) {
      assertThat(bytes(columns)).hasSize(columns).matches(bytes);
      assertThat(steps(columns)).hasSize(columns).matches(steps);
      assertThat(bytes(columns).contains("[")).isEqualTo(columns >= 32);
    }
    for (int columns = 0; columns < 12; columns++) {
      assertThat(bytes(columns)).hasSize(columns);
    }
  }

  @Test
  void theLimitsOfItsNumbersFitToo() {
    assertThat(ProgressLine.ofBytes("append", 0, 1, 0, 79))
        .contains("  0% [")
        .contains("0.0/0.0 MiB");
    assertThat(ProgressLine.ofBytes("append", 7, 5, 1, 79))
        .contains("100% [")
        .contains("0:00 left");
    assertThat(ProgressLine.ofBytes("append", 1, Long.MAX_VALUE, 1, 79))
        .contains("0/8589934592 GiB, 0.0 MiB/s")
        .doesNotContain("left");
    assertThat(ProgressLine.ofBytes("append", MIB, 5000 * MIB, 1, 79)).contains("1:23:19 left");
    assertThat(ProgressLine.ofBytes("append", 3 << 30L, 30L << 30, 1, 79)).contains("/30 GiB");
  }

  @ParameterizedTest
  @ValueSource(ints = {50, 80, 200})
  void onATerminalTheProgramShowsIt(int columns, @TempDir Path tmp) throws Exception {
    Path input = Files.writeString(tmp.resolve("input"), ("x".repeat(99) + "\n").repeat(200_000));
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String shown =
        Terminal.show(
            columns,
            String.format(
                "'%s' -Ddurability.columns=%d -cp '%s' dev.durability.cli.Main append '%s' '%s'",
                java, columns, System.getProperty("java.class.path"), tmp.resolve("log"), input));
    List<String> drawn =
        Pattern.compile("[\\r\\n]+").splitAsStream(shown).filter(s -> s.contains("[")).toList();
    assertThat(drawn)
        .isNotEmpty()
        .allMatch(
            line ->
                line.matches(
                    "append +\\d+% \\[=* *]( \\d+/19 MiB)?,?( [0-9.]+ MiB/s, [\\d:]+ left)? *"))
        .allMatch(line -> line.length() < columns);
    assertThat(drawn.get(drawn.size() - 1))
        .startsWith("append 100% [==")
        .contains(" MiB/s, 0:00 left");
  }
}
