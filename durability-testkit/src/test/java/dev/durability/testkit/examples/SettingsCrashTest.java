package dev.durability.testkit.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.durability.storage.AppendFile;
import dev.durability.storage.Directory;
import dev.durability.storage.ReadFile;
import dev.durability.testkit.CrashDirectory;
import dev.durability.testkit.CrashExplorer;
import dev.durability.testkit.CrashFailure;
import dev.durability.testkit.CrashReport;
import dev.durability.testkit.CrashTest;
import dev.durability.testkit.History;
import dev.durability.testkit.Step;
import dev.durability.testkit.junit.CrashTests;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The example of the guide: a file that is replaced, explored whole and with a sync missing. */
class SettingsCrashTest {

  /** Keeps one text. */
  interface Settings {
    void save(String text) throws IOException;
  }

  // begin:settings
  /** Saves a text under a temporary name, and renames it over the old one. */
  static void save(Directory directory, String text) throws IOException {
    if (directory.exists("settings.tmp")) {
      directory.delete("settings.tmp"); // Left by a crash.
    }
    try (AppendFile file = directory.create("settings.tmp", 0)) {
      file.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
      file.sync();
    }
    directory.rename("settings.tmp", "settings");
    directory.sync("");
  }

  /** The text that was saved last; empty if there is none. */
  static String load(Directory directory) throws IOException {
    if (!directory.exists("settings")) {
      return "";
    }
    try (ReadFile file = directory.open("settings")) {
      ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
      while (bytes.hasRemaining() && file.read(bytes, bytes.position()) >= 0) {
        // Reads may be short.
      }
      return new String(bytes.array(), UTF_8);
    }
  }

  // end:settings

  // begin:settings-crash-test
  /** Saves twice. After a crash, loading gives the text saved last, or the one being saved. */
  static final class SavesTwice implements CrashTest<String> {
    @Override
    public List<Step<String>> steps() {
      return List.of(
          new Step<>("save a", (disk, history) -> save(disk, "a".repeat(1_000), history)),
          new Step<>("save b", (disk, history) -> save(disk, "b".repeat(2_000), history)));
    }

    private static void save(CrashDirectory disk, String text, History<String> history)
        throws IOException {
      history.attempt(text); // From here on, a crash may leave this text.
      SettingsCrashTest.save(disk, text);
      history.promise("saved " + text); // From here on, it must not lose it.
    }

    @Override
    public void restart(CrashDirectory disk, History<String> history) throws IOException {
      List<String> allowed = new ArrayList<>(List.of(""));
      for (String event : history.events()) {
        if (event.startsWith("saved ")) {
          allowed.clear();
          allowed.add(event.substring("saved ".length()));
        } else {
          allowed.add(event);
        }
      }
      assertThat(load(disk)).isIn(allowed);
      save(disk, "c", history); // It goes on; crashes in here are explored, too.
    }
  }

  @TestFactory
  DynamicTest everyCrashLeavesWhatWasSaved() {
    return CrashTests.of("settings", CrashExplorer.of(SavesTwice::new), System.out::println);
  }

  // end:settings-crash-test

  /** As {@link SavesTwice}, but the file is not synced before it is renamed. */
  static final class ForgetsToSync implements CrashTest<String> {
    @Override
    public List<Step<String>> steps() {
      return List.of(
          new Step<>("do nothing", (disk, history) -> {}),
          new Step<>("save a", ForgetsToSync::save),
          new Step<>("save more", ForgetsToSync::save));
    }

    private static void save(CrashDirectory disk, History<String> history) throws IOException {
      history.attempt("x");
      if (disk.exists("settings.tmp")) {
        disk.delete("settings.tmp");
      }
      try (AppendFile file = disk.create("settings.tmp", 0)) {
        file.write(ByteBuffer.wrap("x".getBytes(UTF_8)));
      }
      disk.rename("settings.tmp", "settings");
      disk.sync("");
      history.promise("saved x");
    }

    @Override
    public void restart(CrashDirectory disk, History<String> history) throws IOException {
      assertThat(load(disk)).isEqualTo(history.events().contains("saved x") ? "x" : load(disk));
    }
  }

  @Test
  void missingSyncIsFoundAndTheWorkloadShrinksToOneStep() {
    CrashFailure failure =
        catchThrowableOfType(
            CrashFailure.class, () -> CrashExplorer.of(ForgetsToSync::new).explore());

    assertThat(failure).isNotNull();
    assertThat(failure.steps()).containsExactly("save a");
    assertThat(failure)
        .hasMessageContaining("seed=1")
        .hasMessageContaining("rename settings.tmp to settings")
        .hasMessageContaining("power lost");
  }

  @Test
  void exploringTwiceWithOneThreadIsTheSame() {
    CrashExplorer<String> explorer = CrashExplorer.of(SavesTwice::new).threads(1).seed(7);
    CrashReport first = explorer.explore();

    assertThat(first.distinct()).isPositive();
    assertThat(explorer.explore()).hasToString(first.toString());
  }
}
