package dev.durability.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What the demo expects in the store, and what it finds. In the round that was just cut off, each
 * writer may have one more write in the store than it reported, because it writes one at a time.
 * Exactly what was in the store after an earlier round must be there forever.
 */
final class DemoTally {
  private static final Pattern KEY = Pattern.compile("\\d{1,9}/\\d{1,9}/\\d{1,18}");

  private final int writers;

  /** For each round, for each writer, the last of its writes that the store must have. */
  private final List<long[]> expected = new ArrayList<>();

  /**
   * What a check found.
   *
   * @param acknowledged how many writes of the last round were acknowledged
   * @param found how many of them are in the store
   * @param lost how many writes are missing, of this round or an earlier one
   * @param unacknowledged how many writes are in the store that were on their way when it ended
   * @param foreign how many entries were never written
   */
  record Result(long acknowledged, long found, long lost, long unacknowledged, long foreign) {}

  DemoTally(int writers) {
    this.writers = writers;
  }

  /** Begins the next round. */
  void beginRound() {
    expected.add(new long[writers]);
  }

  /**
   * Notes that a write of this round was acknowledged.
   *
   * @param writer who wrote it
   * @param n the number of the write
   */
  void acknowledged(int writer, long n) {
    long[] round = expected.get(expected.size() - 1);
    if (n != round[writer] + 1) {
      throw new IllegalStateException(
          "writer " + writer + " reports write " + n + " after write " + round[writer]);
    }
    round[writer] = n;
  }

  /** How many writes of this round were acknowledged. */
  long acknowledged() {
    long sum = 0;
    for (long n : expected.get(expected.size() - 1)) {
      sum += n;
    }
    return sum;
  }

  /** Compares the store with what is expected. From now on, what it holds is expected. */
  Result check(Map<String, String> store) {
    int last = expected.size();
    long foundBefore = 0;
    long foundNow = 0;
    long foreign = 0;
    boolean[] unacknowledged = new boolean[writers];
    for (Map.Entry<String, String> entry : store.entrySet()) {
      if (!KEY.matcher(entry.getKey()).matches()) {
        foreign++;
        continue;
      }
      String[] key = entry.getKey().split("/", -1);
      int round = Integer.parseInt(key[0]);
      int writer = Integer.parseInt(key[1]);
      long n = Long.parseLong(key[2]);
      boolean known = round >= 1 && round <= last && writer < writers;
      if (!known || !entry.getValue().equals(DemoWrite.of(round, writer, n).value())) {
        foreign++;
      } else if (n <= expected.get(round - 1)[writer]) {
        foundNow += round == last ? 1 : 0;
        foundBefore += round == last ? 0 : 1;
      } else if (round == last && n == expected.get(round - 1)[writer] + 1) {
        unacknowledged[writer] = true;
      } else {
        foreign++;
      }
    }
    long acknowledged = acknowledged();
    long lost = acknowledged - foundNow + expectedBefore() - foundBefore;
    return new Result(acknowledged, foundNow, lost, settle(unacknowledged), foreign);
  }

  private long expectedBefore() {
    long sum = 0;
    for (long[] round : expected.subList(0, expected.size() - 1)) {
      for (long n : round) {
        sum += n;
      }
    }
    return sum;
  }

  private long settle(boolean[] unacknowledged) {
    long count = 0;
    for (int writer = 0; writer < writers; writer++) {
      if (unacknowledged[writer]) {
        expected.get(expected.size() - 1)[writer]++;
        count++;
      }
    }
    return count;
  }
}
