package dev.durability.cli.bench;

import java.util.List;

/**
 * What was measured.
 *
 * @param disk where
 * @param seconds for how long about
 * @param rounds how many turns everyone had
 * @param entryBytes how many bytes an entry has
 * @param measurements each probe, followed by those that are compared with it; the first is that of
 *     the disk
 */
public record BenchResult(
    Disk disk, int seconds, int rounds, int entryBytes, List<Measurement> measurements) {

  /** The probe of the disk. */
  Measurement diskProbe() {
    return measurements.get(0);
  }

  /** What to think of the disk. */
  DiskVerdict verdict() {
    return DiskVerdict.of(
        disk.fileSystem(), diskProbe().latencies().getValueAtPercentile(50), disk.costOfSync());
  }

  /** The measurements in which an operation was waited for. */
  List<Measurement> withLatencies() {
    return measurements.stream().filter(Measurement::hasLatencies).toList();
  }
}
