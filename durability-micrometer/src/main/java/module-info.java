/** Metrics and health of a log and a state, as meters of Micrometer. */
@org.jspecify.annotations.NullMarked
module dev.durability.micrometer {
  requires transitive dev.durability;
  requires transitive micrometer.core;
  requires static org.jspecify;

  exports dev.durability.micrometer;
}
