package dev.durability.testkit.errors;

import dev.durability.testkit.errors.Calls.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Makes each kind of call with each size of stack between "fails at once" and "passes". A program
 * of its own, since what a frame takes depends on what is compiled: see {@link
 * ErrorsInChildProcessTest}.
 */
final class StackSweep {
  /** More than any call takes, but for those that ask for more than they take before they begin. */
  private static final int FRAMES_MAX = 160;

  /** How far beyond a size that passes there may be one that fails. */
  private static final int FRAMES_BEYOND = 12;

  private static final int PADDINGS = 4;

  /** A call of a scenario. */
  private record Target(Scenario scenario, Kind kind, int nth) {
    @Override
    public String toString() {
      return scenario.getClass().getSimpleName() + " " + kind + " " + nth;
    }
  }

  private record Size(Target target, int frames, int paddings) {
    @Override
    public String toString() {
      return target + " " + frames + " " + paddings;
    }
  }

  /** Up to where each call is tried. */
  private final Map<Target, Integer> framesEnough = new HashMap<>();

  private int tried;
  private int overflows;
  private final List<String> violations = new ArrayList<>();

  private StackSweep() {}

  /** Runs the scenario with so much stack for the call. */
  private ThinStack run(Size size) {
    Target target = size.target();
    ThinStack thin = ThinStack.arm(target.kind(), target.nth(), size.frames(), size.paddings());
    tried++;
    try {
      target.scenario().run();
    } catch (AssertionError e) {
      violations.add(size + ": " + e.getMessage());
    }
    if (thin.hadEnough()) {
      framesEnough.merge(target, size.frames() + FRAMES_BEYOND, Math::min);
    } else if (thin.isDone()) {
      overflows++;
    }
    return thin;
  }

  private static List<Target> targets() {
    List<Target> targets = new ArrayList<>();
    for (Scenario scenario :
        List.of(
            new LogScenario(),
            new RecordLogScenario(),
            new CheckpointScenario(),
            new StateScenario())) {
      for (Kind kind : Kind.values()) {
        targets.add(new Target(scenario, kind, 1));
        targets.add(new Target(scenario, kind, 2));
      }
    }
    return targets;
  }

  private void sweep(long seconds, Random random) {
    long start = System.nanoTime();
    List<Size> sizes = new ArrayList<>();
    for (Target target : targets()) {
      if (run(new Size(target, FRAMES_MAX, 0)).hadEnough()) {
        for (int frames = 1; frames <= FRAMES_MAX; frames++) {
          for (int paddings = 0; paddings < PADDINGS; paddings++) {
            sizes.add(new Size(target, frames, paddings));
          }
        }
      }
    }
    Collections.shuffle(sizes, random);
    for (Size size : sizes) {
      boolean isPassed = size.frames() > framesEnough.getOrDefault(size.target(), FRAMES_MAX);
      if (!isPassed && System.nanoTime() - start < seconds * 1_000_000_000L) {
        ThinStack unused = run(size);
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%d kinds of calls with %d sizes of stack, of which %d were not enough; %d violations%n",
        framesEnough.size(),
        tried,
        overflows,
        violations.size());
  }

  /** Arguments: for how many seconds, and a seed. */
  public static void main(String[] arguments) {
    Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {});
    long seed = Long.parseLong(arguments[1]);
    StackSweep sweep = new StackSweep();
    sweep.sweep(Long.parseLong(arguments[0]), new Random(seed));
    sweep.violations.forEach(
        violation -> System.out.println("violation, seed=" + seed + ": " + violation));
    System.exit(sweep.violations.isEmpty() ? 0 : 1);
  }
}
