package dev.durability.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(600)
class BenchCommandTest {
  @TempDir private Path tmp;

  @Test
  void itMeasuresAndLeavesNothingButThePlot() throws IOException {
    Path disk = Files.createDirectory(tmp.resolve("disk"));
    Path plot = tmp.resolve("plot.svg");
    Run run = Run.of("bench", "--seconds", 1, "--json", "--plot", plot, disk);
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.errLines()).hasSize(1);
    assertThat(run.err()).contains("drawn in " + plot);
    JsonNode json = new ObjectMapper().readTree(run.out());
    assertThat(json.at("/disk/verdict").asText()).isNotEmpty();
    assertThat(json.at("/measurements").findValuesAsText("name"))
        .containsExactly(
            "synced-write",
            "append-1",
            "append-16",
            "append-64",
            "append-async-1024",
            "bare-write",
            "append-unsynced",
            "bare-scan",
            "replay");
    for (JsonNode each : json.at("/measurements")) {
      assertThat(each.at("/perSecond/least").asDouble()).as(each.toString()).isPositive();
    }
    assertThat(Files.readString(plot)).startsWith("<svg ").endsWith("</svg>\n");
    assertThat(disk).isEmptyDirectory();
  }

  @Test
  void stoppedItRemovesEverythingAndPrintsNothing() throws Exception {
    Path disk = Files.createDirectory(tmp.resolve("disk"));
    Path plot = tmp.resolve("plot.svg");
    Termination termination = new Termination();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Thread stopper =
        new Thread(
            () -> {
              while (isEmpty(disk)) {
                LockSupport.parkNanos(1_000_000);
              }
              termination.request();
            });
    stopper.start();
    Run run =
        Run.with(
            new ByteArrayInputStream(new byte[0]),
            out,
            termination,
            "bench",
            "--seconds",
            3600,
            "--plot",
            plot,
            disk);
    stopper.join();
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.err()).isEmpty();
    assertThat(out.size()).isZero();
    assertThat(disk).isEmptyDirectory();
    assertThat(plot).doesNotExist();
  }

  private static boolean isEmpty(Path directory) {
    String[] names = directory.toFile().list();
    return names == null || names.length == 0;
  }

  @Test
  void aDirectoryThatIsMissingIsMadeAndRemoved() throws IOException {
    Path disk = tmp.resolve("lib/app");
    Run run = Run.of("bench", "--seconds", 1, "--plot", tmp.resolve("plot.svg"), disk);
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.errLines()).hasSize(2);
    assertThat(run.err()).contains(disk + " is missing: it is made on the disk of " + tmp);
    assertThat(tmp.toFile().list()).containsExactly("plot.svg");
  }

  @Test
  void aDirectoryThatDoesNotFitIsRefusedInOneLine() throws IOException {
    Path file = Files.createFile(tmp.resolve("file"));
    assertFails(Run.of("bench", file), "file: not a directory");
    assertFails(Run.of("bench", file.resolve("below")), "ot a directory"); // By the JDK, or by us.
    assertFails(Run.of("bench", "/proc"), "/proc: ");
    assertThat(Run.of("bench", "--seconds", 0, tmp).err()).contains("--seconds must be at least 1");
  }

  private static void assertFails(Run run, String what) {
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.out()).isEmpty();
    assertThat(run.errLines()).hasSize(1);
    assertThat(run.err()).startsWith("durability bench: ").contains(what);
  }

  @Test
  void aPlotThatCannotBeWrittenIsRefusedBeforeAnythingIsMeasured() {
    Run run = Run.of("bench", "--seconds", 3600, "--plot", tmp.resolve("none/plot.svg"), tmp);
    assertFails(run, "none/plot.svg");
    assertThat(tmp).isEmptyDirectory();
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows cannot mount a small tmpfs")
  void onADiskWithoutRoomItSaysHowMuchIsMissing() throws Exception {
    Path mount = Files.createDirectory(tmp.resolve("small"));
    if (!SmallDisk.mount(mount)) {
      System.out.println("skipped: a small disk can be mounted by root alone");
      abort("a small disk can be mounted by root alone");
    }
    try {
      assertFails(Run.of("bench", mount), "small: not enough room: ");
      assertThat(mount).isEmptyDirectory();
    } finally {
      SmallDisk.unmount(mount);
    }
  }
}
