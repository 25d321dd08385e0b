package dev.durability.testkit.library;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Ignores failures of storage in the background while a test runs: on dead disks there are many.
 * All others are printed.
 */
public final class SilentDeadDisks implements BeforeEachCallback, AfterEachCallback {
  private Thread.@Nullable UncaughtExceptionHandler before;

  @Override
  public void beforeEach(ExtensionContext test) {
    before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, e) -> {
          if (!(e instanceof IOException)) {
            e.printStackTrace();
          }
        });
  }

  @Override
  public void afterEach(ExtensionContext test) {
    Thread.setDefaultUncaughtExceptionHandler(before);
  }
}
