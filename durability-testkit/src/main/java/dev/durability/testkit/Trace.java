package dev.durability.testkit;

import java.util.ArrayList;
import java.util.List;

/** What was done to a disk, and what its user noted meanwhile, in one order. */
final class Trace {
  /** What an event means for what a crash may leave. */
  enum Weight {
    /** From here on, more may be found. */
    ATTEMPT,
    /** From here on, less may be missing. */
    PROMISE
  }

  /** An event, and how many operations came before it. */
  record Noted(Object event, Weight weight, int operations) {}

  private final List<Operation> operations = new ArrayList<>();
  private final List<Noted> notes = new ArrayList<>();

  void add(Operation operation) {
    operations.add(operation);
  }

  void note(Object event, Weight weight) {
    notes.add(new Noted(event, weight, operations.size()));
  }

  List<Operation> operations() {
    return operations;
  }

  List<Noted> notes() {
    return notes;
  }

  /** How many events came before the operation of this index. */
  int notesBefore(int operation) {
    int count = 0;
    while (count < notes.size() && notes.get(count).operations <= operation) {
      count++;
    }
    return count;
  }

  /** How many promises came before the operation of this index. */
  int promisesBefore(int operation) {
    int count = 0;
    for (Noted each : notes) {
      if (each.operations <= operation && each.weight == Weight.PROMISE) {
        count++;
      }
    }
    return count;
  }
}
