package dev.durability.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher, in a copy of the project in which Java and Maven are scripts that note calls. */
@Timeout(600)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a shell script")
class LauncherTest {
  private static final List<String> TOOLS =
      List.of(
          "bash",
          "sh",
          "cat",
          "cp",
          "find",
          "flock",
          "mkdir",
          "mv",
          "readlink",
          "rm",
          "rmdir",
          "sed",
          "sleep");

  private static final String JAVA =
      """
      #!/bin/sh
      case "$*" in *DumpLoadedClassList*|*Xshare:dump*) exit 1;; esac
      echo "pid=$$ java=$0 args=$*"
      """;

  private static final String MAVEN =
      """
      #!/bin/sh
      if [ "$2" = -v ]; then echo "Apache Maven MAVEN_VERSION (x)"; exit; fi
      echo "JAVA_HOME=$JAVA_HOME $*" >>CALLS
      echo "[INFO] Scanning for projects..."
      echo "[INFO] Building durability-core 0.1.0-SNAPSHOT                            [2/3]"
      if [ -e FAIL ]; then echo "[ERROR] what Maven says"; exit 1; fi
      echo "[INFO] --- maven-jar-plugin:3.4.2:prepare-something-of-a-long-name (x) @ durability-core ---"
      sleep 0.2
      echo "[INFO] Building durability-cli 0.1.0-SNAPSHOT                             [3/3]"
      mkdir -p ROOT/durability-cli/target/lib
      echo jar >ROOT/durability-cli/target/durability-cli-1.jar
      """;

  @TempDir private Path tmp;
  private Path root;
  private Path path;
  private Path jdk;

  /**
   * What a start did.
   *
   * @param pid the process that was started
   */
  private record Start(long pid, int status, String out, String err) {}

  @BeforeEach
  void makeProject() throws IOException, InterruptedException {
    root = Files.createDirectory(tmp.resolve("pro ject"));
    Files.copy(
        Path.of("..", "durability"),
        root.resolve("durability"),
        StandardCopyOption.COPY_ATTRIBUTES);
    Files.createFile(root.resolve("pom.xml"));
    for (String module : List.of("durability-core", "durability-cli")) {
      Files.createDirectories(root.resolve(module).resolve("src/main"));
      Files.createFile(root.resolve(module).resolve("pom.xml"));
      Files.createFile(source(module));
    }
    path = Files.createDirectory(tmp.resolve("path"));
    for (String tool : TOOLS) {
      for (String directory : List.of("/usr/bin", "/bin")) {
        Path found = Path.of(directory, tool);
        if (Files.exists(found) && !Files.exists(path.resolve(tool))) {
          script(path.resolve(tool), "#!/bin/sh\nexec " + found + " \"$@\"\n");
        }
      }
    }
    jdk = jdk("17.0.9");
    Files.createSymbolicLink(path.resolve("java"), jdk.resolve("bin/java"));
    maven("3.9.1");
  }

  private Path source(String module) {
    return root.resolve(module).resolve("src/main/A.java");
  }

  private Path jdk(String version) throws IOException {
    Path home = tmp.resolve("jdk-" + version);
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(home.resolve("release"), "X=\"y\"\nJAVA_VERSION=\"" + version + "\"\n");
    script(home.resolve("bin/java"), JAVA);
    script(home.resolve("bin/javac"), "#!/bin/sh\n");
    return home.toRealPath();
  }

