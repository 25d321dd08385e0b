package dev.durability.testkit.library;

import dev.durability.testkit.CrashExplorer;
import dev.durability.testkit.junit.CrashTests;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** A program is replaced by its next version, and dies at any moment of that. */
class SchemaCrashTest {

  @TestFactory
  DynamicTest everyCrashWhileVersionsChangeLeavesWhatWasAcknowledged() {
    return CrashTests.of(
        "versions", CrashExplorer.of(() -> new VersionsWorkload(0)), System.out::println);
  }
}
