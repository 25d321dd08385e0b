package dev.durability.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The example in the Javadoc of the published contract test is one of the project's own tests. */
final class ContractExampleTest {
  private static final Path CONTRACT =
      Path.of(
          "durability-testkit/src/main/java/dev/durability/testkit/junit",
          "DirectoryContractTest.java");
  private static final Path USED =
      Path.of(
          "durability-tests/src/test/java/dev/durability/storage", "FsDirectoryContractTest.java");
  private static final Pattern EXAMPLE =
      Pattern.compile("(?s) \\* <pre>\\{@code\\n(.*?) \\* }</pre>");

  @Test
  void exampleIsATestThatRuns() throws IOException {
    Matcher example = EXAMPLE.matcher(Files.readString(ProjectFiles.root().resolve(CONTRACT)));

    assertThat(example.find()).isTrue();
    String code = example.group(1).replaceAll("(?m)^ \\* ?", "");
    assertThat(Files.readString(ProjectFiles.root().resolve(USED)))
        .contains("class ")
        .endsWith(code);
  }
}
