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

/** The commands of docs/backup.md, exactly as they stand there, in their order and in one shell. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the page is written for a Unix shell")
final class BackupPageTest {
  /** Rates, and the names of timelines. */
  private static final Pattern DIFFERS =
      Pattern.compile("in [0-9.]+ s, [0-9,.]+ entr(?:y|ies)/s|timeline [0-9TZ.a-f-]+");

  @Test
  void eachCommandOfThePagePrintsWhatThePageSays(@TempDir Path temp) throws Exception {
    PageSession.program(temp);
    List<PageSession.Step> steps = PageSession.steps("backup.md");
    assertThat(steps).hasSizeGreaterThan(12);
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
