package dev.durability.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command as the operating system sees it: signals, pipes, locks, full disks. */
@Timeout(600)
@DisabledOnOs(
    value = OS.WINDOWS,
    disabledReason = "the launcher is a shell script, and Windows has no signals")
class ProcessTest {
  @TempDir private Path tmp;

  @Test
  void afterSigkillTheLogHoldsAPrefixWithEverythingAcknowledgedAndGoesOn() throws Exception {
    long seed = Long.getLong("durability.seed", 1);
    System.out.println("seed=" + seed);
    Random random = new Random(seed);
    byte[] input = binaryLines(random, 400_000);
    Path file = Files.write(tmp.resolve("input"), input);
    Path log = tmp.resolve("log");
    int acknowledged = 0;
    int killAt = 1 + random.nextInt(200_000);
    try (Child append = Child.start(tmp, "append", "--acks", log, file)) {
      BufferedReader acks = append.out();
      String id = acks.readLine();
      String next = acks.readLine();
      while (next != null) { // the last line may be half of one
        acknowledged = Integer.parseInt(id);
        if (acknowledged == killAt) {
          append.process().toHandle().destroyForcibly(); // leaves the pipe open
        }
        id = next;
        next = acks.readLine();
      }
      assertThat(append.status()).isEqualTo(137);
    }
    assertThat(acknowledged).isGreaterThanOrEqualTo(killAt);
    assertThat(Run.of("verify", log).status()).isIn(0, 1);
    byte[] kept = Run.of("cat", log).out().getBytes(ISO_8859_1);
    assertPrefix(kept, input, acknowledged);
    long entries = count(kept);

    assertThat(Run.withInput("more\n".getBytes(ISO_8859_1), "append", "--acks", log).out())
        .isEqualTo(entries + 1 + "\n");
    assertThat(Run.of("verify", log).status()).isZero();
    assertThat(Run.of("cat", log).out()).isEqualTo(new String(kept, ISO_8859_1) + "more\n");
  }

  private static void assertPrefix(byte[] kept, byte[] input, int acknowledged) {
    assertThat(Arrays.mismatch(kept, input)).isIn(-1, kept.length);
    assertThat(count(kept)).isGreaterThanOrEqualTo(acknowledged);
  }

  private static long count(byte[] lines) {
    long count = 0;
    for (byte b : lines) {
      count += b == '\n' ? 1 : 0;
    }
    return count;
  }

  private static byte[] binaryLines(Random random, int bytes) {
    byte[] lines = new byte[bytes * 10];
    random.nextBytes(lines);
    for (int at = random.nextInt(20); at < lines.length; at += 1 + random.nextInt(20)) {
      lines[at] = '\n';
    }
    lines[lines.length - 1] = '\n';
    return lines;
  }

  @Test
  void sigtermAcknowledgesWhatWasAppendedAndEndsWithTheStatusOfTheSignal() throws Exception {
    Path log = tmp.resolve("log");
    try (Child append = Child.start(tmp, "append", "--acks", log)) {
      BufferedReader acks = append.out();
      append.write("a\nb\n".getBytes(ISO_8859_1));
      assertThat(acks.readLine()).isEqualTo("1");
      assertThat(acks.readLine()).isEqualTo("2");
      append.process().toHandle().destroy(); // leaves the pipe open: the input must not end first
      assertThat(append.status()).isEqualTo(143);
      assertThat(append.err()).startsWith("last acknowledged entry: 2 (2 entries");
    }
    assertThat(Run.of("verify", log).status()).isZero();
  }

  @Test
  void ofTwoAppendsAtOnceTheSecondIsRefusedInOneLine() throws Exception {
    Path log = tmp.resolve("log");
    try (Child append = Child.start(tmp, "append", "--acks", log)) {
      append.write("a\n".getBytes(ISO_8859_1));
      assertThat(append.out().readLine()).isEqualTo("1");
      Run second = Run.withInput("b\n".getBytes(ISO_8859_1), "append", log);
      assertThat(second.status()).isEqualTo(3);
      assertThat(second.errLines()).hasSize(1);
      assertThat(second.err()).contains("cannot lock ", "another process");
      append.process().getOutputStream().close();
      assertThat(append.status()).isZero();
    }
    assertThat(Run.of("cat", log).out()).isEqualTo("a\n");
  }

  @Test
  void aClosedPipeEndsCatQuietly() throws Exception {
    Path log = tmp.resolve("log");
    Run.withInput("some text of a line\n".repeat(50_000).getBytes(ISO_8859_1), "append", log);
    String script = "\"$@\" cat '" + log + "' | head -n 1; echo ${PIPESTATUS[0]}";
    try (Child shell = Child.startInShell(tmp, script)) {
      BufferedReader out = shell.out();
      assertThat(out.readLine()).isEqualTo("some text of a line");
      assertThat(out.readLine()).isEqualTo("141");
      assertThat(shell.status()).isZero();
      assertThat(shell.err()).isEmpty();
    }
  }

  @Test
  void followingSeesTheEntriesOfAnotherProcessAndEndsOnSigint() throws Exception {
    Path log = tmp.resolve("log");
    Run.withInput("a\n".getBytes(ISO_8859_1), "append", log);
    try (Child cat = Child.startInterruptible(tmp, "cat", "--follow", log)) {
      BufferedReader lines = cat.out();
      assertThat(lines.readLine()).isEqualTo("a");
      Run.withInput("b\n".getBytes(ISO_8859_1), "append", log);
      assertThat(lines.readLine()).isEqualTo("b");
      new ProcessBuilder("kill", "-INT", Long.toString(cat.process().pid())).start().waitFor();
      assertThat(cat.status()).isEqualTo(130);
      assertThat(cat.err()).isEmpty();
    }
  }

