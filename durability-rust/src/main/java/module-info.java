/** The files of the Rust crate {@code durability}: read, checked, written, taken over. */
@org.jspecify.annotations.NullMarked
module dev.durability.rust {
  requires static org.jspecify;
  requires transitive dev.durability;

  exports dev.durability.rust;
}
