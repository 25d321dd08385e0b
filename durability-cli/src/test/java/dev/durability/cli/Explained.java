package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code durability explain} says of a log. */
final class Explained {
  private static final Pattern COMMAND = Pattern.compile("'([^']+)'");

  private Explained() {}

  /** As JSON. */
  static JsonNode of(Path log) throws IOException {
    Run run = Run.of("explain", "--json", log);
    assertThat(run.err()).isEmpty();
    return new ObjectMapper().readTree(run.out());
  }

  /** The names of what happened. */
  static List<String> kinds(Path log) throws IOException {
    List<String> kinds = new ArrayList<>();
    of(log).get("causes").forEach(cause -> kinds.add(cause.get("kind").asText()));
    return kinds;
  }

  /** As text for people, without line breaks inside of sentences. */
  static String text(Path log, int status) {
    Run run = Run.of("explain", log);
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isEqualTo(status);
    assertThat(run.out())
        .contains("\nwhat happened\n", "\nwhat opening does\n", "\nwhat to do\n")
        .contains("\nwhat can be lost\n");
    assertThat(run.out().lines())
        .allMatch(
            line ->
                line.length() <= 80
                    || !line.strip().contains(" ")
                    || line.strip().startsWith("'")); // A command to copy.
    return run.out().replaceAll("\n +(?! *\\d\\.)", " ");
  }

  /**
   * Does in a shell what the steps say, up to that which explains the copy again.
   *
   * @param copy where the copy is made
   */
  static void follow(Path log, Path copy) throws Exception {
    StringBuilder script = new StringBuilder("set -e\n");
    for (JsonNode step : of(log).get("toDo")) {
      if (step.asText().contains("'durability explain COPY'")) {
        break;
      }
      Matcher command = COMMAND.matcher(step.asText());
      while (command.find()) {
        script.append(command.group(1)).append('\n');
      }
    }
    Process shell =
        new ProcessBuilder("sh", "-c", script.toString())
            .directory(Objects.requireNonNull(copy.getParent()).toFile())
            .redirectErrorStream(true)
            .start();
    String printed = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(shell.waitFor()).as(script + printed).isZero();
    Files.move(copy.resolveSibling("COPY"), copy);
  }
}
