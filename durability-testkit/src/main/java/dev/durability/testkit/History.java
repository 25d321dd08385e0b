package dev.durability.testkit;

import java.util.ArrayList;
import java.util.List;

/**
 * What a {@link CrashTest} noted, in one order with the operations of the disk: a crash cuts both
 * off at the same place. Note an attempt before the call that may have an effect, and a promise
 * after the call that made it. Any number of threads may note.
 *
 * @param <E> what is noted
 */
public final class History<E> {
  private final CrashDirectory disk;
  private final List<E> past;
  private final int lastPowerLoss;
  private final int crashes;
  private volatile String label = "";

  History(CrashDirectory disk, List<E> past, int lastPowerLoss, int crashes) {
    this.disk = disk;
    this.past = past;
    this.lastPowerLoss = lastPowerLoss;
    this.crashes = crashes;
  }

  /** {@return what was noted until now: in former lives up to their crashes, and in this one} */
  public List<E> events() {
    return disk.locked(() -> before(disk.recorded(), Integer.MAX_VALUE));
  }

  /**
   * Tells what the last loss of power may have destroyed. Later events were exposed only to the
   * death of processes.
   *
   * @return how many of {@link #events} were noted before the last loss of power
   */
  public int lastPowerLoss() {
    return lastPowerLoss;
  }

  /** {@return how many crashes there were, 0 in the first life} */
  public int crashes() {
    return crashes;
  }

  /**
   * Notes something that a crash may leave from now on, although nothing promises it.
   *
   * @param event what is attempted
   */
  public void attempt(E event) {
    disk.note(event, Trace.Weight.ATTEMPT);
  }

  /**
   * Notes something that a crash must not undo from now on.
   *
   * @param event what is promised
   */
  public void promise(E event) {
    disk.note(event, Trace.Weight.PROMISE);
  }

  /**
   * Says what kind of state was found, for the report.
   *
   * @param kind the kind
   */
  public void label(String kind) {
    label = kind;
  }

  String label() {
    return label;
  }

  /** All that was noted before an operation of this life. */
  @SuppressWarnings("unchecked") // Only this class puts events into the trace.
  List<E> before(Trace trace, int operation) {
    int count = trace.notesBefore(operation);
    if (count == 0) {
      return past;
    }
    List<E> all = new ArrayList<>(past.size() + count);
    all.addAll(past);
    for (int i = 0; i < count; i++) {
      all.add((E) trace.notes().get(i).event());
    }
    return all;
  }
}
