package dev.durability.systemcalls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.durability.systemcalls.SystemCall.Kind;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StraceOutputTest {
  private static final Pattern PLAIN = Pattern.compile("'([^']*)'");

  /** Texts stand between single quotes here, and get the form that {@code -xx} gives them. */
  private static List<SystemCall> read(String... lines) {
    return StraceOutput.read("/log", List.of(trace(lines)));
  }

  private static List<String> trace(String... lines) {
    List<String> escaped = new ArrayList<>();
    for (String line : lines) {
      escaped.add(PLAIN.matcher(line).replaceAll(each -> escape(each.group(1))));
    }
    return escaped;
  }

  private static String escape(String text) {
    String digits = HexFormat.of().withPrefix("\\x").formatHex(text.getBytes(UTF_8));
    return digits.replace("\\", "\\\\");
  }

  private static String text(SystemCall call) {
    return UTF_8.decode(call.bytes().duplicate()).toString();
  }

  @Test
  void everyCallIsReadWithItsPathsAndBytes() {
    List<SystemCall> calls =
        read(
            "7  mkdir(\"'/log/wal'\", 0700)   = 0",
            "7  openat(AT_FDCWD<'/home'>, \"'/log/a'\", O_RDWR|O_CREAT|O_EXCL, 0600) = 5<'/log/a'>",
            "7  pwrite64(5<'/log/a'>, \"'héllo'\", 6, 64) = 6",
            "7  fdatasync(5<'/log/a'>)        = 0",
            "7  rename(\"'/log/a'\", \"'/log/b'\") = 0",
            "7  fsync(6<'/log'>)              = 0",
            "7  ftruncate(5<'/log/b'>, 70)    = 0",
            "7  unlink(\"'/log/b'\")          = 0",
            "7  write(1<'pipe:[1]'>, \"'acknowledged 1'\", 14) = 14",
            "7  +++ exited with 0 +++");
    assertThat(calls)
        .extracting(SystemCall::kind)
        .containsExactly(
            Kind.MAKE_DIRECTORY,
            Kind.CREATE,
            Kind.WRITE,
            Kind.SYNC,
            Kind.RENAME,
            Kind.SYNC,
            Kind.CUT,
            Kind.DELETE,
            Kind.PRINT);
    assertThat(calls)
        .extracting(SystemCall::path)
        .containsExactly(
            "/log/wal", "/log/a", "/log/a", "/log/a", "/log/a", "/log", "/log/b", "/log/b", "/log");
    assertThat(text(calls.get(2))).isEqualTo("héllo");
    assertThat(calls.get(2).offset()).isEqualTo(64);
    assertThat(calls.get(4).target()).isEqualTo("/log/b");
    assertThat(calls.get(6).offset()).isEqualTo(70);
    assertThat(text(calls.get(8))).isEqualTo("acknowledged 1");
  }

  @Test
  void callsRelativeToADirectoryAreReadWithTheWholePath() {
    assertThat(
            read(
                "7 openat(AT_FDCWD<'/log'>, \"'a'\", O_CREAT|O_EXCL, 0600) = 5<'/log/a'>",
                "7 renameat2(4<'/log'>, \"'a'\", AT_FDCWD<'/'>, \"'/log/b'\", 0) = 0",
                "7 unlinkat(4<'/log'>, \"'b'\", 0) = 0"))
        .extracting(call -> call.path() + call.target())
        .containsExactly("/log/a", "/log/a/log/b", "/log/b");
  }

  @Test
  void callsOfThreadsThatInterleaveBeginAndReturnWhereTheirLinesStand() {
    List<SystemCall> calls =
        read(
            "7 fdatasync(5<'/log/a'> <unfinished ...>",
            "8 pwrite64(6<'/log/b'>, \"'x'\", 1, 0 <unfinished ...>",
            "7 <... fdatasync resumed>)    = 0",
            "8 <... pwrite64 resumed>)     = 1");
    assertThat(calls).extracting(SystemCall::begun).containsExactly(1, 2);
    assertThat(calls).extracting(SystemCall::returned).containsExactly(3, 4);
    assertThat(calls.get(1).follows(calls.get(0))).isFalse();
    assertThat(text(calls.get(1))).isEqualTo("x");
  }

  @Test
  void callThatADeathCutOffIsOverThenAndASyncSaysNothing() {
    assertThat(
            read(
                "7 pwrite64(6<'/log/b'>, \"'x'\", 1, 0 <unfinished ...>",
                "8 fdatasync(6<'/log/b'>) = ?",
                "9 fdatasync(6<'/log/b'> <unfinished ...>",
                "10 ???( <unfinished ...>",
                "11 pwrite64(6<'/log/b'>, \"'y'\", 1, 1) = ?",
                "7 +++ killed by SIGKILL +++",
                "12 ???( <detached ...>"))
        .extracting(SystemCall::kind, SystemCall::begun, SystemCall::returned)
        .containsExactly(tuple(Kind.WRITE, 1, 7), tuple(Kind.WRITE, 5, 7));
  }

  @Test
  void callThatADeathCutOffIsOverBeforeTheNextProcessBegins() {
    List<String> killed =
        trace("7 mkdir(\"/log/a\", 0700 <detached ...>", "8 fsync(6<'/log'>) = 0");
    assertThat(
            StraceOutput.read(
                "/log", List.of(killed, trace("7 fsync(6<'/log'>) = 0", "7 fsync(6<'/log'>) = 0"))))
        .extracting(SystemCall::kind, SystemCall::begun, SystemCall::returned)
        .containsExactly(
            tuple(Kind.MAKE_DIRECTORY, 1, 2),
            tuple(Kind.SYNC, 2, 2),
            tuple(Kind.SYNC, 3, 3),
            tuple(Kind.SYNC, 4, 4));
  }

  private static final String RENAME = "7 rename(\"/log/a.tmp\", \"/log/a\"";
  private static final String CREATE = "8 openat(4<'/'>, \"'/log/a.tmp'\", O_CREAT|O_EXCL) = 5";
  private static final String DELETE = "8 unlink(\"/log/a.tmp\") = 0";

  /** The kinds of the calls of a process that was killed in a rename, and of the next one. */
  private static List<Kind> kindsWithCutOffRename(List<String> killed, String... next) {
    return StraceOutput.read("/log", List.of(killed, trace(next))).stream()
        .map(SystemCall::kind)
        .toList();
  }

  /** Each way in which strace was seen to end a trace, or could. */
  private static Stream<List<String>> cutOffRenames() {
    return Stream.of(
        List.of(RENAME + ") = ?"),
        List.of(RENAME + ") = -1 (errno 18446744073709551534)"),
        List.of(RENAME + ") = 82"),
        List.of(RENAME + " <detached ...>"),
        List.of(RENAME + " <unfinished ...>"),
        List.of(RENAME + " <unfinished ...>", "9 ???( <detached ...>"),
        List.of(RENAME + " <unfinished ...>", "7 +++ killed by SIGKILL +++"),
        List.of(RENAME + " <unfinished ...>", "7 <... rename resumed>) = ?"),
        List.of(RENAME + " <unfinished ...>", "7 <... rename resumed> <unfinished ...>) = ?"),
        List.of(RENAME + " <unfinished ...>", "7 <... rename resumed> <detached ...>"));
  }

  @ParameterizedTest
  @MethodSource("cutOffRenames")
  void cutOffRenameHappenedUnlessTheNextProcessFoundTheOldName(List<String> killed) {
    assertThat(kindsWithCutOffRename(killed)).containsExactly(Kind.RENAME);
    assertThat(kindsWithCutOffRename(killed, DELETE)).containsExactly(Kind.DELETE);
    assertThat(kindsWithCutOffRename(killed, DELETE, CREATE))
        .containsExactly(Kind.DELETE, Kind.CREATE);
    assertThat(kindsWithCutOffRename(killed, "8 rename(\"/log/a.tmp\", \"/log/b\") = 0", CREATE))
        .containsExactly(Kind.RENAME, Kind.CREATE);
    assertThat(kindsWithCutOffRename(killed, CREATE, DELETE))
        .containsExactly(Kind.RENAME, Kind.CREATE, Kind.DELETE);
    assertThat(kindsWithCutOffRename(killed, "8 unlink(\"/log/a\") = 0"))
        .containsExactly(Kind.RENAME, Kind.DELETE);
  }

  @Test
  void whatAThirdProcessFindsSaysNothingOnceTheSecondOneMadeTheOldNameAnew() {
    assertThat(
            StraceOutput.read(
                "/log", List.of(List.of(RENAME + ") = ?"), trace(CREATE), trace(DELETE))))
        .extracting(SystemCall::kind)
        .containsExactly(Kind.RENAME, Kind.CREATE, Kind.DELETE);
  }

  @Test
  void deletionThatADeathCutOffDoesNotSayWhetherTheRenameHappened() {
    assertThat(
            StraceOutput.read(
                "/log",
                List.of(
                    List.of(RENAME + ") = ?"),
                    List.of("8 unlink(\"/log/a.tmp\") = ?"),
                    trace(CREATE))))
        .extracting(SystemCall::kind)
        .containsExactly(Kind.RENAME, Kind.DELETE, Kind.CREATE);
  }

  @Test
  void cutOffRenameThatStraceWroteDownTwiceIsJudgedLikeAnyOther() {
    for (String first : List.of(" <unfinished ...>", ") = ?")) {
      for (String second : List.of(" <unfinished ...>", " <detached ...>", ") = ?")) {
        for (String thread : List.of("7", "9")) {
          List<String> twice = List.of(RENAME + first, RENAME.replaceFirst("7", thread) + second);
          assertThat(kindsWithCutOffRename(twice, DELETE)).containsExactly(Kind.DELETE);
          assertThat(kindsWithCutOffRename(twice, CREATE, DELETE))
              .containsExactly(Kind.RENAME, Kind.RENAME, Kind.CREATE, Kind.DELETE);
        }
      }
    }
  }

  @Test
  void cutOffRenameDidNotHappenIfTheOldNameWasGoneBefore() {
    for (String gone : List.of(RENAME + ") = 0", DELETE)) {
      List<String> killed = new ArrayList<>(trace(CREATE, gone));
      killed.add("9" + RENAME.substring(1) + " <detached ...>");
      assertThat(kindsWithCutOffRename(killed, CREATE))
          .hasSize(3)
          .startsWith(Kind.CREATE)
          .endsWith(Kind.CREATE);
      killed.addAll(2, trace(CREATE));
      assertThat(kindsWithCutOffRename(killed, CREATE)).hasSize(5).contains(Kind.RENAME);
    }
  }

  @Test
  void renameThatReturnedHappenedWhateverIsDoneToTheOldNameLater() {
    assertThat(kindsWithCutOffRename(List.of(RENAME + ") = 0"), DELETE))
        .containsExactly(Kind.RENAME, Kind.DELETE);
  }

  @Test
  void callThatFailedIsLeftOutAndShortWriteHasOnlyWhatWasWritten() {
    List<SystemCall> calls =
        read(
            "7 fdatasync(5<'/log/a'>) = -1 EIO (Input/output error)",
            "7 pwrite64(5<'/log/a'>, \"'abc'\", 3, 0) = 2");
    assertThat(calls).singleElement().extracting(StraceOutputTest::text).isEqualTo("ab");
  }

  @Test
  void whatIsElsewhereOrGoneIsLeftOut() {
    assertThat(
            read(
                "7 fsync(5<'/logs/a'>) = 0",
                "7 writev(5<'/elsewhere'>, [{iov_base=\"'x'\", iov_len=1}], 1) = 1",
                "7 fdatasync(5<'/log/a'>(deleted)) = 0"))
        .isEmpty();
  }

  @Test
  void callThatWouldChangeAFileUnseenIsRefused() {
    assertThatThrownBy(() -> read("7 pwritev(5<'/log/a'>, [{iov_len=1}], 1, 0) = 1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not understood");
    assertThatThrownBy(() -> read("7 write(5<'/log/a'>, \"'x'\", 1) = 1"))
        .hasMessageContaining("not understood");
  }

  @Test
  void whatADyingThreadWasCallingAndNobodySawIsLeftOut() {
    assertThat(
            read(
                "7  ???()                            = ?",
                "7  +++ killed by SIGKILL +++",
                "8  mkdir(\"'/log/wal'\", 0700)   = 0"))
        .extracting(SystemCall::kind)
        .containsExactly(Kind.MAKE_DIRECTORY);
  }

  @Test
  void bytesThatWereLeftOutOfTheTraceAreNoticed() {
    assertThatThrownBy(() -> read("7 pwrite64(5<'/log/a'>, \"'ab'\"..., 9, 0) = 9"))
        .hasMessageContaining("left out bytes");
  }
}
