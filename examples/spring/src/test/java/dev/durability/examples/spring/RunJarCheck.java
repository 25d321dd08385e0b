package dev.durability.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command of the page starts the jar that this build made, and its session goes as it says. */
final class RunJarCheck {
  private static final Path PAGE = Path.of("../../docs/spring-boot.md");
  private static final Pattern SESSION = Pattern.compile("(?ms)^```console\\n(.*?)^```$");
  private static final Pattern CURL =
      Pattern.compile("(?m)^\\$ curl (?:-X (\\w+) )?'?localhost:8080([^'\\n]+)'?\\n(.*)$");

  @TempDir Path temp;

  @Test
  void theSessionOfThePageGoesAsItSaysAndOutlivesAKill() throws Exception {
    String page = Files.readString(PAGE);
    assertThat(page).contains("```sh\n./examples/spring/run\n```");
    Path script = Path.of("../../examples/spring/run").toAbsolutePath().normalize();
    assertThat(script).isExecutable();
    assertThat(Path.of("target/durability-example-spring.jar")).exists();
    Path directory = temp.resolve("seats");
    SeatsProcess application = SeatsProcess.ofScript(script, directory);
    assertThat(session(application, page)).isEqualTo(3);
    assertThat(application.book("12A", "Grace").statusCode()).isEqualTo(409);
    application.kill();
    try (SeatsProcess again = SeatsProcess.ofScript(script, directory)) {
      assertThat(again.seats()).containsOnlyKeys("12A").containsValue("Ada");
      assertThat(again.send("DELETE", "/seats/12A?name=Grace").statusCode()).isEqualTo(409);
      assertThat(again.send("DELETE", "/seats/12A?name=Ada").statusCode()).isEqualTo(204);
      assertThat(again.seats()).isEmpty();
      assertThat(again.send("GET", "/actuator/metrics/durability.wal.append").body())
          .contains("COUNT", "2.0");
    }
    assertThat(Files.isDirectory(directory.resolve("checkpoints"))).isTrue(); // Closed in order.
  }

  /** Asks what the page asks. Returns how much that was. */
  private static int session(SeatsProcess application, String page) throws IOException {
    Matcher session = SESSION.matcher(page);
    assertThat(session.find()).isTrue();
    int asked = 0;
    for (MatchResult curl : CURL.matcher(session.group(1)).results().toList()) {
      String method = curl.group(1) == null ? "GET" : curl.group(1);
      assertThat(application.send(method, curl.group(2)).body())
          .as(curl.group())
          .isEqualTo(curl.group(3));
      asked++;
    }
    return asked;
  }
}
