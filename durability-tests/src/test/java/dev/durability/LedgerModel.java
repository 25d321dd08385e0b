package dev.durability;

import dev.durability.Ledger.Act;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a log of {@link Ledger} says, told without the library and without the code of the commands:
 * the state after each entry, and the result of each.
 */
final class LedgerModel {

  /** The state after each entry, by its id; the first is the initial one. */
  private final List<String> states = new ArrayList<>();

  private final List<Object> results = new ArrayList<>();

  /** The id of each command, by its number. */
  private final Map<Integer, Long> ids = new HashMap<>();

  private final Map<Integer, Long> money = new HashMap<>();
  private final Map<String, Long> names = new HashMap<>();

  /**
   * Folds a log.
   *
   * @param log its entries, of which the first is entry 1
   * @throws AssertionError if a command is there twice
   */
  LedgerModel(List<Act> log) {
    states.add("0 0 0 {} @0");
    results.add("no result");
    long last = 0;
    for (int i = 0; i < log.size(); i++) {
      long id = i + 1L;
      Act act = log.get(i);
      if (ids.put(act.number(), id) != null) {
        throw new AssertionError("command " + act.number() + " is in the log twice: " + log);
      }
      String before = states.get(i);
      results.add(add(act, id, before));
      String after = show();
      last = before.startsWith(after) ? last : id;
      states.add(after + last);
    }
  }

  private Object add(Act act, long id, String before) {
    if (act instanceof Ledger.Deposit deposit) {
      return money.merge(deposit.account(), deposit.cents(), Math::addExact);
    } else if (act instanceof Ledger.Withdraw withdraw) {
      long balance = money.getOrDefault(withdraw.account(), 0L);
      if (withdraw.cents() > balance) {
        return new Ledger.Receipt(id, false, balance);
      }
      money.put(withdraw.account(), balance - withdraw.cents());
      return new Ledger.Receipt(id, true, balance - withdraw.cents());
    } else if (act instanceof Ledger.Reserve reserve) {
      return names.computeIfAbsent(reserve.name(), name -> id);
    } else if (act instanceof Ledger.Release release) {
      return Optional.ofNullable(names.remove(release.name()));
    }
    return before + " before " + id;
  }

  /** Up to what the last change adds. */
  private String show() {
    StringBuilder text = new StringBuilder();
    for (int account = 0; account < Ledger.ACCOUNTS; account++) {
      text.append(money.getOrDefault(account, 0L)).append(' ');
    }
    SortedMap<String, Long> sorted = new TreeMap<>(names);
    return text.append(sorted).append(" @").toString();
  }

  /** {@return the state after the last entry} */
  String state() {
    return state(states.size() - 1);
  }

  /** {@return the state after an entry} */
  String state(long id) {
    return states.get((int) id);
  }

  /** {@return the first entry after which the state is this one, -1 if there is none} */
  long firstWith(String state) {
    return states.indexOf(state);
  }

  /** {@return the last entry after which the state is this one, -1 if there is none} */
  long lastWith(String state) {
    return states.lastIndexOf(state);
  }

  /** {@return the id of a command in the log, 0 if it is not there} */
  long id(int number) {
    return ids.getOrDefault(number, 0L);
  }

  /** {@return the result of an entry} */
  Object result(long id) {
    return results.get((int) id);
  }
}
