/**
 * Crash-consistent persistence primitives: a directory, a write-ahead log, a log in one file,
 * checkpoints, recovery, and a state in memory that uses all of them. Packages that are not
 * exported may change at any time.
 */
@org.jspecify.annotations.NullMarked
module dev.durability {
  requires static org.jspecify;

  exports dev.durability;
  exports dev.durability.errors;
  exports dev.durability.storage;
  exports dev.durability.codec;
  exports dev.durability.log;
  exports dev.durability.recordlog;
  exports dev.durability.checkpoint;
  exports dev.durability.wal;
  exports dev.durability.recovery;
  exports dev.durability.salvage;
}
