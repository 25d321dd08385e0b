package dev.durability.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/planted-bugs.md has a line for each bug that the tests plant, and no other. */
final class PlantedBugsPageTest {
  private static final Pattern PLANTED_BUG = Pattern.compile("\\bbug\\(\\s*\"([\\w-]+)\"");
  private static final Pattern PLANTED_FAULT = Pattern.compile("(?m)^  ([A-Z][A-Z_]+)\\(");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `([\\w-]+)` \\| .* \\| \\d+(?:, seed \\d+)? \\|");
  private static final Pattern PRINTED = Pattern.compile("(?m)^([A-Z][A-Z_]+) +\\w+ +\\d+ ");

  @Test
  void eachBugInWhatIsWrittenHasItsLine() throws IOException {
    List<String> planted = found(PLANTED_BUG, source("PlantedBugs.java"));

    assertThat(planted).isNotEmpty().isEqualTo(found(ROW, page()));
    assertThat(page()).contains("\n%1$d of %1$d planted bugs found".formatted(planted.size()));
  }

  @Test
  void eachFaultAmongThreadsHasItsLine() throws IOException {
    assertThat(found(PLANTED_FAULT, source("PlantedFault.java")))
        .isNotEmpty()
        .isEqualTo(found(PRINTED, page()));
  }

  private static String page() throws IOException {
    return Files.readString(ProjectFiles.root().resolve("docs/planted-bugs.md"));
  }

  private static String source(String name) throws IOException {
    List<Path> sources =
        ProjectFiles.endingIn(".java").stream().filter(file -> file.endsWith(name)).toList();
    assertThat(sources).hasSize(1);
    return Files.readString(sources.get(0));
  }

  private static List<String> found(Pattern name, String text) {
    List<String> found = new ArrayList<>();
    Matcher each = name.matcher(text);
    while (each.find()) {
      found.add(each.group(1));
    }
    return found;
  }
}
