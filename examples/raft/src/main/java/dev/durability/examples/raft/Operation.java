package dev.durability.examples.raft;

import java.util.Objects;

/** What the members of the group of counters agree on. */
public sealed interface Operation {

  /**
   * Adds to a counter.
   *
   * @param client who asks
   * @param sequence the number of the request among those of the client, from 1. A client that got
   *     no answer asks again with the same number, and the addition happens once
   * @param counter the counter
   * @param amount what to add
   */
  record Add(String client, long sequence, String counter, long amount) implements Operation {

    /** Checks the names. */
    public Add {
      Objects.requireNonNull(client, "client");
      Objects.requireNonNull(counter, "counter");
    }
  }

  /** What a leader appends first in its term; it changes nothing. */
  record NewTerm() implements Operation {}
}
