package dev.durability.examples.raft;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A client of the counters. It asks one member after the other until one answers, with the same
 * request: whether a request without an answer was carried out is unknown, and asking again is
 * harmless. One thread at a time.
 */
public final class CounterClient {
  private static final long PATIENCE_SECONDS = 5;
  private static final long PAUSE_MILLIS = 10;

  /** How members are reached. */
  public interface Group {

    /**
     * Hands an operation to a member, which carries it out if it is the leader.
     *
     * @param member the member
     * @param operation the operation
     * @return the answer; it fails if the member is not the leader or not there, or cannot tell
     */
    CompletableFuture<Answer> submit(MemberId member, Operation.Add operation);
  }

  /**
   * An answer.
   *
   * @param index the index of the entry at which the operation was carried out
   * @param value the counter after it
   */
  public record Answer(long index, long value) {}

  private final String name;
  private final List<MemberId> members;
  private final Group group;
  private long sequence;
  private int asked;

  /**
   * Creates a client.
   *
   * @param name its name, which no other client has or had
   * @param members whom it asks
   * @param group reaches them
   */
  public CounterClient(String name, List<MemberId> members, Group group) {
    this.name = name;
    this.members = List.copyOf(members);
    this.group = group;
  }

  /**
   * Adds to a counter, however long it takes.
   *
   * @param counter the counter
   * @param amount what to add
   * @return the answer: the addition is committed, and happened once
   * @throws InterruptedException if the thread is interrupted; the addition may happen
   */
  public Answer add(String counter, long amount) throws InterruptedException {
    Operation.Add operation = new Operation.Add(name, ++sequence, counter, amount);
    int refusals = 0;
    while (true) {
      try {
        return group.submit(members.get(asked), operation).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException | TimeoutException notThere) {
        asked = (asked + 1) % members.size();
        if (++refusals % members.size() == 0) {
          Thread.sleep(PAUSE_MILLIS); // Nobody leads now.
        }
      }
    }
  }

  /** {@return the number of the last request} */
  public long sequence() {
    return sequence;
  }
}
