/** Crash-consistent persistence primitives: directory, write-ahead log, checkpoints, recovery. */
@org.jspecify.annotations.NullMarked
module dev.durability {
  requires static org.jspecify;

  exports dev.durability;
  exports dev.durability.errors;
  exports dev.durability.storage;
  exports dev.durability.codec;
  exports dev.durability.recordlog;
  exports dev.durability.checkpoint;
  exports dev.durability.wal;
  exports dev.durability.recovery;
  exports dev.durability.segmentindex;
}
