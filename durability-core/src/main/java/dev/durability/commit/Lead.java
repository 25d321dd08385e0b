package dev.durability.commit;

import org.jspecify.annotations.Nullable;

/**
 * Who leads: who has the right to write and sync. One thread at a time has it. It is passed on with
 * the lock, never used with it.
 *
 * <table>
 *   <caption>The transitions; there are no others.</caption>
 *   <tr><th>from</th><th>what happens</th><th>to</th><th>method</th></tr>
 *   <tr><td>FREE</td><td>a thread is about to wait</td><td>THREAD</td><td>{@link #take}</td></tr>
 *   <tr><td>FREE</td><td>futures wait, or something is due</td><td>LOG_THREAD</td>
 *       <td>{@link #takeForRound}, {@link #takeForMark}</td></tr>
 *   <tr><td>OFFERED</td><td>the log's thread begins</td><td>LOG_THREAD</td>
 *       <td>{@link #takeForRound}</td></tr>
 *   <tr><td>LOG_THREAD</td><td>nobody wants a round any more</td><td>FREE</td>
 *       <td>{@link #giveUp}</td></tr>
 *   <tr><td>THREAD, OFFERED, LOG_THREAD</td><td>a round ends, and a thread leads the next</td>
 *       <td>THREAD</td><td>{@link #pass}</td></tr>
 *   <tr><td>the same</td><td>a round ends, and the log's thread leads the next</td>
 *       <td>OFFERED</td><td>{@link #offer}</td></tr>
 *   <tr><td>the same</td><td>a round ends, and nobody waits, or the writer failed</td>
 *       <td>FREE</td><td>{@link #pass}</td></tr>
 *   <tr><td>FREE, THREAD of the one that closes</td><td>the writer is closed</td><td>ENDED</td>
 *       <td>{@link #end}</td></tr>
 * </table>
 *
 * <p>OFFERED ends only by an Error in the log's thread before it began. ENDED is for good: if an
 * Error left the end of a round to the log's thread, that does not pass the lead on any more.
 */
final class Lead {
  enum State {
    /** Nobody leads. */
    FREE,
    /** A thread that waits for its own entry leads. */
    THREAD,
    /** The log's own thread is to lead, and has not begun. */
    OFFERED,
    /** The log's own thread leads. */
    LOG_THREAD,
    /** The writer is closed: the one that closed it has the lead, for good. */
    ENDED
  }

  /** What the log's own thread is doing; it may still do so after another thread took the lead. */
  private enum LogThreadWork {
    RESTS,
    LEADS_ROUNDS,
    /** It runs what depends on futures, which may wait for anything: it must not be waited for. */
    RUNS_CALLBACKS
  }

  private final Leader logLeader;
  private State state = State.FREE;
  private @Nullable Leader holder;
  private LogThreadWork logThreadWork = LogThreadWork.RESTS;

  /** The thread that leads: assigned by itself, and only for itself to ask. */
  private @Nullable Thread leading;

  /**
   * @param logLeader the log's own thread as a leader
   */
  Lead(Leader logLeader) {
    this.logLeader = logLeader;
  }

  State state() {
    return state;
  }

  boolean isFree() {
    return state == State.FREE;
  }

  boolean hasEnded() {
    return state == State.ENDED;
  }

  boolean isHeldBy(Leader who) {
    return holder == who;
  }

  /** Whether the log's own thread leads rounds, and can lead the next. */
  boolean logThreadLeads() {
    return logThreadWork == LogThreadWork.LEADS_ROUNDS;
  }

  /** Whether the log's own thread may be offered the lead. */
  boolean logThreadCanLead() {
    return logThreadWork != LogThreadWork.RUNS_CALLBACKS;
  }

  /** The thread that has the lead begins to use it. */
  void begin() {
    leading = Thread.currentThread();
  }

  /** Whether the current thread uses the lead. Any thread, without the lock. */
  boolean isUsedByCurrentThread() {
    return leading == Thread.currentThread();
  }

  void take(Leader thread) {
    require(state == State.FREE);
    holder = thread;
    state = State.THREAD;
  }

  void takeForRound() {
    require(state == State.FREE || state == State.OFFERED);
    holder = logLeader;
    logThreadWork = LogThreadWork.LEADS_ROUNDS;
    state = State.LOG_THREAD;
  }

  void takeForMark() {
    require(state == State.FREE);
    holder = logLeader;
    state = State.LOG_THREAD;
  }

  void giveUp() {
    require(state == State.LOG_THREAD);
    holder = null;
    state = State.FREE;
  }

  /**
   * What depends on the futures of a round is about to run. It may wait for anything: who runs it
   * must not owe others the next round.
   *
   * @param self who led the round
   */
  void callbacksFollow(Leader self) {
    if (self == logLeader) {
      logThreadWork = LogThreadWork.RUNS_CALLBACKS;
    }
  }

  /** The log's own thread is done with its round, and with all that depends on it. */
  void logThreadRests() {
    logThreadWork = LogThreadWork.RESTS;
  }

  /**
   * A round ends.
   *
   * @param self who led it
   * @param heir who leads next, and has to be told so; null for nobody
   */
  void pass(Leader self, Waiter.@Nullable OfThread heir) {
    // Nothing is called here: the lead is still the one's, or it is the other's.
    self.heir = heir;
    leading = null;
    holder = heir;
    state = heir == null ? State.FREE : State.THREAD;
  }

  /**
   * A round ends, and the log's own thread leads the next.
   *
   * @param self who led it
   */
  void offer(Leader self) {
    // Nothing is called here: the lead is still the one's, or it is the other's.
    self.heir = null;
    leading = null;
    holder = logLeader;
    state = State.OFFERED;
  }

  /** Lets nobody lead again but the thread that closes. Closing again is the same. */
  void end(Leader closer) {
    require(state == State.FREE || holder == closer);
    holder = closer;
    leading = Thread.currentThread();
    state = State.ENDED;
  }

  /** All is done: nobody uses the lead any more. */
  void rest() {
    leading = null;
  }

  private void require(boolean canBe) {
    if (!canBe) {
      throw new IllegalStateException("the lead is " + state);
    }
  }
}
