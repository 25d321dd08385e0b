package dev.durability.testkit;

import dev.durability.testkit.Exploration.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Looks for the shortest workload that still fails, and describes it. */
final class Shrinking<E> {
  private static final int CONTEXT = 8;

  private final CrashExplorer<E> options;
  private final long states;
  private final long startNanos = System.nanoTime();
  private final long timeNanos;

  /** A recording, and what is wrong with it. */
  private record Failing<E>(Recording<E> recording, Violation<E> violation) {}

  /**
   * Works with the options of the explorer, which found a violation after {@code states} states.
   */
  Shrinking(CrashExplorer<E> options, long states) {
    Duration time = options.shrinkingMax();
    this.options = options.statesMax(Math.max(1_000, states * 4)).timeMax(time.dividedBy(3));
    this.timeNanos = TimeUnit.NANOSECONDS.convert(time);
    this.states = states;
  }

  CrashFailure failure(Recording<E> recording, Violation<E> violation) {
    Failing<E> shortest = new Failing<>(recording, violation);
    for (int length = recording.steps().size() / 2; length >= 1; length /= 2) {
      shortest = without(shortest, length);
    }
    return new CrashFailure(
        describe(shortest, recording.steps().size()),
        shortest.violation.thrown(),
        states,
        shortest.recording.names());
  }

  /** Leaves out runs of {@code length} steps, from the end, as long as the workload fails. */
  private Failing<E> without(Failing<E> failing, int length) {
    Failing<E> shortest = failing;
    for (int end = failing.recording.steps().size(); end >= length; ) {
      List<Integer> fewer = new ArrayList<>(shortest.recording.steps());
      fewer.subList(end - length, end).clear();
      Failing<E> shorter = fewer.isEmpty() ? null : run(fewer);
      if (shorter == null) {
        end--;
      } else {
        shortest = shorter;
        end = Math.min(end - length, shortest.recording.steps().size());
      }
    }
    return shortest;
  }

  private @Nullable Failing<E> run(List<Integer> steps) {
    if (System.nanoTime() - startNanos >= timeNanos) {
      return null;
    }
    Recording<E> recording;
    try {
      recording = Recording.of(options.test(), steps);
    } catch (IllegalStateException senseless) {
      return null; // A step that it depends on is missing.
    }
    Violation<E> violation = new Exploration<>(options).run(recording);
    return violation == null ? null : new Failing<>(recording, violation);
  }

  private String describe(Failing<E> failing, int allSteps) {
    StringBuilder text = new StringBuilder();
    text.append(String.valueOf(failing.violation.thrown()));
    text.append("\n  seed=").append(options.seed());
    text.append(", found in state ").append(states);
    text.append("\n  shortest workload that fails, of ").append(allSteps).append(" steps: ");
    text.append(String.join(" | ", failing.recording.names()));
    describe(text, failing.violation.crash());
    return text.toString();
  }

  private void describe(StringBuilder text, Crash<E> crash) {
    Crash.Life<E> life = crash.life();
    if (life.before() != null) {
      describe(text, life.before());
    }
    CrashPoints<E> points = new CrashPoints<>(life, 0);
    points.advance(crash.point());
    text.append("\n  crash ").append(life.crashes() + 1);
    text.append(life.crashes() == 0 ? ", in the workload" : ", in the start after the last");
    text.append(", after operation ").append(crash.point()).append(" of ").append(points.last());
    text.append(": ").append(points.describe(crash));
    List<Operation> operations = life.trace().operations();
    int from = Math.max(0, crash.point() - CONTEXT);
    int to = Math.min(operations.size(), crash.point() + 2);
    for (int i = from; i < to; i++) {
      text.append(i == crash.point() ? "\n    ---- crash" : "");
      text.append("\n    ").append(i + 1).append(' ').append(operations.get(i));
    }
  }
}
