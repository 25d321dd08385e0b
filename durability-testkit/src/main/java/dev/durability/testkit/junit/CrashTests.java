package dev.durability.testkit.junit;

import dev.durability.testkit.CrashExplorer;
import dev.durability.testkit.CrashReport;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;

/**
 * Explorers as tests of JUnit 5.
 *
 * <pre>{@code
 * @TestFactory
 * DynamicTest everyCrashLeavesWhatWasSaved() {
 *   return CrashTests.of("settings", CrashExplorer.of(SettingsCrashTest::new), System.out::println);
 * }
 * }</pre>
 */
public final class CrashTests {
  private CrashTests() {}

  /**
   * Makes a test that explores.
   *
   * @param name the name of the test
   * @param explorer what is explored when the test runs
   * @param report takes what was explored, if nothing was found
   * @return the test; it fails with {@link dev.durability.testkit.CrashFailure}
   */
  public static DynamicTest of(
      String name, CrashExplorer<?> explorer, Consumer<? super CrashReport> report) {
    return DynamicTest.dynamicTest(name, () -> report.accept(explorer.explore()));
  }
}
