package dev.durability.bookkeeper;

/** What {@link BookKeeperDirectory#lock} does if another process seems to hold the lock. */
public enum TakeOver {
  /**
   * Waits until the session of the holder has ended, for at most the session timeout and a half. A
   * holder that died is gone by then. One that still has its session is alive, and the lock is
   * refused.
   */
  AFTER_SESSION,

  /**
   * Takes the lock at once. The former holder, dead or alive, can write, sync, rename and delete
   * nothing from then on. Choose this if something else decides who writes.
   */
  AT_ONCE
}
