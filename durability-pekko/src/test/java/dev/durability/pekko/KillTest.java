package dev.durability.pekko;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.testkit.javadsl.TestKit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process is killed while its actors persist. What they acknowledged is recovered. */
class KillTest {
  private static final int LIVES = 3;
  private static final int EVENTS = 1_500;

  @TempDir Path root;

  @Test
  void acknowledgedEventsAreThereAfterEachKill() throws Exception {
    Map<String, List<String>> acknowledged = new TreeMap<>();
    for (int life = 0; life < LIVES; life++) {
      liveAndDie(life, acknowledged);
    }
    ActorSystem system = Systems.start(root);
    try {
      TestKit probe = new TestKit(system);
      for (Map.Entry<String, List<String>> each : acknowledged.entrySet()) {
        ActorRef account = system.actorOf(Account.props(each.getKey(), probe.getRef()));
        account.tell(Account.GET, probe.getRef());
        String recovered = (String) probe.receiveOne(Duration.ofMinutes(5));
        assertThat(List.of(recovered.split(",")))
            .as(each.getKey())
            .containsSubsequence(each.getValue())
            .doesNotHaveDuplicates()
            // One event of each life may be there although nobody was told.
            .hasSizeBetween(each.getValue().size(), each.getValue().size() + LIVES);
      }
    } finally {
      Systems.stop(system);
    }
  }

  private void liveAndDie(int life, Map<String, List<String>> acknowledged) throws Exception {
    Process process = start(life);
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      int events = 0;
      for (String line = wholeLine(lines); line != null; line = wholeLine(lines)) {
        int end = line.indexOf(' ');
        assertThat(end).as(line).isPositive();
        acknowledged
            .computeIfAbsent(line.substring(0, end), name -> new ArrayList<>())
            .add(line.substring(end + 1));
        if (++events == EVENTS + 100 * life) {
          // What it printed before is read to the end.
          assertThat(process.toHandle().destroyForcibly()).isTrue();
        }
      }
      assertThat(events).isGreaterThanOrEqualTo(EVENTS);
    } finally {
      process.destroyForcibly();
      assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** A line, or null at the end: the last one may be cut in the middle. */
  private static @Nullable String wholeLine(BufferedReader lines) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = lines.read(); next >= 0; next = lines.read()) {
      if (next == '\n') {
        return line.toString();
      }
      line.append((char) next);
    }
    return null;
  }

  private Process start(int life) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            KilledProcess.class.getName(),
            root.toString(),
            "life" + life)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
