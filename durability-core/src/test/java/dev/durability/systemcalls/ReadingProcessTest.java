package dev.durability.systemcalls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@link ReadingProcess} in other locales, and where a sync of a directory is refused. */
@Tag("slow")
@Timeout(600)
class ReadingProcessTest {
  @TempDir Path temp;

  private List<String> run(List<String> before, String locale, Path root, String... calls)
      throws Exception {
    List<String> command = new ArrayList<>(before);
    command.addAll(
        List.of(
            ProcessHandle.current().info().command().orElseThrow(),
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            ReadingProcess.class.getName(),
            root.toString()));
    command.addAll(List.of(calls));
    Path output = temp.resolve("output");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("LC_ALL", locale);
    Process process =
        builder
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(process.waitFor()).as("%s", command).isZero();
    } finally {
      process.destroyForcibly();
    }
    return Files.readAllLines(output, US_ASCII);
  }

  // ---- names and locales

  @Test
  void checkpointWhoseNameTheLocaleDoesNotHaveIsNoVerdictAndNothingChanges() throws Exception {
    Path root = temp.resolve("log");
    assertThat(run(List.of(), "C.UTF-8", root, "publish", "verify", "recover"))
        .containsExactly("publish: 1", "verify: CLEAN", "recover: 1");
    List<String> before = shown(root);
    List<String> lines = run(List.of(), "C", root, "verify", "read", "recover", "append");
    if (lines.get(0).equals("verify: CLEAN")) {
      System.out.println("ReadingProcessTest: skipped, the locale C has all characters here");
    }
    assumeTrue(!lines.get(0).equals("verify: CLEAN"));
    assertThat(lines)
        .hasSize(4)
        .allSatisfy(
            line ->
                assertThat(line)
                    .contains("PathNotExpressibleException")
                    .contains("pr\\u00fcf/stand.ckpt")
                    .contains("LC_ALL=C.UTF-8"));
    assertThat(shown(root)).isEqualTo(before);
    assertThat(run(List.of(), "C.UTF-8", root, "append", "recover"))
        .containsExactly("append: 2", "recover: 8");
  }

  /** What a shell says of the files; this JVM may not be able to name them. */
  private static List<String> shown(Path root) throws Exception {
    Process process =
        new ProcessBuilder("sh", "-c", "find . -type f ! -name .lock | sort | xargs cksum")
            .directory(root.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var lines = process.inputReader(java.nio.charset.StandardCharsets.ISO_8859_1)) {
      return lines.lines().toList();
    }
  }

  // ---- syncs of directories

  private void stracePresent() throws IOException, InterruptedException {
    String why;
    try {
      Process probe =
          new ProcessBuilder("strace", "-o", "/dev/null", "-e", "inject=fsync:error=EIO", "true")
              .redirectErrorStream(true)
              .redirectOutput(temp.resolve("probe").toFile())
              .start();
      why = probe.waitFor() == 0 ? "" : Files.readString(temp.resolve("probe")).strip();
    } catch (IOException e) {
      why = e.getMessage();
    }
    if (!why.isEmpty()) {
      System.out.println("ReadingProcessTest: skipped, strace cannot inject errors: " + why);
    }
    assumeTrue(why.isEmpty(), why);
  }

  private static List<String> refusing(String error, Path trace, Path... directories) {
    List<String> command =
        new ArrayList<>(List.of("strace", "-f", "-o", trace.toString(), "-e", "signal=none"));
    command.addAll(List.of("-e", "trace=fsync,fdatasync", "-e", "inject=fsync:error=" + error));
    for (Path directory : directories) {
      command.addAll(List.of("-P", directory.toString()));
    }
    return command;
  }

  private static List<String> calls(Path trace) throws IOException {
    try (Stream<String> lines = Files.lines(trace, UTF_8)) {
      return lines.filter(line -> line.contains("sync(")).toList();
    }
  }

  @Test
  void readingSyncsNothing() throws Exception {
    stracePresent();
    Path parent = Files.createDirectory(temp.toRealPath().resolve("parent"));
    Path root = parent.resolve("log");
    assertThat(run(List.of(), "C.UTF-8", root, "publish")).containsExactly("publish: 1");
    Path trace = temp.resolve("trace");
    List<String> strace =
        List.of(
            "strace",
            "-f",
            "-o",
            trace.toString(),
            "-e",
            "trace=fsync,fdatasync",
            "-e",
            "inject=fsync,fdatasync:error=EIO");
    assertThat(run(strace, "C.UTF-8", root, "verify", "read", "recover"))
        .containsExactly("verify: CLEAN", "read: 0", "recover: 1");
    assertThat(calls(trace)).isEmpty();
  }

  @Test
  void directoriesThatCannotBeSyncedAreToldOfOnceAndTheLogIsWritten() throws Exception {
    stracePresent();
    Path parent = Files.createDirectory(temp.toRealPath().resolve("parent"));
    Path root = parent.resolve("log");
    Path trace = temp.resolve("trace");
    List<String> strace = refusing("EINVAL", trace, parent, root, root.resolve("wal"));
    List<String> lines = run(strace, "C.UTF-8", root, "append");
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0))
        .startsWith("warning: ")
        .contains("Invalid argument", "cannot sync directories");
    assertThat(lines.get(1)).isEqualTo("append: 1");
    assertThat(calls(trace)).as("refused").hasSizeGreaterThan(2);
    assertThat(run(List.of(), "C.UTF-8", root, "append", "read"))
        .containsExactly("append: 2", "read: 2");
  }

  @Test
  void failedSyncOfADirectoryRefusesTheOpening() throws Exception {
    stracePresent();
    Path parent = Files.createDirectory(temp.toRealPath().resolve("parent"));
    Path root = parent.resolve("log");
    Path trace = temp.resolve("trace");
    for (Path directory : List.of(parent, root, root.resolve("wal"))) {
      List<String> lines = run(refusing("EIO", trace, directory), "C.UTF-8", root, "append");
      assertThat(lines)
          .singleElement()
          .asString()
          .contains("Exception")
          .contains(directory.toString())
          .contains("Input/output error");
    }
  }

  @Test
  void directoryThatCannotBeGivenToTheGroupIsNotLeftBehind() throws Exception {
    stracePresent();
    Path root = temp.toRealPath().resolve("above").resolve("store");
    List<String> strace =
        List.of(
            "strace", "-f", "-o", "/dev/null", "-e", "inject=chown,lchown,fchownat:error=EPERM");
    assertThat(run(strace, "C.UTF-8", root, "give"))
        .singleElement()
        .asString()
        .contains(root.getParent() + ": cannot give it to the group")
        .contains("Operation not permitted");
    assertThat(root.getParent()).doesNotExist();
  }

  @Test
  void permissionsAreSetBeforeTheFirstSyncWhichMakesThemDurable() throws Exception {
    stracePresent();
    Path root = Files.createDirectory(temp.toRealPath().resolve("store"));
    Path trace = temp.resolve("trace");
    List<String> strace =
        List.of(
            "strace",
            "-f",
            "-o",
            trace.toString(),
            "-e",
            "trace=fchmod,fsync,fdatasync",
            "-P",
            root.resolve("first").toString());
    assertThat(run(strace, "C.UTF-8", root, "files")).containsExactly("files: done");
    try (Stream<String> lines = Files.lines(trace, UTF_8)) {
      assertThat(
              lines
                  .filter(line -> line.contains("("))
                  .map(line -> line.replaceAll("^[0-9]+ +([a-z]+)\\(.*", "$1")))
          .containsExactly("fchmod", "fsync", "fdatasync");
    }
  }
}
