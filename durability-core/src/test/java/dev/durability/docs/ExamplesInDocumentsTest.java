package dev.durability.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The code in the documents is code that the tests run, and their commands are there. */
final class ExamplesInDocumentsTest {
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");
  private static final Pattern REGION =
      Pattern.compile("(?ms)^ *// begin:([\\w-]+)\\n(.*?)^ *// end:\\1$");
  private static final Path README = ProjectFiles.root().resolve("README.md");
  private static final Path GUIDE = ProjectFiles.root().resolve("docs/guide.md");
  private static final List<String> EXAMPLES =
      List.of(
          "durability-core/src/test/java/dev/durability/examples",
          "durability-testkit/src/test/java/dev/durability/testkit/examples",
          "durability-segmentindex/src/test/java/dev/durability/segmentindex/examples",
          "durability-jackson/src/test/java/dev/durability/jackson/examples",
          "durability-avro/src/test/java/dev/durability/avro/examples",
          "durability-protobuf/src/test/java/dev/durability/protobuf/examples",
          "durability-micrometer/src/test/java/dev/durability/micrometer/examples");

  /** Examples of modules that have a page of their own. */
  private static final Map<String, String> EXAMPLES_OF_PAGES =
      Map.of(
          "docs/pekko.md",
          "durability-pekko/src/test/java/dev/durability/pekko/examples",
          "docs/spring-boot.md",
          "examples/spring/src/main/java/dev/durability/examples/spring",
          "docs/beyond-one-machine.md",
          "durability-bookkeeper-tests/src/test/java/dev/durability/bookkeeper/examples");

  private static final Pattern PROGRAM = Pattern.compile("\\./durability(?: --?\\w+)*(?: (\\w+))?");
  private static final Pattern OPTION = Pattern.compile(" (--[\\w-]+)");
  private static final Pattern MAVEN_TEST =
      Pattern.compile("mvn [^\n]*-pl ([\\w-]+) [^\n]*-Dtest='?([\\w,*#]*[A-Z]\\w+)");
  private static final int README_LINES_MAX = 150;

  @Test
  void javaBlocksAreRegionsOfTheExamplesWhichTheTestsRun() throws IOException {
    Map<String, String> regions = regions(EXAMPLES);
    regions.putAll(regions(EXAMPLES_OF_PAGES.values()));

    for (Path document : ProjectFiles.endingIn(".md")) {
      assertThat(regions.values())
          .as("regions of the examples, of which %s shows some", document)
          .containsAll(blocks(document, "java"));
    }
    assertThat(blocks(README, "java")).isNotEmpty();
    assertThat(blocks(GUIDE, "java")).isNotEmpty();
  }

  @Test
  void kotlinBlocksAreRegionsOfTheExamplesWhichTheTestsRun() throws IOException {
    List<String> regions = new ArrayList<>();
    for (Path source : ProjectFiles.endingIn(".kt")) {
      Matcher region = REGION.matcher(Files.readString(source));
      while (region.find()) {
        regions.add(unindented(region.group(2)));
      }
    }
    List<String> shown = new ArrayList<>();
    for (Path document : ProjectFiles.endingIn(".md")) {
      shown.addAll(blocks(document, "kotlin"));
    }

    assertThat(regions).isNotEmpty().containsExactlyInAnyOrderElementsOf(shown);
  }

  @Test
  void theGuideOrAPageAboutCodecsShowsEachRegionOfTheExamples() throws IOException {
    List<String> shown = new ArrayList<>(blocks(GUIDE, "java"));
    for (Path document : ProjectFiles.endingIn(".md")) {
      if (document.getFileName().toString().startsWith("codecs")) {
        shown.addAll(blocks(document, "java"));
      }
    }

    regions(EXAMPLES).forEach((name, region) -> assertThat(shown).as(name).contains(region));
  }

  @Test
  void pagesShowEachRegionOfTheirExamples() throws IOException {
    for (Map.Entry<String, String> page : EXAMPLES_OF_PAGES.entrySet()) {
      assertThat(blocks(ProjectFiles.root().resolve(page.getKey()), "java"))
          .containsExactlyInAnyOrderElementsOf(regions(List.of(page.getValue())).values());
    }
  }

  @Test
  void theReadmeIsShort() throws IOException {
    assertThat(Files.readAllLines(README)).hasSizeLessThanOrEqualTo(README_LINES_MAX);
  }

  @Test
  void commandsInShellBlocksExist() throws IOException {
    Path root = ProjectFiles.root();
    Set<String> known = commands();
    Set<String> used = new TreeSet<>();
    for (String line : shellLines()) {
      Matcher program = PROGRAM.matcher(line);
      while (program.find()) {
        assertThat(root.resolve("durability")).isExecutable();
        if (program.group(1) != null) {
          used.add(program.group(1));
        }
      }
      if (line.startsWith(".ci/run")) {
        assertThat(root.resolve(".ci/run")).isExecutable();
      }
    }

    assertThat(used).isNotEmpty();
    assertThat(known).containsAll(used);
  }

