package dev.durability;

import dev.durability.codec.Codec;
import dev.durability.codec.PostcardCodec;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A small bank whose customers also reserve names: a state whose commands answer by what is in it,
 * and by their entry ids. {@link LedgerModel} says the same once more, in other words.
 */
final class Ledger {
  static final int ACCOUNTS = 3;

  private final long[] balances = new long[ACCOUNTS];

  /** The entry that reserved each name. */
  private final Map<String, Long> owners = new TreeMap<>();

  /** The last entry that changed anything. */
  private long changedBy;

  /** What may be done. Each has a number of its own, and filling to make its entry longer. */
  sealed interface Act extends Command<Ledger, Object> {
    int number();
  }

  /** Answers with the new balance. */
  record Deposit(int number, int account, long cents, String filling) implements Act {
    @Override
    public Applied<Ledger, Object> applyTo(Ledger ledger, long entryId) {
      ledger.balances[account] += cents;
      ledger.changedBy = entryId;
      return new Applied<>(ledger, ledger.balances[account]);
    }
  }

  /** Answers with a receipt; refused if the balance does not cover it. */
  record Withdraw(int number, int account, long cents, String filling) implements Act {
    @Override
    public Applied<Ledger, Object> applyTo(Ledger ledger, long entryId) {
      boolean covered = ledger.balances[account] >= cents;
      if (covered) {
        ledger.balances[account] -= cents;
        ledger.changedBy = entryId;
      }
      return new Applied<>(ledger, new Receipt(entryId, covered, ledger.balances[account]));
    }
  }

  /** What came of a withdrawal. */
  record Receipt(long entryId, boolean covered, long balance) {}

  /** Answers with the entry that reserved the name: this one, or an earlier one. */
  record Reserve(int number, String name) implements Act {
    @Override
    public Applied<Ledger, Object> applyTo(Ledger ledger, long entryId) {
      Long owner = ledger.owners.putIfAbsent(name, entryId);
      if (owner != null) {
        return new Applied<>(ledger, owner);
      }
      ledger.changedBy = entryId;
      return new Applied<>(ledger, entryId);
    }
  }

  /** Answers with the entry that had reserved the name; refused if there is none. */
  record Release(int number, String name) implements Act {
    @Override
    public Applied<Ledger, Object> applyTo(Ledger ledger, long entryId) {
      Long owner = ledger.owners.remove(name);
      if (owner != null) {
        ledger.changedBy = entryId;
      }
      return new Applied<>(ledger, Optional.ofNullable(owner));
    }
  }

  /** Answers with everything, and changes nothing. */
  record Audit(int number) implements Act {
    @Override
    public Applied<Ledger, Object> applyTo(Ledger ledger, long entryId) {
      return new Applied<>(ledger, ledger.show() + " before " + entryId);
    }
  }

  /** The same text for the same state; its end is the last entry that changed it. */
  String show() {
    return balances[0] + " " + balances[1] + " " + balances[2] + " " + owners + " @" + changedBy;
  }

  /** The machine, which changes a ledger in place. */
  static final class Machine extends CommandMachine<Ledger, Act> {
    static final Codec<Act> CODEC = PostcardCodec.of(Act.class);

    @Override
    public Ledger initial() {
      return new Ledger();
    }

    @Override
    public Ledger snapshot(Ledger ledger) {
      Ledger copy = new Ledger();
      System.arraycopy(ledger.balances, 0, copy.balances, 0, ACCOUNTS);
      copy.owners.putAll(ledger.owners);
      copy.changedBy = ledger.changedBy;
      return copy;
    }

    @Override
    public void write(Ledger ledger, OutputStream out) throws IOException {
      DataOutputStream data = new DataOutputStream(out);
      for (long balance : ledger.balances) {
        data.writeLong(balance);
      }
      data.writeLong(ledger.changedBy);
      data.writeInt(ledger.owners.size());
      for (Map.Entry<String, Long> each : ledger.owners.entrySet()) {
        data.writeUTF(each.getKey());
        data.writeLong(each.getValue());
      }
    }

    @Override
    public Ledger read(InputStream in) throws IOException {
      DataInputStream data = new DataInputStream(in);
      Ledger ledger = new Ledger();
      for (int i = 0; i < ACCOUNTS; i++) {
        ledger.balances[i] = data.readLong();
      }
      ledger.changedBy = data.readLong();
      for (int left = data.readInt(); left > 0; left--) {
        ledger.owners.put(data.readUTF(), data.readLong());
      }
      return ledger;
    }
  }
}
