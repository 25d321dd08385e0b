package dev.durability;

/** What {@link DurableState} gives to {@code apply} while it is open. Reopening always decodes. */
public enum LiveEntries {
  /**
   * The entry as the log holds it: encoded and decoded again. The caller may reuse and change the
   * entry and everything in it as soon as the call has returned, and what {@code apply} keeps or
   * changes of it is as it will be after reopening. This is the default.
   */
  DECODED,

  /**
   * The object that the caller passed. This saves decoding each update. The caller promises that
   * nobody changes the entry, or anything in it, from the call on, and that its codec gives back an
   * equal entry with equal parts: where that is not so, the state in memory and the log disagree
   * without a word.
   */
  AS_PASSED
}
