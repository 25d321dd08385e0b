package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.Report;
import dev.durability.benchmarks.Role;
import dev.durability.benchmarks.Settings;
import dev.durability.benchmarks.Standing;
import dev.durability.benchmarks.Target;
import dev.durability.benchmarks.store.OwnLog;
import dev.durability.benchmarks.store.Promise;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Replays a log of 8 GiB in a JVM of its own with a heap of 64 MiB. After each eighth the heap is
 * collected and what is still in use is noted: it must not grow.
 */
final class SmallHeap implements Scenario.Measurement {
  private static final int PAYLOAD_BYTES = 1024;
  private static final double GROWTH_MAX = 1.1;

  @Override
  public List<Report> run(Settings settings, Path directory, PrintStream log) throws Exception {
    long entries = settings.size(8L << 30) / PAYLOAD_BYTES;
    try (OwnLog store = OwnLog.byDefault()) {
      store.open(directory, Promise.UNSYNCED);
      log.println("  writing the log");
      Entries.fill(store, PAYLOAD_BYTES, entries);
    }
    List<Double> used = replay(directory, entries);
    List<String> notes = new ArrayList<>();
    StringBuilder uses = new StringBuilder("Heap in use after each eighth, in MiB:");
    used.forEach(bytes -> uses.append(String.format(Locale.ROOT, " %.2f", bytes / (1 << 20))));
    notes.add(uses.append('.').toString());
    double growth = used.get(used.size() - 1) / used.get(0);
    Standing ours =
        new Standing("durability, -Xmx64m", Role.OURS, "", List.of(growth), List.of(), null, null);
    return List.of(
        new Report(
            "",
            "a replay of " + (settings.size(8L << 30) >> 20) + " MiB in entries of 1 KiB",
            "heap in use after the last eighth ÷ after the first",
            "",
            Target.atMost("-Xmx64m suffices, no growth (≤ 1.1)", GROWTH_MAX),
            List.of(ours),
            notes));
  }

  private static List<Double> replay(Path directory, long entries)
      throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                SmallHeapReplay.class.getName(),
                directory.toString(),
                Long.toString(entries))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<Double> used = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        used.add(Double.parseDouble(line));
      }
    }
    int exit = child.waitFor();
    if (exit != 0 || used.size() < 2) {
      throw new IOException("the replay with -Xmx64m failed with exit status " + exit);
    }
    return used;
  }
}
