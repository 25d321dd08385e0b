package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyCommandTest {
  @TempDir private Path tmp;

  @Test
  void aCleanLogIsStatus0() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b", "c");
    Run run = Run.of("verify", log);
    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("CLEAN").containsPattern("intact +3 ");
    assertThat(run.err()).isEmpty();
    assertThat(Run.of("verify", "--json", log).out())
        .isEqualTo(
            """
            {"verdict":"CLEAN","intact":3,"covered":0,"promised":3,"segments":1,"cut":null,"reason":null}
            """);
  }

  @Test
  void aTornLogIsStatus1AndTheCutIsTold() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b", "c");
    long end = Files.size(Logs.lastSegment(log));
    Logs.tear(log);
    Run run = Run.of("verify", log);
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out()).contains("TORN", "to do", "quarantine", Long.toString(end));
    Run asJson = Run.of("verify", log, "--json");
    assertThat(asJson.status()).isEqualTo(1);
    JsonNode json = keysAreTheFixedOnes(asJson);
    assertThat(json.get("verdict").asText()).isEqualTo("TORN");
    assertThat(json.get("intact").asLong()).isEqualTo(3);
    List<String> cutKeys = new ArrayList<>();
    json.get("cut").fieldNames().forEachRemaining(cutKeys::add);
    assertThat(cutKeys).containsExactly("file", "offset");
    assertThat(json.get("cut").get("file").asText())
        .isEqualTo("wal/" + Logs.lastSegment(log).getFileName());
    assertThat(json.get("reason").isTextual()).isTrue();
  }

  @Test
  void aCorruptLogIsStatus2AndWhatToDoIsTold() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b", "c");
    Logs.corrupt(log);
    Run run = Run.of("verify", log);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).contains("CORRUPT", "to do", "restore");
    Run asJson = Run.of("verify", "--json", log);
    assertThat(asJson.status()).isEqualTo(2);
    JsonNode json = keysAreTheFixedOnes(asJson);
    assertThat(json.get("verdict").asText()).isEqualTo("CORRUPT");
    assertThat(json.get("intact").asLong()).isZero();
    assertThat(json.get("promised").asLong()).isEqualTo(3);
    assertThat(json.get("cut").isNull()).isTrue();
  }

  @Test
  void whatIsNoLogIsStatus3AndIsNotMadeOne() throws IOException {
    Path missing = tmp.resolve("missing");
    assertFails(Run.of("verify", "--json", missing), missing + ": no such file or directory");
    assertThat(missing).doesNotExist();
    assertFails(Run.of("verify", tmp), "not a log");
    Path file = Files.createFile(tmp.resolve("file"));
    assertFails(Run.of("verify", file), "not a directory");
    Files.createDirectory(tmp.resolve("wal"));
    assertFails(Run.of("verify", tmp), "log");
    Path newer = Logs.of(tmp.resolve("newer"), "a");
    Logs.makeOfUnknownVersion(newer);
    assertFails(Run.of("verify", newer), "version");
  }

  private static void assertFails(Run run, String message) {
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.out()).isEmpty();
    assertThat(run.errLines()).hasSize(1);
    assertThat(run.err()).contains(message);
  }

  @Test
  void nothingIsChanged() throws IOException {
    Path log = Logs.of(tmp.resolve("log"), "a", "b", "c");
    Logs.tear(log);
    var before = Logs.content(log);
    Run.of("verify", log);
    Run.of("cat", log);
    assertThat(Logs.content(log)).isEqualTo(before);
  }

  private static JsonNode keysAreTheFixedOnes(Run run) throws IOException {
    JsonNode json = new ObjectMapper().readTree(run.out());
    List<String> keys = new ArrayList<>();
    json.fieldNames().forEachRemaining(keys::add);
    assertThat(keys)
        .containsExactly("verdict", "intact", "covered", "promised", "segments", "cut", "reason");
    assertThat(run.out().lines()).hasSize(1);
    return json;
  }
}
