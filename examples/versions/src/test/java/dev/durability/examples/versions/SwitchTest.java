package dev.durability.examples.versions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.durability.checkpoint.CheckpointReader;
import dev.durability.errors.DurabilityException;
import dev.durability.log.CheckpointReference;
import dev.durability.log.SchemaRange;
import dev.durability.storage.Directory;
import dev.durability.storage.FsDirectory;
import dev.durability.wal.WalMaintenance;
import dev.durability.wal.WalReader;
import dev.durability.wal.WalReplay;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The program is replaced by its next version, which is killed: in the middle of opening what is
 * there, of its first events, of its first checkpoint. Then either version goes on, as the rules
 * say, and nothing that was acknowledged is lost. {@code -Dversions.seed=} repeats the choices of a
 * run, and {@code -Dversions.kills=} sets how many processes are killed for each switch.
 */
class SwitchTest {
  private static final int KILLS = Integer.getInteger("versions.kills", 4);

  /** Why a version cannot read events of the next one, or else its checkpoint. */
  private static final Map<Integer, Pattern> REFUSALS =
      Map.of(
          1,
          Pattern.compile("Assigned.* is none any more"),
          2,
          Pattern.compile(
              "\"title: string\", is new and has no default; gone is \"subject: string\""),
          3,
          Pattern.compile(
              "Assigned.to was option<string> and is string|(MEDIUM|URGENT) .* is none any more"),
          4,
          Pattern.compile("was set<Person> and is string"));

  private final long seed = Long.getLong("versions.seed", 1);
  private final Random random = new Random(seed);

  @TempDir private Path tmp;
  private int copies;
  private int wentBack;
  private int refused;

  @Test
  void eachSwitchMayBeKilledAndEitherVersionGoesOn() throws Exception {
    try {
      Path directory = Files.createDirectory(tmp.resolve("desk"));
      Reports reports = new Reports();
      DeskProcess.work(Versions.of(1), FsDirectory.open(directory), 1, reports::add);
      for (int from = 1; from < Versions.ALL.size(); from++) {
        Path killed = directory;
        Reports of = reports;
        long changes = changesOfSwitch(directory, from + 1, reports);
        for (int kill = 0; kill < KILLS; kill++) {
          killed = copy(directory);
          of = reports.copy();
          kill(killed, from + 1, of, changes, kill);
          olderGoesOn(killed, Versions.of(from), Versions.of(from + 1), of.copy());
          newerGoesOn(copy(killed), Versions.of(from + 1), of.copy());
        }
        newerGoesOn(killed, Versions.of(from + 1), of);
        directory = killed;
        reports = of;
      }
      System.out.printf(
          Locale.ROOT,
          "%d switches of versions, %d kills: the older version went on %d times, and was refused"
              + " %d times; %d events, none lost%n",
          Versions.ALL.size() - 1,
          KILLS * (Versions.ALL.size() - 1),
          wentBack,
          refused,
          reports.done());
      assertThat(wentBack).isPositive();
      assertThat(refused).isPositive();
    } catch (AssertionError | IOException e) {
      throw new AssertionError("versions.seed=" + seed + ": " + e.getMessage(), e);
    }
  }

  /** How many changes of files a switch takes that nobody kills. */
  private long changesOfSwitch(Path directory, int to, Reports before) throws IOException {
    Reports unkilled = before.copy();
    StoppingDirectory counting =
        new StoppingDirectory(FsDirectory.open(copy(directory)), 0, () -> {});
    DeskProcess.work(Versions.of(to), counting, before.nextTicket(), unkilled::add);
    return counting.changes();
  }