  private void maven(String version) throws IOException {
    script(
        path.resolve("mvn"),
        MAVEN
            .replace("MAVEN_VERSION", version)
            .replace("CALLS", "'" + calls() + "'")
            .replace("FAIL", "'" + tmp.resolve("fail") + "'")
            .replace("ROOT", "'" + root + "'"));
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private Path calls() {
    return tmp.resolve("calls");
  }

  private int builds() throws IOException {
    return Files.exists(calls()) ? Files.readAllLines(calls()).size() : 0;
  }

  private Start start(String... args) throws IOException, InterruptedException {
    return end(begin(root.resolve("durability"), "", args));
  }

  private Process begin(Path launcher, String javaHome, String... args) throws IOException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command).directory(tmp.toFile());
    builder.redirectInput(Path.of("/dev/null").toFile());
    builder.environment().clear();
    builder.environment().put("PATH", path.toString());
    if (!javaHome.isEmpty()) {
      builder.environment().put("JAVA_HOME", javaHome);
    }
    return builder.start();
  }

  private static Start end(Process process) throws IOException, InterruptedException {
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
    return new Start(process.pid(), process.exitValue(), out, err);
  }

  @Test
  void theFirstStartTellsWhatItBuildsAndTheNextOnesAreQuiet() throws Exception {
    Start first = start("cat", "a b");
    assertThat(first.status()).isZero();
    assertThat(first.err().lines().toList())
        .hasSize(5)
        .allMatch(line -> line.startsWith("durability: "))
        .containsSubsequence(
            "durability: building the program, which takes a minute or two;",
            "durability: building durability-core (2 of 3)",
            "durability: building durability-cli (3 of 3)")
        .last()
        .asString()
        .matches("durability: built in \\d+ s");
    assertThat(first.out()).contains("durability.jar cat a b");
    assertThat(Files.readString(calls())).startsWith("JAVA_HOME=" + jdk + " ");
    Start second = start("cat");
    assertThat(second.err()).isEmpty();
    assertThat(second.status()).isZero();
    assertThat(builds()).isOne();
  }

  @ParameterizedTest
  @ValueSource(ints = {50, 80, 200})
  void onATerminalOneLineChangesThatIsNeverWiderThanIt(int columns) throws Exception {
    String shown =
        Terminal.show(
            columns,
            "env -i PATH='"
                + path
                + "' '"
                + root.resolve("durability")
                + "' cat && echo status=$?");
    assertThat(shown).contains("durability.jar cat", "status=0");
    List<String> steps = new ArrayList<>();
    for (String drawn : shown.split("[\r\n]+", -1)) {
      if (drawn.matches("\\d+ s  .*")) {
        steps.add(drawn);
      }
    }
    String step = "durability-core (2 of 3): prepare-something-of-a-long-name";
    assertThat(steps)
        .allMatch(each -> each.length() == columns - 1)
        .anyMatch(each -> each.matches("\\d+ s  " + Pattern.quote(step.substring(0, 40)) + ".*"))
        .anyMatch(each -> columns == 50 || each.contains(step))
        .anyMatch(each -> each.contains("durability-cli (3 of 3)"));
    assertThat(shown).contains("\r" + " ".repeat(columns - 1) + "\rdurability: built in ");
  }

  @Test
  void theProgramHasTheProcessIdThatWasStarted() throws Exception {
    start();
    Start second = start();
    assertThat(second.out()).startsWith("pid=" + second.pid() + " ");
  }

  @Test
  void jarsOfStoresAreNamedOnlyIfTheyAreNeeded() throws Exception {
    assertThat(start("cat", "store", "s3").out()).contains("-jar ").doesNotContain("/*");
    assertThat(start("verify", "s3://bucket/log").out())
        .contains("durability.jar:", "/s3/* dev.durability.cli.Main verify s3://bucket/log")
        .doesNotContain("-jar ", "bookkeeper/*");
    assertThat(start("archive", "--store=x", "log", "--to=s3://bucket/log").out())
        .contains("/bookkeeper/*:", "/s3/* dev.durability.cli.Main archive");
    for (String argument : List.of("--store", "--store=x", "cluster", "sweep")) {
      assertThat(start("help", argument).out())
          .contains("durability.jar:", "/bookkeeper/* dev.durability.cli.Main help " + argument)
          .doesNotContain("-jar ", "--enable-native-access");
    }
    String newer = jdk("25.0.1").toString();
    assertThat(end(begin(root.resolve("durability"), newer, "cluster")).out())
        .contains("--enable-native-access=ALL-UNNAMED");
  }

  @Test
  void aClosedStandardInputCannotBeReadAndIsNoFileOfTheProgram() throws Exception {
    start();
    script(
        jdk.resolve("bin/java"),
        "#!/bin/sh\n(exec 3<&0) && echo taken\ncat 2>&1; echo status=$?\n");
    Path closing = path.resolve("closing");
    script(closing, "#!/bin/sh\nexec '" + root.resolve("durability") + "' <&-\n");
    assertThat(end(begin(closing, "")).out()).contains("taken", "Bad file descriptor", "status=1");
  }

  @Test
  void aChangedOrRemovedSourceIsBuiltAgain() throws Exception {
    start();
    Instant later = Instant.now().plusSeconds(2);
    Files.setLastModifiedTime(source("durability-core"), FileTime.from(later));
    start();
    assertThat(builds()).isEqualTo(2);
    // The time of a build is that of its beginning: set back what "later" was.
    Files.setLastModifiedTime(source("durability-core"), FileTime.from(Instant.EPOCH));
    start();
    assertThat(builds()).isEqualTo(2);
    Files.delete(source("durability-cli"));
    start();
    assertThat(builds()).isEqualTo(3);
  }

  @Test
  void aFailingBuildShowsWhatMavenSaidAndIsTriedAgain() throws Exception {
    Files.createFile(tmp.resolve("fail"));
    Start failed = start("cat");
    assertThat(failed.status()).isEqualTo(3);
    assertThat(failed.out()).isEmpty();
    assertThat(failed.err()).contains("[ERROR] what Maven says", "the build failed");
    Files.delete(tmp.resolve("fail"));
    assertThat(start("cat").out()).contains("durability.jar cat");
  }

  @Test
  void startsAtOnceBuildOnce() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      processes.add(begin(root.resolve("durability"), "", "cat"));
    }
    for (Process process : processes) {
      Start start = end(process);
      assertThat(start.status()).as(start.err()).isZero();
      assertThat(start.out()).contains("durability.jar cat");
    }
    assertThat(builds()).isOne();
  }

  @Test
  void itWorksThroughSymbolicLinksAndFromAnyDirectory() throws Exception {
    Path link = Files.createSymbolicLink(tmp.resolve("link"), root.resolve("durability"));
    Files.createDirectory(tmp.resolve("bin"));
    Path second = Files.createSymbolicLink(tmp.resolve("bin/d"), Path.of("..", "link"));
    assertThat(end(begin(link, "", "cat")).out()).contains("durability.jar cat");
    assertThat(end(begin(second, "", "cat")).out()).contains("durability.jar cat");
    assertThat(end(begin(Path.of("bin/d"), "", "cat")).out()).contains("durability.jar cat");
    assertThat(builds()).isOne();
  }

  @Test
  void aPlaceThatTheLocaleCannotExpressIsNamed() throws Exception {
    String copy =
        "mkdir pr$'\\xc3\\xbc'f && cp -R '" + root + "'/* pr*f && cd / && exec '" + tmp + "'/pr*f/";
    for (String locale : new String[] {"LC_ALL=C", "LANG=POSIX", "LC_CTYPE=C LANG=C.UTF-8"}) {
      Path script = path.resolve("copy");
      String start = locale.isEmpty() ? "" : "export " + locale + "; ";
      script(
          script, "#!/bin/bash\ncd '" + tmp + "'; rm -rf pr*f; " + start + copy + "durability\n");
      assertRefused(end(begin(script, "")), "where the program is", "LC_ALL", "C.UTF-8");
    }
    assertThat(builds()).isZero();
  }

  @Test
  void inAPackageItRunsWhatIsBesideItWithoutABuild() throws Exception {
    Path place = Files.createDirectory(tmp.resolve("pack age"));
    Path launcher = Files.createDirectory(place.resolve("bin")).resolve("durability");
    Files.move(root.resolve("durability"), launcher);
    Files.createDirectory(place.resolve("app"));
    Files.writeString(place.resolve("app/durability.jar"), "jar");
    Files.move(jdk("25.0.1"), place.resolve("java"));
    Path link = Files.createSymbolicLink(tmp.resolve("link"), launcher);
    String own = place.toRealPath().resolve("java/bin/java").toString();

    Start plain = end(begin(link, jdk.toString(), "cat"));
    assertThat(plain.out())
        .contains("java=" + own, "app/durability.jar cat")
        .doesNotContain("SharedArchiveFile");
    assertThat(plain.err()).isEmpty();
    Files.writeString(place.resolve("app/classes.jsa"), "archive");
    assertThat(end(begin(link, "", "cluster")).out())
        .contains("-XX:SharedArchiveFile=", "app/classes.jsa", "--enable-native-access");
    assertThat(builds()).isZero();
    Files.delete(place.resolve("java/bin/java"));
    assertRefused(end(begin(link, "", "cat")), "install the package again");
  }

  @Test
  void javaHomeGoesBeforeThePathUnlessItIsTooOld() throws Exception {
    String newer = jdk("25.0.1").toString();
    Path launcher = root.resolve("durability");
    assertThat(end(begin(launcher, newer)).out()).contains("java=" + newer + "/bin/java");
    assertThat(end(begin(launcher, jdk("11.0.2").toString())).out()).contains("java=" + jdk);
  }

  @Test
  void withoutJavaItIsSaidWhatToInstall() throws Exception {
    Files.delete(path.resolve("java"));
    assertRefused(start("cat"), "JDK", "version 17", "apt install", "JAVA_HOME");
  }

  @Test
  void withAnOldJavaItIsSaidWhichWasFound() throws Exception {
    Files.delete(path.resolve("java"));
    Files.createSymbolicLink(path.resolve("java"), jdk("1.8.0_402").resolve("bin/java"));
    assertRefused(start("cat"), "JDK", "version 17", "1.8.0_402", "apt install");
  }

  @Test
  void withoutACompilerItIsSaidThatAJdkIsNeeded() throws Exception {
    Files.delete(jdk.resolve("bin/javac"));
    assertRefused(start("cat"), "JDK", jdk.toString(), "apt install");
  }

  @Test
  void withoutMavenOrWithAnOldOneItIsSaidWhatToInstall() throws Exception {
    maven("3.6.3");
    assertRefused(start("cat"), "Maven", "3.8", "3.6.3");
    Files.delete(path.resolve("mvn"));
    assertRefused(start("cat"), "Maven", "3.8", "apt install maven");
    assertThat(builds()).isZero();
  }

  private static void assertRefused(Start start, String... texts) {
    assertThat(start.status()).isEqualTo(3);
    assertThat(start.out()).isEmpty();
    assertThat(start.err()).startsWith("durability: ").contains(texts);
    assertThat(start.err()).doesNotContain("line ");
  }
}