  @Test
  void optionsInShellBlocksExist() throws IOException {
    String program = sourcesOfTheProgram();
    Set<String> used = new TreeSet<>();
    for (String line : shellLines()) {
      Matcher option = OPTION.matcher(line.replaceAll(" #.*", ""));
      while (line.contains("./durability ") && option.find()) {
        used.add(option.group(1));
      }
    }

    assertThat(used).isNotEmpty();
    for (String option : used) {
      assertThat(program).as("sources of the program").contains('"' + option + '"');
    }
  }

  @Test
  void testsThatMavenIsToRunAreInTheirModule() throws IOException {
    List<String> missing = new ArrayList<>();
    int named = 0;
    for (Path document : ProjectFiles.endingIn(".md")) {
      Matcher run = MAVEN_TEST.matcher(Files.readString(document));
      while (run.find()) {
        for (String test : run.group(2).split(",", -1)) {
          named++;
          if (!isInModule(run.group(1), test.replaceAll("#.*", ""))) {
            missing.add(document.getFileName() + ": " + test + " in " + run.group(1));
          }
        }
      }
    }

    assertThat(named).isPositive();
    assertThat(missing).isEmpty();
  }

  /** Whether a module has a test of that name, in which a star stands for any letters. */
  private static boolean isInModule(String module, String test) throws IOException {
    Path tests = ProjectFiles.root().resolve(module).resolve("src/test/java");
    Pattern name = Pattern.compile(test.replace("*", "\\w*") + "\\.java");
    return ProjectFiles.endingIn(".java").stream()
        .filter(file -> file.startsWith(tests))
        .anyMatch(file -> name.matcher(file.getFileName().toString()).matches());
  }

  @Test
  void regionsAreFoundAndTheirIndentIsTaken() {
    Matcher region = REGION.matcher("    // begin:a\n    int a;\n      int b;\n    // end:a\n");

    assertThat(region.find()).isTrue();
    assertThat(unindented(region.group(2))).isEqualTo("int a;\n  int b;\n");
  }

  private static List<String> shellLines() throws IOException {
    List<String> lines = new ArrayList<>();
    for (Path document : ProjectFiles.endingIn(".md")) {
      blocks(document, "sh").forEach(block -> block.lines().forEach(lines::add));
      for (String block : blocks(document, "console")) {
        block
            .lines()
            .filter(line -> line.startsWith("$ "))
            .forEach(line -> lines.add(line.substring(2)));
      }
    }
    return lines;
  }

  private static List<String> blocks(Path document, String language) throws IOException {
    List<String> blocks = new ArrayList<>();
    Matcher block = BLOCK.matcher(Files.readString(document));
    while (block.find()) {
      if (block.group(1).equals(language)) {
        blocks.add(block.group(2));
      }
    }
    return blocks;
  }

  private static Map<String, String> regions(Collection<String> places) throws IOException {
    Map<String, String> regions = new LinkedHashMap<>();
    List<Path> examples = new ArrayList<>();
    for (String place : places) {
      examples.addAll(ProjectFiles.javaSources(place));
    }
    for (Path source : examples) {
      Matcher region = REGION.matcher(Files.readString(source));
      while (region.find()) {
        regions.put(source.getFileName() + " " + region.group(1), unindented(region.group(2)));
      }
    }
    return regions;
  }

  /** A last line that is empty would count as one without indent. */
  private static String unindented(String lines) {
    return lines.stripTrailing().stripIndent() + "\n";
  }

  private static String sourcesOfTheProgram() throws IOException {
    StringBuilder sources = new StringBuilder();
    for (Path source : ProjectFiles.javaSources("durability-cli/src/main/java")) {
      sources.append(Files.readString(source));
    }
    return sources.toString();
  }

  /** The commands that the program lists. */
  private static Set<String> commands() throws IOException {
    Set<String> commands = new TreeSet<>();
    Pattern name = Pattern.compile("(?s)List<String> COMMANDS =\\s*List\\.of\\(([^)]*)\\)");
    Path program =
        ProjectFiles.root().resolve("durability-cli/src/main/java/dev/durability/cli/Program.java");
    Matcher list = name.matcher(Files.readString(program));
    assertThat(list.find()).as("the list of commands in %s", program).isTrue();
    Matcher each = Pattern.compile("\"(\\w+)\"").matcher(list.group(1));
    while (each.find()) {
      commands.add(each.group(1));
    }
    return commands;
  }
}