  /** The last one is killed from outside, the others at changes from the first to the last. */
  private void kill(Path directory, int version, Reports reports, long changes, int kill)
      throws Exception {
    boolean fromOutside = kill == KILLS - 1;
    long first = changes * kill / Math.max(1, KILLS - 1);
    long last = changes * (kill + 1) / Math.max(1, KILLS - 1);
    long stopAt = fromOutside ? 0 : random.nextLong(first, Math.max(first + 1, last)) + 1;
    int killAfter = fromOutside ? reports.done() + 1 + random.nextInt(6) : Integer.MAX_VALUE;
    Process process = start(directory, version, reports.nextTicket(), stopAt);
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        reports.add(line);
        if (reports.done() == killAfter) {
          process.toHandle().destroyForcibly(); // By its handle: what it printed stays to be read.
        }
      }
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).as("it did not fail").isNotEqualTo(1);
    } finally {
      process.destroyForcibly();
    }
  }

  private static Process start(Path directory, int version, long firstTicket, long stopAt)
      throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xshare:auto",
            "-Xmx64m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-cp",
            System.getProperty("java.class.path"),
            DeskProcess.class.getName(),
            directory.toString(),
            Integer.toString(version),
            Long.toString(firstTicket),
            Long.toString(stopAt))
        .redirectError(Redirect.INHERIT)
        .start();
  }

  /** The version that was to replace the other finds everything, goes on, and finds that, too. */
  private static void newerGoesOn(Path directory, Version<?, ?> newer, Reports reports)
      throws IOException {
    try (HelpDesk<?, ?> desk = HelpDesk.open(newer, FsDirectory.open(directory))) {
      reports.settle(newer, desk.summary());
    }
    DeskProcess.work(newer, FsDirectory.open(directory), reports.nextTicket(), reports::add);
    try (HelpDesk<?, ?> desk = HelpDesk.open(newer, FsDirectory.open(directory))) {
      reports.settle(newer, desk.summary());
    }
  }

  /** Goes back to the version that was to be replaced, as far as that can read what is there. */
  private void olderGoesOn(Path killed, Version<?, ?> older, Version<?, ?> newer, Reports reports)
      throws IOException {
    Path directory = copy(killed);
    boolean isReadable =
        !hasWritten(newer, directory) || (older.number() == 1 && !hasAssigned(newer, directory));
    if (isReadable) {
      goBack(directory, older, newer, reports);
      return;
    }
    refused++;
    assertThatExceptionOfType(DurabilityException.class)
        .isThrownBy(() -> HelpDesk.open(older, FsDirectory.open(directory)))
        .satisfies(e -> assertThat(e.getMessage()).containsPattern(REFUSALS.get(older.number())));
    newerGoesOn(directory, newer, reports);
  }

  private void goBack(Path directory, Version<?, ?> older, Version<?, ?> newer, Reports reports)
      throws IOException {
    wentBack++;
    try (HelpDesk<?, ?> desk = HelpDesk.open(older, FsDirectory.open(directory))) {
      reports.settle(older, desk.summary());
      DeskProcess.work(desk, older, reports.nextTicket(), reports::add);
      reports.check(older, desk.summary());
    }
    newerGoesOn(directory, newer, reports);
  }

  /**
   * Whether an event or a checkpoint of a version is there: what it opened alone does not count.
   */
  private static boolean hasWritten(Version<?, ?> version, Path path) throws IOException {
    Directory directory = FsDirectory.openForReading(path);
    for (SchemaRange range : WalMaintenance.schemas(directory)) {
      if (range.schema().equals(version.events().schema())) {
        return true;
      }
    }
    for (CheckpointReference reference : WalMaintenance.checkpoints(directory)) {
      try (CheckpointReader reader = CheckpointReader.open(directory, reference.path())) {
        if (reader.schema().equals(version.states().schema())) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Whether there is an event after the newest checkpoint that version 1 does not know. It knows
   * the schema of all others, and skips what it does not know of them.
   */
  private static boolean hasAssigned(Version<?, ?> version, Path path) throws IOException {
    Directory directory = FsDirectory.openForReading(path);
    List<CheckpointReference> checkpoints = WalMaintenance.checkpoints(directory);
    long covered = checkpoints.isEmpty() ? 0 : checkpoints.get(0).lastEntryId();
    AtomicBoolean found = new AtomicBoolean();
    WalReader.of(directory, version.events())
        .replay(
            WalReplay.START,
            Long.MAX_VALUE,
            (id, event) -> {
              if (id > covered && event.getClass().getSimpleName().equals("Assigned")) {
                found.set(true);
              }
            });
    return found.get();
  }

  private Path copy(Path directory) throws IOException {
    Path copy = tmp.resolve("copy-" + ++copies);
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path each : all.toList()) {
        Files.copy(each, copy.resolve(directory.relativize(each)));
      }
    }
    return copy;
  }
}
