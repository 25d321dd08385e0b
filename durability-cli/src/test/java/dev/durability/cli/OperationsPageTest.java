package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The session of docs/operations.md, exactly as it stands there, in one shell. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the page is written for a Unix shell")
final class OperationsPageTest {
  /** Rates, and places, since how many MARKs stand between entries differs. */
  private static final Pattern DIFFERS =
      Pattern.compile("in [0-9.]+ s, [0-9,.]+ entr(?:y|ies)/s|offsets? [0-9]+( and [0-9]+)?");

  @Test
  void eachCommandOfThePagePrintsWhatThePageSays(@TempDir Path temp) throws Exception {
    PageSession.program(temp);
    List<PageSession.Step> steps = PageSession.steps("operations.md");
    assertThat(steps).hasSizeGreaterThan(4);
    List<String> outputs = PageSession.run(temp, steps);
    for (int i = 0; i < steps.size(); i++) {
      assertThat(comparable(outputs.get(i)))
          .as(steps.get(i).command() + " in " + outputs)
          .isEqualTo(comparable(steps.get(i).output()));
    }
  }

  private static String comparable(String output) {
    return DIFFERS.matcher(output).replaceAll("N");
  }
}
