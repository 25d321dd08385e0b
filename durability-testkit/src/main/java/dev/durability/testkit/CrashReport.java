package dev.durability.testkit;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** How much was explored. Safe for many threads. */
public final class CrashReport {

  /** How a state came about. */
  public enum Origin {
    /** The power failed while the workload ran. */
    POWER_LOSS,
    /** The process was killed while the workload ran; everything that it wrote is there. */
    KILL,
    /** The power failed, or the process was killed, during the start after a crash. */
    IN_RECOVERY
  }

  /** What is remembered about a state that was seen for the first time. */
  private record Seen(Origin origin, String label) {}

  private final Map<Long, Seen> distinct = new ConcurrentHashMap<>();
  private final Map<Seen, Seen> shared = new ConcurrentHashMap<>();
  private final LongAdder explored = new LongAdder();
  private final LongAdder crashPoints = new LongAdder();
  private final LongAdder violations = new LongAdder();

  /** Creates an empty report, to add others to. */
  public CrashReport() {}

  /**
   * Adds another report. A state that both have seen is distinct once.
   *
   * @param other what else was explored
   */
  public void add(CrashReport other) {
    other.distinct.forEach(
        (fingerprint, seen) -> distinct.putIfAbsent(fingerprint, shared(seen.origin, seen.label)));
    explored.add(other.explored());
    crashPoints.add(other.crashPoints());
    violations.add(other.violations());
  }

  /** Shares one object among all equal ones: there may be millions of states. */
  private Seen shared(Origin origin, String label) {
    Seen seen = new Seen(origin, label);
    return shared.computeIfAbsent(seen, same -> same);
  }

  void crashPoint() {
    crashPoints.increment();
  }

  void state(long fingerprint, Origin origin, String label) {
    explored.increment();
    distinct.putIfAbsent(fingerprint, shared(origin, label));
  }

  boolean isKnown(long fingerprint) {
    return distinct.containsKey(fingerprint);
  }

  void violation() {
    violations.increment();
  }

  /** {@return how many starts after a crash were run} */
  public long explored() {
    return explored.sum();
  }

  /** {@return after how many of the workload's operations crashes were explored} */
  public long crashPoints() {
    return crashPoints.sum();
  }

  /** {@return how many states break the contract: 0, because exploring throws otherwise} */
  public long violations() {
    return violations.sum();
  }

  /** {@return how many of the states differ, by {@link CrashTest#fingerprint}} */
  public long distinct() {
    return distinct.size();
  }

  /**
   * Counts states that differ.
   *
   * @param origin the origin
   * @return how many there are
   */
  public long distinct(Origin origin) {
    return distinct.values().stream().filter(each -> each.origin == origin).count();
  }

  /**
   * Counts states that differ.
   *
   * @param label the label that {@link History#label} gave them
   * @return how many there are
   */
  public long distinct(String label) {
    return distinct.values().stream().filter(each -> each.label.equals(label)).count();
  }

  /** {@return a table: one line per label, one column per origin} */
  @Override
  public String toString() {
    TreeMap<String, Map<Origin, Long>> table = new TreeMap<>();
    for (Seen each : distinct.values()) {
      table
          .computeIfAbsent(each.label, label -> new EnumMap<>(Origin.class))
          .merge(each.origin, 1L, Long::sum);
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        distinct()
            + " distinct crash states, "
            + explored()
            + " explored, at "
            + crashPoints()
            + " operations, "
            + violations()
            + " violations");
    lines.add(line("", "power loss", "kill", "in recovery"));
    table.forEach(
        (label, counts) ->
            lines.add(
                line(
                    label.isEmpty() ? "all" : label,
                    counts.getOrDefault(Origin.POWER_LOSS, 0L),
                    counts.getOrDefault(Origin.KILL, 0L),
                    counts.getOrDefault(Origin.IN_RECOVERY, 0L))));
    return String.join("\n", lines);
  }

  private static String line(String label, Object... columns) {
    StringBuilder line = new StringBuilder(label);
    line.append(" ".repeat(Math.max(1, 24 - label.length())));
    for (Object column : columns) {
      String text = column.toString();
      line.append(" ".repeat(Math.max(1, 13 - text.length()))).append(text);
    }
    return line.toString();
  }
}
