package dev.durability.benchmarks.scenario;

import dev.durability.benchmarks.Figures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * When commits and rotations began and ended. Commits are noted by any thread, rotations by one at
 * a time; read when all of them ended.
 */
final class RotationTimes {
  private final long[] starts;
  private final long[] ends;
  private final List<long[]> rotations = new ArrayList<>();

  RotationTimes(int commits) {
    this.starts = new long[commits];
    this.ends = new long[commits];
  }

  int commits() {
    return starts.length;
  }

  void begins(int commit) {
    starts[commit] = System.nanoTime();
  }

  void ends(int commit) {
    ends[commit] = System.nanoTime();
  }

  void rotated(long start, long end) {
    rotations.add(new long[] {start, end});
  }

  /**
   * The median over all rotations of the slowest commit that overlaps one, divided by the median of
   * the commits that overlap none.
   *
   * @param plain takes the latencies of the latter
   */
  double figure(Histogram plain) {
    long[] slowest = new long[rotations.size()];
    List<Double> others = new ArrayList<>();
    for (int i = 0; i < starts.length; i++) {
      long took = ends[i] - starts[i];
      boolean overlaps = false;
      for (int r = 0; r < slowest.length; r++) {
        if (starts[i] < rotations.get(r)[1] && ends[i] > rotations.get(r)[0]) {
          slowest[r] = Math.max(slowest[r], took);
          overlaps = true;
        }
      }
      if (!overlaps) {
        others.add((double) took);
        plain.recordValue(Math.min(took, plain.getHighestTrackableValue()));
      }
    }
    List<Double> worst =
        Arrays.stream(slowest).filter(t -> t > 0).mapToObj(t -> (double) t).toList();
    return Figures.median(worst) / Figures.median(others);
  }
}
