/** Events of the JDK Flight Recorder for a log and its checkpoints. */
@org.jspecify.annotations.NullMarked
module dev.durability.jfr {
  requires transitive dev.durability;
  requires jdk.jfr;
  requires static org.jspecify;

  exports dev.durability.jfr;
}
