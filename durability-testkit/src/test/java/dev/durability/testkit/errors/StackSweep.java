package dev.durability.testkit.errors;

import dev.durability.testkit.errors.Calls.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Makes each kind of call with each size of stack between "fails at once" and "passes". A program
 * of its own, since what a frame takes depends on what is compiled: see {@link
 * ErrorsInChildProcessTest}.
 */
final class StackSweep {
  private static final int FRAMES_MAX = 1_200;
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

  private int tried;
  private int overflows;
  private final List<String> violations = new ArrayList<>();

  private StackSweep() {}

  /** {@return whether the call was made and had stack enough; or was never made} */
  private boolean passes(Size size) {
    Target target = size.target();
    ThinStack thin = ThinStack.arm(target.kind(), target.nth(), size.frames(), size.paddings());
    tried++;
    try {
      target.scenario().run();
    } catch (AssertionError e) {
      violations.add(size + ": " + e.getMessage());
    }
    overflows += thin.isDone() && !thin.hadEnough() ? 1 : 0;
    return !thin.isDone() || thin.hadEnough();
  }

  /** Between sizes that fail and sizes that pass there may be some of either kind. */
  private int framesEnough(Target target) {
    int fails = 1;
    int passes = FRAMES_MAX;
    while (passes - fails > 1) {
      int middle = (fails + passes) / 2;
      if (passes(new Size(target, middle, 0))) {
        passes = middle;
      } else {
        fails = middle;
      }
    }
    return Math.min(FRAMES_MAX, passes + FRAMES_BEYOND);
  }

  private static List<Target> targets() {
    List<Target> targets = new ArrayList<>();
    for (Scenario scenario :
        List.of(new LogScenario(), new RecordLogScenario(), new StateScenario())) {
      for (Kind kind : Kind.values()) {
        targets.add(new Target(scenario, kind, 1));
        targets.add(new Target(scenario, kind, 2));
      }
    }
    return targets;
  }

  private void sweep(long seconds, Random random) {
    List<Size> sizes = new ArrayList<>();
    List<Target> targets = targets();
    for (Target target : targets) {
      int enough = framesEnough(target);
      for (int frames = 1; frames <= enough; frames++) {
        for (int paddings = 0; paddings < PADDINGS; paddings++) {
          sizes.add(new Size(target, frames, paddings));
        }
      }
    }
    Collections.shuffle(sizes, random);
    long start = System.nanoTime();
    int done = 0;
    while (done < sizes.size() && System.nanoTime() - start < seconds * 1_000_000_000L) {
      boolean unused = passes(sizes.get(done++));
    }
    System.out.printf(
        Locale.ROOT,
        "%d kinds of calls, %d of %d sizes of stack, %d calls without stack enough, %d violations%n",
        targets.size(),
        tried,
        sizes.size(),
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
