package dev.durability.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import dev.durability.docs.ProjectFiles;
import dev.durability.wal.WalWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** How long the sources of the main code are, and how many classes users of a log meet. */
final class SizesTest {
  private static final int LINES_MAX = 400;
  private static final int CLASSES_OF_WAL_MAX = 20;

  /** Sources that are still longer, and may not become so: to be cut. */
  private static final Map<String, Integer> LONGER =
      Map.of(
          "storage/FsLock.java", 493,
          "storage/FsDirectory.java", 504,
          "recordlog/RecordLogWriter.java", 526,
          "segment/LogCursor.java", 519,
          "append/SegmentAppender.java", 418);

  @Test
  void noSourceOfAnyModulesMainCodeIsTooLong() throws IOException {
    Map<String, Integer> tooLong = new TreeMap<>();
    int sources = 0;
    for (Path source : ProjectFiles.endingIn(".java")) {
      String name = ProjectFiles.root().relativize(source).toString().replace('\\', '/');
      if (name.matches("[^/]+/src/main/.*")) {
        sources++;
        int lines = Files.readAllLines(source).size();
        if (lines > linesMax(name)) {
          tooLong.put(name, lines);
        }
      }
    }

    assertThat(sources).isGreaterThan(300);
    assertThat(tooLong).isEmpty();
  }

  private static int linesMax(String name) {
    String known = name.replace("durability-core/src/main/java/dev/durability/", "");
    return LONGER.getOrDefault(known, LINES_MAX);
  }

  @Test
  void packageOfTheLogHasFewClasses() {
    List<String> classes =
        PackageOrderTest.CORE_IMPORTED.stream()
            .filter(type -> type.getPackageName().equals(WalWriter.class.getPackageName()))
            .filter(
                type -> !type.isAnonymousClass() && !type.getSimpleName().equals("package-info"))
            .map(JavaClass::getName)
            .sorted()
            .toList();

    assertThat(classes).contains(WalWriter.class.getName());
    assertThat(classes).hasSizeLessThanOrEqualTo(CLASSES_OF_WAL_MAX);
  }
}
