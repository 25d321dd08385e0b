/**
 * Crash states and faults for storage code that is written on {@link
 * dev.durability.storage.Directory}: a simulated disk that forgets what was not synced, an explorer
 * of what a crash may leave, and a directory that fails when a test says so.
 */
@org.jspecify.annotations.NullMarked
module dev.durability.testkit {
  requires java.management;
  requires static org.jspecify;
  requires static org.junit.jupiter.api;
  requires transitive dev.durability;

  exports dev.durability.testkit;
  exports dev.durability.testkit.junit;

  // JUnit calls the inherited tests, some of which are not public.
  opens dev.durability.testkit.junit;
}
