package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page of all commands and options is what the program says. */
final class ReferencePageTest {
  private static final Path PAGE = Path.of("..", "docs", "cli.md");
  private static final String WRITE = "durability.reference.write";
  private static final String REWRITE =
      "mvn -B -pl durability-cli -am -Dtest=ReferencePageTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -D"
          + WRITE
          + "=true test";

  @Test
  void thePageIsWhatTheProgramSays() throws IOException {
    String page = ReferencePage.of(ProgramSyntax.specification(), REWRITE);
    if (Boolean.getBoolean(WRITE)) {
      Files.writeString(PAGE, page);
    }

    assertThat(Files.readString(PAGE)).as("written anew by: %s", REWRITE).isEqualTo(page);
  }

  /** Independent of how the page is made: what people see in the help is in it. */
  @Test
  void eachOptionOfTheHelpIsInThePage() throws IOException {
    String page = Files.readString(PAGE);
    Set<String> options = new HashSet<>();
    for (String command : ProgramSyntax.specification().subcommands().keySet()) {
      Matcher option = Pattern.compile("--[a-z][a-z-]+").matcher(Run.of("help", command).out());
      while (option.find()) {
        options.add(option.group());
      }
      assertThat(page).contains("\n## durability " + command + "\n");
    }

    assertThat(options).hasSizeGreaterThan(30).allMatch(page::contains);
  }
}
