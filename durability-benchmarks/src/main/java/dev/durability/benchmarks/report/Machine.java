package dev.durability.benchmarks.report;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the figures were measured on. Names no host and no path. */
final class Machine {

  private Machine() {}

  /**
   * Describes the machine.
   *
   * @param data a directory on the disk that was measured
   * @return lines of "what: value"
   */
  static List<String> describe(Path data) throws IOException {
    FileStore disk = Files.getFileStore(data);
    return List.of(
        "CPU: "
            + field("/proc/cpuinfo", "model name").orElse(System.getProperty("os.arch"))
            + ", "
            + Runtime.getRuntime().availableProcessors()
            + " cores",
        "Memory: " + memory(),
        "System: " + System.getProperty("os.name") + " " + System.getProperty("os.version"),
        "File system: " + disk.type(),
        "JDK: " + System.getProperty("java.vendor") + " " + Runtime.version(),
        "Date: " + LocalDate.now(ZoneOffset.UTC));
  }

  private static String memory() throws IOException {
    Optional<String> total = field("/proc/meminfo", "MemTotal");
    if (total.isEmpty()) {
      return "unknown";
    }
    long kibibytes = Long.parseLong(total.get().replaceAll("[^0-9]", ""));
    return String.format(Locale.ROOT, "%.1f GiB", kibibytes / (double) (1 << 20));
  }

  private static Optional<String> field(String file, String name) throws IOException {
    Path path = Path.of(file);
    if (!Files.isReadable(path)) {
      return Optional.empty();
    }
    return Files.readAllLines(path).stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }
}
