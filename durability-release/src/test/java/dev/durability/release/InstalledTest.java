package dev.durability.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What is installed, and projects that depend on it, outside of this one, with the lines that the
 * documents show.
 */
@ExtendWith(Installation.Resolver.class)
final class InstalledTest {
  private static final String README = "README.md";
  private static final String PAGE = "docs/getting-started.md";

  private final Installation installation;
  private final ChildMaven maven;

  InstalledTest(Installation installation) {
    this.installation = installation;
    this.maven = installation.maven();
  }

  @BeforeAll
  static void jarsAreMade() throws Exception {
    Project.assumeJars();
  }

  @Test
  void onlyWhatUsersNeedIsInstalled() throws IOException {
    TreeSet<String> expected = new TreeSet<>();
    for (Pom module : Project.published()) {
      String base = module.artifactId() + "/" + Project.VERSION + "/" + module.artifactId();
      expected.add(base + "-" + Project.VERSION + ".pom");
    }
    for (Pom module : Project.withJars()) {
      String base = module.artifactId() + "/" + Project.VERSION + "/" + module.artifactId();
      expected.add(base + "-" + Project.VERSION + ".jar");
    }
    Path group = group();

    try (Stream<Path> files = Files.walk(group)) {
      assertThat(
              files
                  .filter(Files::isRegularFile)
                  .map(file -> group.relativize(file).toString().replace('\\', '/'))
                  .filter(name -> !name.matches(".*/(_remote\\.repositories|maven-metadata.*)")))
          .containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @Test
  void packingTheSameClassesElsewhereGivesTheSameBytes() throws Exception {
    for (Pom module : Project.withJars()) {
      Path installed = installed(module.artifactId(), "jar");

      assertThat(Files.mismatch(installed, Project.jar(module)))
          .as("where %s differs from %s, which this build made", installed, Project.jar(module))
          .isEqualTo(-1);
    }
  }

  @Test
  void aProjectOnTheClassPathUsesTheLogAndTestsItsDirectory() throws Exception {
    Path user = project("class-path", block(PAGE, "xml", "durability-testkit"));
    write(user, "src/main/java/user/Main.java", main());
    write(
        user,
        "src/test/java/user/FsDirectoryTest.java",
        """
        package user;

        import dev.durability.storage.Directory;
        import dev.durability.storage.FsDirectory;
        import dev.durability.testkit.junit.ResumingDirectoryContractTest;
        import java.io.IOException;
        import java.nio.file.Path;
        import org.junit.jupiter.api.io.TempDir;

        final class FsDirectoryTest extends ResumingDirectoryContractTest {
          @TempDir Path path;

          @Override
          protected Directory newDirectory() throws IOException {
            return FsDirectory.open(path);
          }
        }
        """);

    String said = maven.run(user, "test");

    Matcher tests = Pattern.compile("Tests run: (\\d+), Failures: 0, Errors: 0").matcher(said);
    assertThat(tests.find()).as(said).isTrue();
    assertThat(Integer.parseInt(tests.group(1))).isGreaterThan(20);
    assertThat(
            java(
                user,
                "-cp",
                installed("durability-core", "jar") + File.pathSeparator + classes(user),
                "user.Main"))
        .isEqualTo(ENTRIES);
  }

  @Test
  void aProjectOnTheModulePathUsesTheLog() throws Exception {
    Path user = project("module-path", "");
    write(
        user,
        "src/main/java/module-info.java",
        "module user {\n" + block(PAGE, "text", "requires").indent(2) + "}\n");
    write(user, "src/main/java/user/Main.java", main());

    maven.run(user, "compile");

    assertThat(
            java(
                user,
                "-p",
                installed("durability-core", "jar") + File.pathSeparator + classes(user),
                "-m",
                "user/user.Main"))
        .isEqualTo(ENTRIES);
  }

  @Test
  void aClassThatIsGoneIsSeenInTheComparisonWithTheLastVersion() throws Exception {
    Path next = installation.copyOfPublished("next");
    for (Pom module : Project.published()) {
      nextVersion(next.resolve(Project.root().relativize(module.file()).toString()));
    }
    nextVersion(next.resolve("pom.xml"));
    String[] compares =
        Installation.packs("-pl", "durability-core", "-Dapi.baseline=" + Project.VERSION, "verify");

    maven.run(next, compares);
    Files.delete(
        next.resolve("durability-core/target/classes/dev/durability/storage/AtomicFile.class"));

    assertThat(maven.runInVain(next, compares))
        .contains("There is at least one incompatibility: dev.durability.storage.AtomicFile");
  }

  @Test
  void aVersionIsNotComparedWithItself() throws Exception {
    assertThat(
            maven.runInVain(
                installation.copy(),
                Installation.packs(
                    "-pl", "durability-core", "-Dapi.baseline=" + Project.VERSION, "verify")))
        .contains("compare with a released one");
  }

  @Test
  void theDocumentsAgreeWithEachOtherAndWithTheBuild() throws IOException {
    String maven = block(README, "xml", "durability-bom");
    assertThat(block(PAGE, "xml", "durability-bom")).isEqualTo(maven);
    assertThat(maven).contains("<version>" + Project.VERSION + "</version>");
    assertThat(block(PAGE, "xml", "<properties>"))
        .as("the compiler plugin that Maven 3.8 takes by default has no maven.compiler.release")
        .contains("maven.compiler.source", "maven.compiler.target")
        .doesNotContain("maven.compiler.release");
    for (String document : List.of(README, PAGE)) {
      assertThat(Files.readString(Project.root().resolve(document)))
          .contains(
              "implementation(platform(\""
                  + Project.GROUP
                  + ":durability-bom:"
                  + Project.VERSION
                  + "\"))")
          .contains("implementation(\"" + Project.GROUP + ":durability-core\")");
    }
  }

  private static final String ENTRIES =
      String.format(
          "1 survives the death of the process%n2 survives the loss of power when this returns%n"
              + "3 recovered both,%n4 or neither%n5 many of these share one sync%n");

  /** The first program of README, with what a block of a page has to leave out. */
  private static String main() throws IOException {
    return "package user;\n"
        + block(PAGE, "text", "import dev.durability")
        + """
        public final class Main {
          public static void main(String[] args) throws Exception {
            Path path = Path.of(args[0]);
        """
        + block(README, "java", "WalWriter")
        + "  }\n}\n";
  }

  /** A project with what README shows, and with more dependencies in its list of them. */
  private Path project(String name, String dependencies) throws IOException {
    Path user = installation.project(name);
    String shown = block(README, "xml", "durability-bom");
    String junit =
        dependencies.isEmpty()
            ? ""
            : "<dependency><groupId>org.junit.jupiter</groupId><artifactId>junit-jupiter</artifactId>"
                + "<version>%s</version><scope>test</scope></dependency>\n".formatted(junit());
    int end = shown.lastIndexOf("</dependencies>");
    StringBuilder plugins = new StringBuilder();
    for (String plugin :
        List.of("maven-resources-plugin", "maven-compiler-plugin", "maven-surefire-plugin")) {
      plugins.append(
          "<plugin><artifactId>%s</artifactId><version>%s</version></plugin>\n"
              .formatted(plugin, versionOfPlugin(plugin)));
    }
    write(
        user,
        "pom.xml",
        """
        <project xmlns="http://maven.apache.org/POM/4.0.0">
        <modelVersion>4.0.0</modelVersion>
        <groupId>com.example</groupId>
        <artifactId>user</artifactId>
        <version>1</version>
        """
            + block(PAGE, "xml", "<properties>")
                .replace(
                    "</properties>",
                    "<project.build.sourceEncoding>UTF-8</project.build.sourceEncoding></properties>")
            + shown.substring(0, end)
            + dependencies
            + junit
            + shown.substring(end)
            + "<build><plugins>\n"
            + plugins
            + "</plugins></build>\n</project>\n");
    return user;
  }

  private static String junit() throws IOException {
    return Pom.read(Project.root().resolve("pom.xml"))
        .text("properties", "junit.version")
        .orElseThrow();
  }

  /** The version that this build uses, and so has downloaded. */
  static String versionOfPlugin(String name) throws IOException {
    Pom parent = Pom.read(Project.root().resolve("pom.xml"));
    return Stream.concat(
            parent.elements("build", "plugins", "plugin").stream(),
            parent.elements("build", "pluginManagement", "plugins", "plugin").stream())
        .filter(plugin -> Pom.childText(plugin, "artifactId").equals(name))
        .map(plugin -> Pom.childText(plugin, "version"))
        .findFirst()
        .orElseThrow();
  }

  /** The one block of a document that is in a language and has a word. */
  static String block(String document, String language, String word) throws IOException {
    Matcher block =
        Pattern.compile("(?ms)^```" + language + "\\n(.*?)^```$")
            .matcher(Files.readString(Project.root().resolve(document)));
    List<String> found = new ArrayList<>();
    while (block.find()) {
      if (block.group(1).contains(word)) {
        found.add(block.group(1));
      }
    }
    assertThat(found).as("blocks of %s in %s with %s", language, document, word).hasSize(1);
    return found.get(0);
  }

  private static void nextVersion(Path pom) throws IOException {
    Files.writeString(pom, Files.readString(pom).replace(Project.VERSION, "9.9.9"));
  }

  private Path group() {
    return maven.repository().resolve(Project.GROUP.replace('.', '/'));
  }

  private Path installed(String artifact, String type) {
    return group()
        .resolve(artifact)
        .resolve(Project.VERSION)
        .resolve(artifact + "-" + Project.VERSION + "." + type);
  }

  private static Path classes(Path user) {
    return user.resolve("target/classes");
  }

  private static String java(Path user, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(arguments));
    command.add(user.resolve("log").toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    return said;
  }

  private static void write(Path project, String file, String text) throws IOException {
    Path path = project.resolve(file);
    Files.createDirectories(path.resolveSibling(""));
    Files.writeString(path, text);
  }
}