  @Test
  void onAFullDiskOneLineTellsAndEverythingAcknowledgedIsKept() throws Exception {
    Path mount = Files.createDirectory(tmp.resolve("small"));
    if (!SmallDisk.mount(mount)) {
      System.out.println("skipped: a small disk can be mounted by root alone");
      abort("a small disk can be mounted by root alone");
    }
    try {
      Path log = mount.resolve("log");
      byte[] input = ("x".repeat(99) + "\n").repeat(50_000).getBytes(ISO_8859_1);
      Run run = Run.withInput(input, "append", "--acks", log);
      assertThat(run.status()).isEqualTo(3);
      assertThat(run.errLines()).hasSize(2);
      assertThat(run.err()).contains("last acknowledged entry: ", "No space left on device");
      int acknowledged = (int) run.out().lines().count();
      assertThat(run.out()).isEqualTo(Run.ids(1, acknowledged));
      assertThat(Run.of("verify", log).status()).isIn(0, 1);
      byte[] kept = Run.of("cat", log).out().getBytes(ISO_8859_1);
      assertPrefix(kept, input, acknowledged);
    } finally {
      SmallDisk.unmount(mount);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "--version",
        "help cat",
        "cat 'log'",
        "verify 'log'",
        "append --acks 'log' 'log/in'"
      })
  void whateverCannotBePrintedIsAFailure(String command) throws Exception {
    if (!Files.exists(Path.of("/dev/full"))) {
      System.out.println("skipped: there is no /dev/full");
      abort("there is no /dev/full");
    }
    Path log = Logs.of(tmp.resolve("log"), "a", "b");
    Files.writeString(log.resolve("in"), "c\n");
    String line = command.replace("'log", "'" + log);
    try (Child full = Child.startInShell(tmp, "\"$@\" " + line + " >/dev/full")) {
      assertThat(full.status()).isEqualTo(3);
      assertThat(full.err())
          .contains("durability", ": cannot write to the standard output: No space left on device");
    }
    try (Child closed = Child.startInShell(tmp, "\"$@\" " + line + " >&- 2>/dev/null")) {
      assertThat(closed.status()).isNotZero();
    }
    String pipe =
        "'" + tmp.resolve("pipe") + "'"; // Its reader has gone before anything is written.
    String piped =
        "mkfifo "
            + pipe
            + "; : <"
            + pipe
            + " & exec 3>"
            + pipe
            + "; wait; \"$@\" "
            + line
            + " >&3; echo $? >&2";
    try (Child broken = Child.startInShell(tmp, piped)) {
      assertThat(broken.status()).isZero();
      assertThat(broken.err().lines().filter(each -> !each.startsWith("last acknowledged")))
          .containsExactly("141");
    }
  }

  @Test
  void whatTheLocaleCannotExpressIsRefusedAndNothingIsMade() throws Exception {
    Path directory = Files.createDirectory(tmp.resolve("in"));
    Path whole = Logs.of(tmp.resolve("whole"), "a");
    String append = "cd '" + directory + "' && export LC_ALL=C && echo x | \"$@\" append ";
    for (String name : new String[] {"pr$'\\xc3\\xbc'f", "pr$'\\xe4'f/log"}) {
      try (Child child = Child.startInShell(tmp, append + name)) {
        assertThat(child.status()).isEqualTo(3);
        assertThat(child.err().lines().toList())
            .hasSize(2)
            .first()
            .asString()
            .startsWith("durability: 'pr?")
            .contains("LC_ALL", "UTF-8")
            .doesNotContain("internal");
      }
    }
    String latin = append.replace("LC_ALL=C", "LC_ALL=C.UTF-8") + "pr$'\\xe4'f";
    try (Child child = Child.startInShell(tmp, latin)) {
      assertThat(child.status()).isEqualTo(3);
      assertThat(child.err()).startsWith("durability: 'pr?f' has bytes that are not UTF-8");
    }
    String inside = "mkdir pr$'\\xc3\\xbc'f && cd pr* && echo x | \"$@\" append log";
    try (Child child =
        Child.startInShell(tmp, append.substring(0, append.indexOf("echo")) + inside)) {
      assertThat(child.status()).isEqualTo(3);
      assertThat(child.err()).startsWith("durability append: the current directory, '");
    }
    String help = "cd pr* && \"$@\" help >/dev/null && \"$@\" verify '" + whole + "' >/dev/null";
    try (Child child =
        Child.startInShell(tmp, "cd '" + directory + "' && export LC_ALL=C && " + help)) {
      assertThat(child.status()).as(child.err()).isZero();
    }
    assertThat(directory.toFile().list()).hasSize(1);
    try (Stream<Path> files = Files.list(directory.toFile().listFiles()[0].toPath())) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void withoutMemoryItIsSaidHowToGiveMore() throws Exception {
    Path log = tmp.resolve("log");
    Path small = Files.writeString(tmp.resolve("small"), "a\n");
    Path large = Files.writeString(tmp.resolve("large"), "x".repeat(15_000_000) + "\n");
    assertThat(Run.of("append", log, small, large).status()).isZero();
    for (String command :
        new String[] {"cat '" + log + "'", "append '" + log + "' '" + large + "'"}) {
      try (Child child =
          Child.startInShell(tmp, "\"$1\" -Xmx16m \"${@:3}\" " + command + " >/dev/null")) {
        assertThat(child.status()).isEqualTo(3);
        assertThat(child.err())
            .contains(": out of memory (", "MiB may be used", "DURABILITY_JAVA_OPTS=-Xmx")
            .doesNotContain("internal");
      }
    }
    assertThat(Run.of("verify", log).out()).contains("CLEAN");
  }
}
