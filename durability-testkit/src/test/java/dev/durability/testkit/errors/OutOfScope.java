package dev.durability.testkit.errors;

import dev.durability.testkit.errors.Points.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The points at which no Error is thrown, since nothing can be done there or nothing throws there.
 * Reviewed: no point is here only because it fails. What an entry may say: that only code of the
 * JDK's own locks runs there, or that no instruction is there that throws. All else is mended.
 *
 * <p>To add one: a regular expression that the whole of {@link Site#toString} matches, as a
 * violation prints it, and the reason. An entry that excludes nothing fails the test.
 *
 * @param points what is excluded
 * @param reason why nothing can be done
 */
record OutOfScope(Pattern points, String reason) {
  private static final String LINE = " \\(line \\d+\\)";

  static final List<OutOfScope> ALL =
      List.of(
          entry(
              "threads\\.StackSafeLock\\.lock:.* after ReentrantLock\\.lock" + LINE,
              "the JDK takes the lock last and allocates nothing once it has it; that there is"
                  + " stack enough was proved"),
          entry(
              ".* before StackSafeLock\\.unlock" + LINE,
              "lock() proved that there is stack for it, it takes no memory, its class is loaded;"
                  + " StackSweep tries it with each size of stack"),
          entry(
              ".* after (AtomicBoolean\\.compareAndSet|AtomicReference\\.getAndSet).*",
              "one instruction of the processor: nothing comes after its effect"),
          entry(
              ".* after ReentrantLock\\.unlock" + LINE,
              "the lock is released: what is left of unlock wakes a thread, in native code"),
          entry(
              ".* after return of [\\w.<>$]+" + LINE,
              "a method of the library has returned, and what comes next is no call and no"
                  + " allocation: what its last instructions throw is thrown at its own points"));

  private static OutOfScope entry(String points, String reason) {
    return new OutOfScope(Pattern.compile(points), reason);
  }

  private boolean contains(Site site) {
    return points.matcher(site.toString()).matches();
  }

  static boolean isExcluded(Site site) {
    return ALL.stream().anyMatch(entry -> entry.contains(site));
  }

  /** {@return the entries that exclude none of these} */
  static List<OutOfScope> without(Iterable<Site> sites) {
    List<OutOfScope> unused = new ArrayList<>(ALL);
    sites.forEach(site -> unused.removeIf(entry -> entry.contains(site)));
    return unused;
  }

  /** {@return how many of these are excluded by which entry} */
  static String count(List<Site> sites) {
    StringBuilder text = new StringBuilder();
    for (OutOfScope entry : ALL) {
      long count = sites.stream().filter(entry::contains).count();
      if (count > 0) {
        text.append("\n  excluded ").append(count).append(": ").append(entry.reason);
      }
    }
    return text.toString();
  }
}
