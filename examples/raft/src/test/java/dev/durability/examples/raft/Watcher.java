package dev.durability.examples.raft;

/** Sees what a member does, on its thread. */
interface Watcher extends Counters.Observer {

  /** The member starts with what its store held. */
  void started(long snapshotIndex, int entries);

  /** A snapshot of another member was installed. */
  void caughtUpBySnapshot();

  /** The end of the member's log was cut off. */
  void cut();

  /** The store failed. */
  void storeFailed(Throwable failure);
}
