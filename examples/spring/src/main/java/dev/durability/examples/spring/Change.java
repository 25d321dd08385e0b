package dev.durability.examples.spring;

import dev.durability.Applied;
import dev.durability.Command;
import java.util.SortedMap;

/** What can happen to the seats: each is an entry of the log. */
// begin:change
public sealed interface Change {

  /** Books a seat, and answers who has it: this name, or that of an earlier booking. */
  record Book(String seat, String name)
      implements Change, Command<SortedMap<String, String>, String> {
    @Override
    public Applied<SortedMap<String, String>, String> applyTo(
        SortedMap<String, String> seats, long entryId) {
      String before = seats.putIfAbsent(seat, name);
      return new Applied<>(seats, before == null ? name : before);
    }
  }

  /** Gives a seat back, and answers whether it was that person's. */
  record GiveBack(String seat, String name)
      implements Change, Command<SortedMap<String, String>, Boolean> {
    @Override
    public Applied<SortedMap<String, String>, Boolean> applyTo(
        SortedMap<String, String> seats, long entryId) {
      return new Applied<>(seats, seats.remove(seat, name));
    }
  }
}
// end:change
