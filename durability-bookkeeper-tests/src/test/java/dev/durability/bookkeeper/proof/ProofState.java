package dev.durability.bookkeeper.proof;

import dev.durability.recovery.StateMachine;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/** What a log holds: which writer wrote which of its entries. Kept in checkpoints, too. */
final class ProofState {
  private final List<Run> runs = new ArrayList<>();
  private String violation = "";

  /** Entries that one writer wrote one after the other. */
  record Run(int life, long first, long last) {}

  /** The last entry, 0 if there is none. */
  long last() {
    return runs.isEmpty() ? 0 : runs.get(runs.size() - 1).last();
  }

  /** Whether this writer wrote this entry, and it is there. */
  boolean holds(int life, long n) {
    return runs.stream().anyMatch(run -> run.life() == life && run.first() <= n && n <= run.last());
  }

  /** What is wrong with the entries themselves; empty if nothing is. */
  String violation() {
    return violation;
  }

  List<Run> runs() {
    return List.copyOf(runs);
  }

  private void add(ProofEntry entry) {
    if (entry.n() != last() + 1 && violation.isEmpty()) {
      violation = entry + " follows entry " + last();
    }
    int end = runs.size() - 1;
    if (end >= 0 && runs.get(end).life() == entry.life()) {
      runs.set(end, new Run(entry.life(), runs.get(end).first(), entry.n()));
    } else {
      runs.add(new Run(entry.life(), entry.n(), entry.n()));
    }
  }

  @Override
  public String toString() {
    return runs + (violation.isEmpty() ? "" : " but " + violation);
  }

  /** Adds up entries. */
  static final class Machine implements StateMachine<ProofState, ProofEntry> {
    @Override
    public ProofState initial() {
      return new ProofState();
    }

    @Override
    public ProofState apply(ProofState state, ProofEntry entry) {
      state.add(entry);
      return state;
    }

    @Override
    public ProofState snapshot(ProofState state) {
      ProofState copy = new ProofState();
      copy.runs.addAll(state.runs);
      copy.violation = state.violation;
      return copy;
    }

    @Override
    public void write(ProofState state, OutputStream out) throws IOException {
      DataOutputStream data = new DataOutputStream(out);
      data.writeUTF(state.violation);
      data.writeInt(state.runs.size());
      for (Run run : state.runs) {
        data.writeInt(run.life());
        data.writeLong(run.first());
        data.writeLong(run.last());
      }
      data.flush();
    }

    @Override
    public ProofState read(InputStream in) throws IOException {
      DataInputStream data = new DataInputStream(in);
      ProofState state = new ProofState();
      state.violation = data.readUTF();
      for (int count = data.readInt(); count > 0; count--) {
        state.runs.add(new Run(data.readInt(), data.readLong(), data.readLong()));
      }
      return state;
    }
  }
}
