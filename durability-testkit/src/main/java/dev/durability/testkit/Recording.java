package dev.durability.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A workload that ran once, in full or with some of its steps left out.
 *
 * @param life what happened
 * @param steps which of the steps ran, by index
 * @param names the names of those
 * @param broken what a step found wrong without a crash, or null
 */
record Recording<E>(
    Crash.Life<E> life, List<Integer> steps, List<String> names, @Nullable AssertionError broken) {

  static <E> Recording<E> of(Supplier<? extends CrashTest<E>> test) {
    int count = test.get().steps().size();
    return of(test, IntStream.range(0, count).boxed().toList());
  }

  static <E> Recording<E> of(Supplier<? extends CrashTest<E>> test, List<Integer> steps) {
    CrashTest<E> run = test.get();
    CrashDirectory disk = new CrashDirectory();
    Disk start = disk.snapshot();
    History<E> history = new History<>(disk, List.of(), 0, 0);
    List<Step<E>> all = run.steps();
    List<String> names = new ArrayList<>();
    AssertionError broken = null;
    try {
      for (int index : steps) {
        Step<E> step = all.get(index);
        names.add(step.name());
        step.action().run(disk, history);
      }
    } catch (AssertionError e) {
      broken = e;
    } catch (Exception e) {
      throw new IllegalStateException(
          "step \"" + names.get(names.size() - 1) + "\" of the workload failed without a crash", e);
    } finally {
      disk.kill();
      closeQuietly(run);
    }
    Crash.Life<E> life = new Crash.Life<>(null, start, disk.recorded(), history);
    return new Recording<>(life, steps, names, broken);
  }

  /** Its disk is dead, so closing may well fail. */
  static void closeQuietly(CrashTest<?> test) {
    try {
      test.close();
    } catch (Exception expected) {
      // Nothing depends on it: what is explored was recorded before.
    }
  }
}
