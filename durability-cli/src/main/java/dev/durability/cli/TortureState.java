package dev.durability.cli;

import dev.durability.recovery.StateMachine;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * The sum of the entries of a log: how far each writer has come, a hash over all of them in their
 * order, and the first that cannot be where it is. It is kept in the checkpoints, so that truncated
 * entries still count.
 */
final class TortureState {
  private final long[] last;
  private long entries;
  private long hash;
  private int life;
  private TortureEntry before = new TortureEntry(0, 0, 0, 0, 1, 0);
  private String violation = "";

  TortureState(int writers) {
    this.last = new long[writers];
  }

  private TortureState(TortureState other) {
    this.last = other.last.clone();
    this.entries = other.entries;
    this.hash = other.hash;
    this.life = other.life;
    this.before = other.before;
    this.violation = other.violation;
  }

  /** The last write of a writer, 0 if there is none. */
  long last(int writer) {
    return last[writer];
  }

  int writers() {
    return last.length;
  }

  /** How many entries there are. */
  long entries() {
    return entries;
  }

  /** What is wrong with the entries themselves; empty if nothing is. */
  String violation() {
    if (violation.isEmpty() && !before.isLast()) {
      return "the end of a batch is missing: " + before + " is the last entry";
    }
    return violation;
  }

  /** Whether both come from the same entries in the same order. */
  boolean isSameAs(TortureState other) {
    return entries == other.entries && hash == other.hash && Arrays.equals(last, other.last);
  }

  private void add(TortureEntry entry) {
    if (violation.isEmpty()) {
      violation = objection(entry);
    }
    if (entry.isLast() && entry.writer() < last.length) {
      last[entry.writer()] = entry.n();
    }
    life = Math.max(life, entry.life());
    hash = (hash ^ entry.mixed()) * 0xD6E8FEB86659FD93L;
    entries++;
    before = entry;
  }

  /** Why an entry cannot follow the ones before; empty if it can. */
  private String objection(TortureEntry entry) {
    boolean continues = !before.isLast();
    if (continues
        && (entry.writer() != before.writer()
            || entry.n() != before.n()
            || entry.part() != before.part() + 1)) {
      return "a batch is not whole: " + entry + " follows " + before;
    }
    if (!continues && entry.part() != 0) {
      return "the beginning of a batch is missing: " + entry + " follows " + before;
    }
    if (entry.life() < life) {
      return "an entry has come back that was cut off: " + entry + " follows life " + life;
    }
    if (entry.writer() >= last.length || entry.n() != last[entry.writer()] + 1) {
      return "entries are missing, doubled or out of order: "
          + entry
          + " follows number "
          + (entry.writer() < last.length ? last[entry.writer()] : -1)
          + " of its writer";
    }
    return "";
  }

  /** Adds up entries. The state itself is changed. */
  static final class Machine implements StateMachine<TortureState, TortureEntry> {
    private final int writers;

    Machine(int writers) {
      this.writers = writers;
    }

    @Override
    public TortureState initial() {
      return new TortureState(writers);
    }

    @Override
    public TortureState apply(TortureState state, TortureEntry entry) {
      state.add(entry);
      return state;
    }

    @Override
    public TortureState snapshot(TortureState state) {
      return new TortureState(state);
    }

    @Override
    public void write(TortureState state, OutputStream out) throws IOException {
      DataOutputStream data = new DataOutputStream(out);
      data.writeLong(state.entries);
      data.writeLong(state.hash);
      data.writeInt(state.life);
      data.writeUTF(state.violation());
      for (long n : state.last) {
        data.writeLong(n);
      }
      data.flush();
    }

    @Override
    public TortureState read(InputStream in) throws IOException {
      DataInputStream data = new DataInputStream(in);
      TortureState state = initial();
      state.entries = data.readLong();
      state.hash = data.readLong();
      state.life = data.readInt();
      state.violation = data.readUTF();
      for (int writer = 0; writer < writers; writer++) {
        state.last[writer] = data.readLong();
      }
      return state;
    }
  }
}
