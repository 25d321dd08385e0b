package dev.durability.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompareTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path directory;

  @Test
  void aBuildComparedWithItselfQuicklyHasRatesAndNoVerdict() throws Exception {
    Checkout checkout = checkout("build");
    int status = compare(checkout, checkout, "--scenarios", "unsynced-128", "--quick");
    assertThat(err.toString())
        .contains("unsynced-128 round 1 of 2: before ", "unsynced-128 round 2 of 2: before ");
    assertThat(out.toString())
        .contains("before  unknown  ", "unsynced-128: none: quick", "2 pairs", "-Xmx256m");
    assertThat(status).isZero();
    nothingIsLeft();
  }

  @Test
  void aBuildThatIsSlowerInAllRoundsFailsThoughTheOldOneLacksTheHarness() throws Exception {
    Checkout old = checkout("old").withoutHarness().withAppends("return operations * 100;");
    Checkout slow = checkout("slow").withAppends("return operations * 200;");
    assertThat(planted(old, slow, "--scenarios", "durable-1,durable-1", "--rounds", "2"))
        .isEqualTo(1);
    assertThat(out.toString())
        .contains(
            "0.500, 95 % interval 0.500 to 0.500, 2 pairs",
            "before 10,000,000/s, after 5,000,000/s", "0.500 0.500")
        .containsOnlyOnce("durable-1: slower");
  }

  @Test
  void jsonHasWhatTheTextHas() throws Exception {
    Checkout old = checkout("old").withAppends("return operations * 100;");
    Checkout slow = checkout("slow").withAppends("return operations * 200;");
    slow.source(Checkout.LOAD_SOURCES + "/Trees.java", "new");
    assertThat(planted(slow, old, "--scenarios", "durable-64", "--rounds", "2", "--json")).isZero();
    assertThat(out.toString().strip())
        .isEqualTo(
            "{\"before\":\"unknown\",\"after\":\"unknown\",\"java\":\""
                + Runtime.version()
                + "\",\"bound\":0.97,\"confidence\":0.95,\"loadsThatDiffer\":[\"Trees.java\"],"
                + "\"skipped\":{},\"scenarios\":[{\"scenario\":\"durable-64\",\"verdict\":\"not slower\","
                + "\"mean\":2.00000,\"low\":2.00000,\"high\":2.00000,"
                + "\"before\":[5000000.0,5000000.0],\"after\":[10000000.0,10000000.0],"
                + "\"ratios\":[2.00000,2.00000]}]}");
    assertThat(err.toString())
        .contains("the loads of the builds differ, not only the library: Trees.java");
  }

  @Test
  void aRunThatFailsEndsTheComparison() throws Exception {
    Checkout good = checkout("good").withAppends("return operations * 100;");
    Checkout bad =
        checkout("bad").withAppends("throw new IllegalStateException(\"planted failure\");");
    assertThat(planted(good, bad, "--scenarios", "durable-64")).isEqualTo(3);
    assertThat(err.toString())
        .contains("compare: durable-64, after: the run ended with status 1:", "planted failure");
    nothingIsLeft();
  }

  @Test
  void aLibraryFromElsewhereIsNotMeasured() throws Exception {
    Checkout good = checkout("good").withAppends("return operations * 100;");
    Checkout other = checkout("other").withAppends("return operations * 100;");
    Path writer = other.path(Checkout.CORE_CLASSES).resolve("dev/durability/wal/WalWriter.class");
    archive(
        other.path(Checkout.CORE_CLASSES), other.path(Checkout.LIBRARIES).resolve("another.jar"));
    Files.delete(writer);
    assertThat(planted(good, other, "--scenarios", "durable-1")).isEqualTo(3);
    assertThat(err.toString())
        .contains("durable-1, after: the run loaded the library from ", "another.jar, not from ");
  }

  @ParameterizedTest
  @CsvSource({
    "--scenarios, durable-2, there is no scenario 'durable-2' here",
    "--scenarios, '', there is no scenario '' here",
    "--rounds, 1, --rounds has to be 2",
    "--rounds, 1.5, --rounds",
    "--seconds, 0, --seconds has to be more than 0",
    "--seconds, NaN, --seconds has to be more than 0",
    "--warm-up, -1, --warm-up has to be 0",
    "--warm-up, Infinity, --warm-up has to be 0",
    "--bogus, 1, Unknown option"
  })
  void badArgumentsAreRefused(String option, String value, String message) {
    assertThat(run("--before", "absent", "--after", "absent", option, value)).isEqualTo(2);
    assertThat(err.toString()).contains(message);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void helpTellsTheDefaultsAndTheScenarios() {
    assertThat(run("--help")).isZero();
    String help = out.toString().replaceAll("\\s+", " ");
    assertThat(help)
        .contains("(default: 15)", "(default: 3)", "how long a run warms up (default: 8)")
        .contains(ScenarioNames.ALL);
  }

  @Test
  void buildsThatAreMissingAreRefused() {
    assertThat(run("--after", ".")).isEqualTo(2);
    assertThat(err.toString()).contains("--before");
    assertThat(run("--before", "absent", "--after", ".")).isEqualTo(2);
    assertThat(err.toString()).contains("compare: there is no directory absent");
  }

  @Test
  void helpTellsScenariosAndExitStatuses() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString())
        .contains(ScenarioNames.ALL)
        .contains("--before=BUILD", "--quick", "Exit status: 0")
        .doesNotContain("--module");
  }

  @Test
  void virtualThreadsAreMeasuredOrSaidToBeMissing() throws Exception {
    Checkout checkout = checkout("build");
    int status = compare(checkout, checkout, "--scenario", "unsynced-128,virtual-256", "--quick");
    String why =
        ScenarioNames.whySkipped("virtual-256", Runtime.version().feature()).orElse("none: quick");
    assertThat(out.toString()).contains("unsynced-128: none: quick", "virtual-256: ", why);
    assertThat(status).isZero();
  }

  @Test
  @EnabledForJreRange(max = JRE.JAVA_20)
  void whereNothingIsLeftToMeasureThereIsNoSuccess() throws Exception {
    Checkout checkout = checkout("build");
    assertThat(compare(checkout, checkout, "--scenario", "virtual-256", "--quick")).isEqualTo(2);
    assertThat(err.toString())
        .contains("compare: virtual-256: virtual threads need Java 21 or later, and this is Java ");
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "durable-1",
        "durable-16",
        "durable-64",
        "async-1024",
        "replay-128",
        "recovery-1g"
      })
  void eachScenarioRuns(String scenario) throws Exception {
    Checkout checkout = checkout("build");
    assertThat(planted(checkout, checkout, "--scenario", scenario, "--quick")).isZero();
    assertThat(out.toString()).contains(scenario + ": none: quick");
    nothingIsLeft();
  }

  private Checkout checkout(String name) throws IOException {
    return new Checkout(Files.createDirectory(directory.resolve(name)));
  }

  /** With no more operations than it takes. */
  private int planted(Checkout before, Checkout after, String... options) {
    List<String> all = new ArrayList<>(List.of(options));
    all.addAll(List.of("--seconds", "0.001", "--warm-up", "0"));
    return compare(before, after, all.toArray(String[]::new));
  }

  private int compare(Checkout before, Checkout after, String... options) {
    List<String> all = new ArrayList<>();
    all.addAll(List.of("--before", before.root().toString(), "--after", after.root().toString()));
    all.addAll(List.of(options));
    return run(all.toArray(String[]::new));
  }

  private int run(String... options) {
    List<String> all = new ArrayList<>(List.of("--module", directory.toString()));
    all.addAll(List.of(options));
    return Compare.command()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all.toArray(String[]::new));
  }

  private void nothingIsLeft() {
    assertThat(directory.resolve("target")).isEmptyDirectory();
  }

  private static void archive(Path classes, Path jar) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        ZipOutputStream zip = new ZipOutputStream(file);
        Stream<Path> below = Files.walk(classes)) {
      for (Path path : (Iterable<Path>) below.filter(Files::isRegularFile)::iterator) {
        zip.putNextEntry(new ZipEntry(classes.relativize(path).toString()));
        Files.copy(path, zip);
      }
    }
  }
}
