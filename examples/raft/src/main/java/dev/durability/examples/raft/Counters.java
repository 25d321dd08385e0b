package dev.durability.examples.raft;

import io.microraft.statemachine.StateMachine;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The application: named counters, and for each client the last request that was carried out, so
 * that one that is sent twice is carried out once. It is in memory alone: snapshot and log restore
 * it. MicroRaft calls it from one thread at a time.
 */
public final class Counters implements StateMachine {

  /**
   * The last request of a client.
   *
   * @param sequence its number
   * @param result what was answered
   */
  public record Session(long sequence, long result) {}

  /**
   * All there is after some entry of the log.
   *
   * @param digest a digest of all operations up to there. Members that applied the same have the
   *     same
   * @param values the counters
   * @param sessions the last request of each client
   */
  public record State(long digest, Map<String, Long> values, Map<String, Session> sessions) {}

  /** A part of a snapshot. */
  public sealed interface Chunk {

    /**
     * The counters and the digest.
     *
     * @param digest that of the state
     * @param values the counters, in the order of their names
     */
    record Values(long digest, Map<String, Long> values) implements Chunk {}

    /**
     * The sessions.
     *
     * @param sessions them, in the order of the names of the clients
     */
    record Sessions(Map<String, Session> sessions) implements Chunk {}
  }

  /** Sees what a member applies, on the member's thread. */
  public interface Observer {

    /**
     * An operation is applied.
     *
     * @param index the index of its entry
     * @param operation the operation
     * @param digest the digest after it
     */
    void applied(long index, Operation operation, long digest);

    /**
     * A snapshot took the place of the state: one of this member's own, at its start, or one of
     * another member.
     *
     * @param index the index of the last entry in it
     * @param digest the digest after that
     */
    void installed(long index, long digest);
  }

  private final Observer observer;
  private final TreeMap<String, Long> values = new TreeMap<>();
  private final TreeMap<String, Session> sessions = new TreeMap<>();
  private long digest;

  /**
   * Creates counters that are all zero.
   *
   * @param observer sees what is applied
   */
  public Counters(Observer observer) {
    this.observer = observer;
  }

  /**
   * Applies an operation.
   *
   * @return the value of the counter after the addition
   * @throws IllegalStateException if a request of the client that came before is missing: it was
   *     answered, so it was committed, and a committed operation was lost
   */
  @Override
  public Object runOperation(long commitIndex, Object operation) {
    Operation known = (Operation) operation;
    digest = (31 * digest + commitIndex) * 0x9E3779B97F4A7C15L + hash(known);
    observer.applied(commitIndex, known, digest);
    return known instanceof Operation.Add add ? add(add) : 0L;
  }

  /** The same on all machines. */
  private static int hash(Operation operation) {
    return operation instanceof Operation.Add add
        ? Objects.hash(add.client(), add.sequence(), add.counter(), add.amount())
        : 0;
  }

  private long add(Operation.Add add) {
    Session last = sessions.getOrDefault(add.client(), new Session(0, 0));
    if (add.sequence() == last.sequence()) {
      return last.result();
    }
    if (add.sequence() != last.sequence() + 1) {
      throw new IllegalStateException(add + " comes after request " + last.sequence());
    }
    long value = values.merge(add.counter(), add.amount(), Long::sum);
    sessions.put(add.client(), new Session(add.sequence(), value));
    return value;
  }

  /** {@return a copy of the state} */
  public State state() {
    return new State(digest, new TreeMap<>(values), new TreeMap<>(sessions));
  }

  /**
   * Hands over the state in two chunks, which are the same on all members: so a member that
   * installs it may take each chunk from another member.
   */
  @Override
  public void takeSnapshot(long commitIndex, Consumer<Object> chunks) {
    State now = state();
    chunks.accept(new Chunk.Values(now.digest(), now.values()));
    chunks.accept(new Chunk.Sessions(now.sessions()));
  }

  @Override
  public void installSnapshot(long commitIndex, List<Object> chunks) {
    values.clear();
    sessions.clear();
    for (Object chunk : chunks) {
      if (chunk instanceof Chunk.Values part) {
        digest = part.digest();
        values.putAll(part.values());
      } else {
        sessions.putAll(((Chunk.Sessions) chunk).sessions());
      }
    }
    observer.installed(commitIndex, digest);
  }

  @Override
  public Object getNewTermOperation() {
    return new Operation.NewTerm();
  }
}
