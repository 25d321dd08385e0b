/**
 * Group commit: threads that want their entries durable at the same time share a sync. This package
 * knows no segment, no format and no option. It commits a {@link
 * dev.durability.commit.CommitTarget}: take what is queued, write, sync.
 *
 * <pre>
 *  caller                        round n                           round n+1
 *  ------                        -------                           ---------
 *  lock, append, join  ------&gt;   gathers entries and waiters
 *  unlock, await                 lead: take, write, sync
 *                                pass the lead on  -------------&gt;  its leader starts at once
 *  return with the entry  &lt;----  wake those who were served
 * </pre>
 *
 * <p>Start with {@link dev.durability.commit.GroupCommit}, what callers use. Then:
 *
 * <ul>
 *   <li>{@code Lead}: who may write and sync, as one state; the table of its transitions.
 *   <li>{@code Rounds}: what a round does, and who leads the next. {@code Round} holds those who
 *       wait for one.
 *   <li>{@code LogThread}: the thread that leads for futures and if many threads wait, and does
 *       what {@code Deadlines} say is due.
 *   <li>{@code Dependents}: which thread settles futures, and so runs what depends on them.
 *   <li>{@code Askers} are threads that wait for a future. They rely on no thread that runs what
 *       depends on futures.
 *   <li>{@code Patience} and {@code Gathering}: how long a thread spins before it parks, and how
 *       long a leader waits for the threads it has just served.
 *   <li>{@code Poison} and {@code ErrorRecovery}: what a failure comes to, and how what an Error
 *       broke off is put in order. {@code Closing}: the end.
 * </ul>
 *
 * <p>Rules: nobody writes or syncs while holding the lock. The lead is passed on before the
 * followers are woken. A wait ends once, whatever is thrown; nobody is left parked.
 */
package dev.durability.commit;
