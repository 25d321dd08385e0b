/**
 * The worked example of the library: which segments of a search index live, kept in a {@link
 * dev.durability.DurableState}. It uses nothing but what the library exports.
 */
@org.jspecify.annotations.NullMarked
module dev.durability.segmentindex {
  requires static org.jspecify;
  requires transitive dev.durability;

  exports dev.durability.segmentindex;
}
