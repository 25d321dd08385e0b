package dev.durability.micrometer;

import dev.durability.StateHealth;
import dev.durability.log.LogStats;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The health of a log, and of the state that is kept in it, at one moment: what a health indicator
 * shows.
 *
 * @param status the health in a word
 * @param details numbers and texts by their names, for a person who looks; immutable
 */
public record DurabilityHealth(Status status, Map<String, Object> details) {

  /** Health in a word. */
  public enum Status {
    /** All is well. */
    UP,
    /** Updates work; the last checkpoint failed, so the log grows until one succeeds. */
    DEGRADED,
    /** Nothing can be appended or applied: close the log or the state, and open it again. */
    DOWN,
    /** Nothing is known: the log is not open yet. */
    UNKNOWN
  }

  /**
   * Creates a health.
   *
   * @param status the health in a word
   * @param details numbers and texts by their names; copied
   */
  public DurabilityHealth {
    details = Collections.unmodifiableMap(new TreeMap<>(details));
  }

  /**
   * Judges a log.
   *
   * @param log what the log tells
   * @return its health: DOWN if it is poisoned
   */
  public static DurabilityHealth of(LogStats log) {
    return judge(log, null);
  }

  /**
   * Judges a state and its log.
   *
   * @param log what the log tells
   * @param state what the state tells
   * @return their health: DOWN if the state refuses to go on, DEGRADED if its last checkpoint
   *     failed
   */
  public static DurabilityHealth of(LogStats log, StateHealth state) {
    return judge(log, state);
  }

  static DurabilityHealth unknown() {
    return new DurabilityHealth(Status.UNKNOWN, Map.of());
  }

  private static DurabilityHealth judge(LogStats log, @Nullable StateHealth state) {
    Map<String, Object> details = new TreeMap<>();
    details.put("appendedId", log.appendedId());
    details.put("durableId", log.durableId());
    details.put("pendingAppends", log.pendingAppends());
    Throwable failure = log.poison();
    Throwable ofCheckpoint = null;
    if (state != null) {
      details.put("appliedId", state.appliedId());
      details.put("checkpointId", state.checkpointId());
      failure = state.failure();
      ofCheckpoint = state.checkpointFailure();
    }
    if (ofCheckpoint != null) {
      details.put("checkpointFailure", shown(ofCheckpoint));
    }
    if (failure != null) {
      details.put("failure", shown(failure));
      return new DurabilityHealth(Status.DOWN, details);
    }
    return new DurabilityHealth(ofCheckpoint == null ? Status.UP : Status.DEGRADED, details);
  }

  /** What user code throws may itself be unable to say what it is. */
  private static String shown(Throwable failure) {
    try {
      return String.valueOf(failure.toString());
    } catch (RuntimeException e) {
      return failure.getClass().getName();
    }
  }
}
