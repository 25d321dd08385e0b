package dev.durability.testkit.errors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.DurableState;
import dev.durability.storage.FsDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Errors as they come, in programs of their own: stacks of each size, and a heap that is full again
 * and again. {@code -Ddurability.seed=…} repeats what can be repeated.
 */
class ErrorsInChildProcessTest {
  private static final long SOAK_SECONDS = Long.getLong("durability.soak.minutes", 0) * 60;
  private static final long SEED =
      Long.getLong("durability.seed", SOAK_SECONDS == 0 ? 1 : System.nanoTime());
  private static final long STACK_SECONDS = Math.max(5, SOAK_SECONDS / 6);
  private static final long STORM_SECONDS = Math.max(8, SOAK_SECONDS / 3);
  private static final long STORM_MILLIS = 2_000;

  @TempDir Path temp;

  @Test
  void aCallWithLittleStackHasNotHappenedOrTheWriterSaysSoInterpreted() throws Exception {
    sweepStacks(
        "-XX:CompileCommand=exclude,dev.durability.wal.*::*",
        "-XX:CompileCommand=exclude,dev.durability.append.*::*",
        "-XX:CompileCommand=exclude,dev.durability.commit.*::*",
        "-XX:CompileCommand=exclude,dev.durability.segment.*::*");
  }

  @Test
  void aCallWithLittleStackHasNotHappenedOrTheWriterSaysSoCompiled() throws Exception {
    sweepStacks("-Xmixed");
  }

  private static void sweepStacks(String... options) throws Exception {
    List<String> all =
        new ArrayList<>(
            List.of(
                "-Xmx256m",
                "-XX:CompileCommand=quiet",
                "-XX:CompileCommand=exclude," + ThinStack.class.getName() + "::*"));
    all.addAll(List.of(options));
    Child child = Child.start(all, StackSweep.class, STACK_SECONDS, SEED);
    String said = child.awaitEnd();
    System.out.println("stacks, " + List.of(options) + ": " + said);
    assertThat(child.exitValue()).as(said).isZero();
  }

  @Test
  void callsWhileAFullStackUnwindsLeaveNoThreadWaiting() throws Exception {
    Child child = Child.start(List.of("-Xmx256m"), Unwinding.class, STACK_SECONDS, SEED);
    String said = child.awaitEnd();
    System.out.println("unwinding, seed=" + SEED + ": " + said);
    assertThat(child.exitValue()).as(said).isZero();
  }

  @Test
  void aStormOfOutOfMemoryErrorsLosesNothingOfALog() throws Exception {
    storms("log");
  }

  @Test
  void aStormOfOutOfMemoryErrorsLeavesTheStateAndTheLogInAgreement() throws Exception {
    storms("state");
  }

  private void storms(String kind) throws Exception {
    Random random = new Random(SEED);
    long start = System.nanoTime();
    int storms = 0;
    do {
      storm(kind, storms++, random.nextLong());
    } while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(STORM_SECONDS) / 2);
    System.out.println(storms + " storms, " + kind + ", seed=" + SEED);
  }

  private void storm(String kind, int number, long seed) throws Exception {
    Path directory = temp.resolve(kind + number);
    Path notes = temp.resolve(kind + number + ".notes");
    Child child =
        Child.start(
            List.of("-Xmx24m", "-Xms24m", "-XX:+UseSerialGC"),
            Storm.class,
            kind,
            directory,
            notes,
            STORM_MILLIS,
            seed);
    if (number % 2 == 0) {
      String said = child.awaitEnd();
      System.out.println("storm, " + kind + ": " + said.lines().findFirst().orElse(""));
      assertThat(child.exitValue()).as(said).isZero();
    } else {
      child.killAfter(STORM_MILLIS / 2 + Math.floorMod(seed, STORM_MILLIS / 2));
    }
    check(kind, FsDirectory.open(directory), StormNotes.open(notes), "seed=" + seed);
  }

  /** A child may be killed before it has made a log: on a busy machine a JVM starts slowly. */
  private static Lives.Found recovered(FsDirectory directory) throws IOException {
    try {
      return LogScenario.recover(directory);
    } catch (NoSuchFileException noLogYet) {
      return Lives.Found.NOTHING;
    }
  }

  private static void check(String kind, FsDirectory directory, StormNotes notes, String what)
      throws IOException {
    if (kind.equals("state")) {
      checkState(directory, notes, what);
    }
    Lives.Found found = recovered(directory);
    Map<Integer, Long> places = new HashMap<>();
    found
        .entries()
        .forEach(
            (id, entry) -> {
              Long before = places.put(StormNotes.placeOf(entry), id);
              assertThat(before).as("twice in the log, %s: %s", what, entry).isNull();
            });
    List<String> wrong = new ArrayList<>();
    for (int writer = 0; writer < StormNotes.WRITERS; writer++) {
      for (int n = 0; n < StormNotes.ENTRIES_MAX; n++) {
        long outcome = notes.outcome(writer, n);
        Long there = places.get(writer * StormNotes.ENTRIES_MAX + n);
        boolean isWrong =
            outcome > 0
                ? outcome >= found.firstId() && (there == null || there != outcome)
                : there != null && outcome != StormNotes.OPEN;
        if (isWrong) {
          wrong.add(writer + "." + n + " noted as " + outcome + ", in the log " + there);
        }
      }
    }
    assertThat(wrong).as(what).isEmpty();
  }

  private static void checkState(FsDirectory directory, StormNotes notes, String what)
      throws IOException {
    long[] recovered;
    try (DurableState<long[], String> state = Storm.openState(directory)) {
      recovered = state.read(long[]::clone);
    }
    if (notes.hasState()) {
      assertThat(recovered).as("recovered as it was, %s", what).isEqualTo(notes.state());
    }
    List<String> wrong = new ArrayList<>();
    for (int writer = 0; writer < StormNotes.WRITERS; writer++) {
      for (int n = 0; n < StormNotes.ENTRIES_MAX; n++) {
        long outcome = notes.outcome(writer, n);
        boolean isIn = StormNotes.Bits.has(recovered, writer * StormNotes.ENTRIES_MAX + n);
        if (outcome != StormNotes.OPEN && isIn != outcome > 0) {
          wrong.add(writer + "." + n + " noted as " + outcome + (isIn ? ", in" : ", not in"));
        }
      }
    }
    assertThat(wrong).as("the state, %s", what).isEmpty();
  }

  /** A program that runs a class of these. */
  private record Child(Process process, Path output) {
    static Child start(List<String> options, Class<?> main, Object... arguments)
        throws IOException {
      List<String> command = new ArrayList<>();
      command.add(ProcessHandle.current().info().command().orElseThrow());
      command.addAll(options);
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
      for (Object argument : arguments) {
        command.add(argument.toString());
      }
      Path output = Files.createTempFile("durability", ".out");
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      return new Child(process, output);
    }

    String awaitEnd() throws Exception {
      try {
        assertThat(process.waitFor(10 + SOAK_SECONDS / 60, TimeUnit.MINUTES)).isTrue();
        return Files.readString(output, StandardCharsets.UTF_8);
      } finally {
        process.destroyForcibly();
        Files.delete(output);
      }
    }

    int exitValue() {
      return process.exitValue();
    }

    void killAfter(long millis) throws Exception {
      boolean unused = process.waitFor(millis, TimeUnit.MILLISECONDS);
      process.destroyForcibly().waitFor();
      Files.delete(output);
    }
  }
}
