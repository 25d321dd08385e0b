package dev.durability;

/** What {@link DurableState} passes to {@code apply} while it is open. Reopening always decodes. */
public enum LiveEntries {
  /**
   * The entry as the log holds it: encoded and decoded again. The caller may reuse and change the
   * entry and everything in it as soon as the call returned. What {@code apply} keeps or changes of
   * it is the same as after reopening. This is the default.
   */
  DECODED,

  /**
   * The object that the caller passed. This saves decoding each update. The caller promises that
   * the entry, and everything in it, never changes from the call on, and that its codec decodes to
   * an equal entry with equal parts. If the caller breaks that promise, the state in memory and the
   * log silently disagree.
   */
  AS_PASSED
}
