package dev.durability.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The code in README.md is code that runs, and its commands are there. */
final class ReadmeTest {
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");
  private static final Pattern REGION =
      Pattern.compile("(?ms)^ *// begin:([\\w-]+)\\n(.*?)^ *// end:\\1$");
  private static final List<String> EXAMPLES =
      List.of(
          "durability-core/src/test/java/dev/durability/examples",
          "durability-testkit/src/test/java/dev/durability/testkit/examples");
  private static final Pattern PROGRAM = Pattern.compile("\\./durability(?: --?\\w+)*(?: (\\w+))?");

  @Test
  void javaBlocksAreRegionsOfTheExamplesWhichTheTestsRun() throws IOException {
    Map<String, String> regions = regions();
    List<String> blocks = blocks("java");

    assertThat(blocks).isNotEmpty();
    for (String block : blocks) {
      assertThat(regions).as("regions of the examples").containsValue(block);
    }
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
  void regionsAreFoundAndTheirIndentIsTaken() {
    Matcher region = REGION.matcher("    // begin:a\n    int a;\n      int b;\n    // end:a\n");

    assertThat(region.find()).isTrue();
    assertThat(unindented(region.group(2))).isEqualTo("int a;\n  int b;\n");
  }

  private static List<String> shellLines() throws IOException {
    List<String> lines = new ArrayList<>();
    blocks("sh").forEach(block -> block.lines().forEach(lines::add));
    blocks("console")
        .forEach(
            block ->
                block
                    .lines()
                    .filter(line -> line.startsWith("$ "))
                    .forEach(line -> lines.add(line.substring(2))));
    return lines;
  }

  private static List<String> blocks(String language) throws IOException {
    List<String> blocks = new ArrayList<>();
    Matcher block = BLOCK.matcher(Files.readString(ProjectFiles.root().resolve("README.md")));
    while (block.find()) {
      if (block.group(1).equals(language)) {
        blocks.add(block.group(2));
      }
    }
    return blocks;
  }

  private static Map<String, String> regions() throws IOException {
    Map<String, String> regions = new LinkedHashMap<>();
    List<Path> examples = new ArrayList<>();
    for (String place : EXAMPLES) {
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
