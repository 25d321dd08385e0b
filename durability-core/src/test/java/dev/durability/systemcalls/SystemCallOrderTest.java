package dev.durability.systemcalls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.durability.systemcalls.SystemCall.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Watches writers under strace. Needs strace and the right to trace. */
@Timeout(600)
class SystemCallOrderTest {
  private static final long SEED = Long.getLong("durability.seed", 1);

  @TempDir static Path scratch;

  @TempDir Path temp;

  @BeforeAll
  static void stracePresent() throws Exception {
    String reason = whyNot();
    if (!reason.isEmpty()) {
      System.out.println("SystemCallOrderTest skipped: " + reason);
    }
    assumeTrue(reason.isEmpty(), reason);
  }

  private static String whyNot() throws Exception {
    Path trace = scratch.resolve("trace");
    Path errors = scratch.resolve("errors");
    try {
      Process process =
          new ProcessBuilder(strace(trace, List.of("true")))
              .redirectErrorStream(true)
              .redirectOutput(errors.toFile())
              .start();
      return process.waitFor() == 0
          ? ""
          : "strace cannot trace here: " + Files.readString(errors).strip();
    } catch (IOException e) {
      return "strace is not installed: " + e.getMessage();
    }
  }

  private static List<String> strace(Path trace, List<String> command) {
    List<String> all = new ArrayList<>();
    all.addAll(List.of("strace", "-f", "-y", "-xx", "-s", "2097152", "-e", "signal=none"));
    all.addAll(List.of("-e", "trace=" + StraceOutput.TRACED, "-o", trace.toString()));
    all.addAll(command);
    return all;
  }

  private Process start(Path root, Path trace, String mode, String forgotten) throws IOException {
    List<String> java =
        List.of(
            ProcessHandle.current().info().command().orElseThrow(),
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            TracedProcess.class.getName(),
            root.toString(),
            mode,
            forgotten);
    return new ProcessBuilder(strace(trace, java))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private List<String> traceOfWholeRun(Path root, String forgotten) throws Exception {
    Path trace = temp.resolve("whole");
    Process process = start(root, trace, "once", forgotten);
    try (BufferedReader lines = process.inputReader(UTF_8)) {
      while (lines.readLine() != null) {
        // Only so that it does not wait.
      }
      assertThat(process.waitFor()).isZero();
    } finally {
      process.destroyForcibly();
    }
    return Files.readAllLines(trace);
  }

  private List<String> traceOfKilledRun(Path root) throws Exception {
    Path trace = temp.resolve("killed");
    Process process = start(root, trace, "forever", Forgetful.NOTHING);
    try (BufferedReader lines = process.inputReader(UTF_8)) {
      String line = lines.readLine();
      while (line != null && !line.equals("forever")) {
        line = lines.readLine();
      }
      for (int left = 20 + new Random(SEED).nextInt(200); left > 0; left--) {
        assertThat(lines.readLine()).startsWith("acknowledged");
      }
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      while (line != null) {
        line = lines.readLine();
      }
      process.waitFor();
    } finally {
      process.destroyForcibly();
    }
    return Files.readAllLines(trace);
  }

  @Test
  void writersSyncInTheOrderThatTheFormatDemandsAlsoAcrossADeath() throws Exception {
    Path root = Files.createDirectory(temp.resolve("log")).toRealPath();
    List<List<String>> traces =
        List.of(traceOfKilledRun(root), traceOfWholeRun(root, Forgetful.NOTHING));
    List<SystemCall> calls = StraceOutput.read(root.toString(), traces);
    System.out.println(
        "system calls: seed="
            + SEED
            + ", "
            + traces.stream().map(List::size).toList()
            + " lines, "
            + countsOf(calls));
    List<String> violations = violations(root, traces);
    assertThat(violations)
        .as(() -> "seed=" + SEED + "\n" + TraceExcerpt.around(violations, traces))
        .isEmpty();
    assertThat(WriteOrder.durableEntries(root.toString(), calls)).isGreaterThan(1000);
    assertThat(calls)
        .extracting(SystemCall::kind)
        .contains(Kind.values())
        .filteredOn(Kind.DELETE::equals)
        .hasSizeGreaterThan(20);
  }

  private static String countsOf(List<SystemCall> calls) {
    return calls.stream()
        .collect(Collectors.groupingBy(SystemCall::kind, Collectors.counting()))
        .toString();
  }

  @Test
  void writerThatDoesNotSyncItsFilesIsFoundOut() throws Exception {
    assertThat(violationsWithout(Forgetful.SYNCS_OF_FILES))
        .anyMatch(each -> each.contains("are acknowledged before"))
        .anyMatch(each -> each.contains("its header is not synced"))
        .anyMatch(each -> each.contains("its content is not synced"))
        .anyMatch(each -> each.contains("the segment before is not synced"))
        .anyMatch(each -> each.contains("no marker that is synced"))
        .anyMatch(each -> each.contains("are promised before"));
  }

  @Test
  void writerThatDoesNotSyncItsDirectoriesIsFoundOut() throws Exception {
    assertThat(violationsWithout(Forgetful.SYNCS_OF_DIRECTORIES))
        .anyMatch(each -> each.contains("are acknowledged before"))
        .anyMatch(each -> each.contains("before that and its name are synced"))
        .anyMatch(each -> each.contains("its directory is not synced"));
  }

  private List<String> violationsWithout(String forgotten) throws Exception {
    Path root = Files.createDirectory(temp.resolve("log")).toRealPath();
    List<List<String>> traces = List.of(traceOfWholeRun(root, forgotten));
    return violations(root, traces);
  }

  private static List<String> violations(Path root, List<List<String>> traces) {
    List<SystemCall> calls = StraceOutput.read(root.toString(), traces);
    try {
      return WriteOrder.violations(root.toString(), calls);
    } catch (IllegalArgumentException e) {
      List<String> what = List.of(e.toString());
      throw new AssertionError("seed=" + SEED + "\n" + TraceExcerpt.around(what, traces), e);
    }
  }
}
