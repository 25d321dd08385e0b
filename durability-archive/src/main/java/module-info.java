/** Continuous archiving of a log, backup, restore to any moment, and verification. */
@org.jspecify.annotations.NullMarked
module dev.durability.archive {
  requires transitive dev.durability;
  requires static org.jspecify;

  exports dev.durability.archive;

  uses dev.durability.archive.ArchiveStoreProvider;
}
