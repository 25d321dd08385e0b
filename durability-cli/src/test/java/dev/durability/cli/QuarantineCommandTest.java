package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuarantineCommandTest {
  @TempDir private Path tmp;

  /** A log of which two ends of 7 bytes were cut off. */
  private Path log() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b");
    for (int i = 0; i < 2; i++) {
      Logs.tear(log);
      Run append = Run.withInput("c\n".getBytes(StandardCharsets.UTF_8), "append", log);
      assertThat(append.status()).isZero();
    }
    return log;
  }

  @Test
  void whatWasCutOffIsListedTheOldestFirstAndNothingChanged() throws IOException {
    Path log = log();
    var before = Logs.content(log);
    Run run = Run.of("quarantine", log);
    assertThat(run.status()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out().lines().toList())
        .hasSize(3)
        .allMatch(line -> !line.startsWith("q") || line.matches("quarantine/\\S+@\\d+-1  7 bytes"))
        .endsWith("14 bytes in 2 files");
    assertThat(Run.of("quarantine", log, "list")).isEqualTo(run);
    JsonNode json = json(Run.of("quarantine", "--json", log));
    assertThat(json.get("removed").asBoolean()).isFalse();
    assertThat(json.get("bytes").asLong()).isEqualTo(14);
    assertThat(json.get("files")).hasSize(2);
    for (JsonNode file : json.get("files")) {
      assertThat(log.resolve(file.get("path").asText())).hasSize(file.get("bytes").asLong());
      assertThat(run.out()).contains(file.get("path").asText());
    }
    assertThat(Logs.content(log)).isEqualTo(before);
  }

  @Test
  void verifyTellsHowMuchItIs() throws IOException {
    Path log = log();
    assertThat(Run.of("verify", log).out()).contains("quarantine  14 bytes in 2 files");
    JsonNode json = json(Run.of("verify", "--json", log));
    assertThat(json.get("quarantineFiles").asInt()).isEqualTo(2);
    assertThat(json.get("quarantineBytes").asLong()).isEqualTo(14);
  }

  @Test
  void removingLeavesTheLogAndWhatIsNotOfIt() throws IOException {
    Path log = log();
    Path other = Files.writeString(log.resolve("quarantine/notes.txt"), "mine");
    Run run = Run.of("quarantine", log, "remove");
    assertThat(run.status()).isZero();
    assertThat(run.out()).endsWith("removed 14 bytes in 2 files\n");
    assertThat(other).hasContent("mine");
    assertThat(log.resolve("quarantine").toFile().list()).containsExactly("notes.txt");
    assertThat(Run.of("cat", log).out()).isEqualTo("a\nb\nc\nc\n");
    assertThat(Run.of("quarantine", log).out()).isEqualTo("0 bytes in 0 files\n");
    JsonNode again = json(Run.of("quarantine", log, "remove", "--json"));
    assertThat(again.get("removed").asBoolean()).isTrue();
    assertThat(again.get("files")).isEmpty();
  }

  @Test
  void whatIsNoLogOrNoActionIsRefusedAndNothingIsMade() throws IOException {
    Path missing = tmp.resolve("missing");
    for (String action : new String[] {"list", "remove"}) {
      Run run = Run.of("quarantine", missing, action);
      assertThat(run.status()).isEqualTo(3);
      assertThat(run.errLines()).hasSize(1);
      assertThat(run.err()).contains(missing + ": no such file or directory");
      assertThat(Run.of("quarantine", tmp, action).err()).contains("not a log");
    }
    assertThat(tmp).isEmptyDirectory();
    Path log = log();
    Run run = Run.of("quarantine", log, "purge");
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.err()).contains("list or remove, not purge", "--help");
  }

  private static JsonNode json(Run run) throws IOException {
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).hasLineCount(1);
    return new ObjectMapper().readTree(run.out());
  }
}
