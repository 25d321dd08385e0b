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

  @Test
  void noSourceOfAnyModulesMainCodeIsTooLong() throws IOException {
    Map<String, Integer> tooLong = new TreeMap<>();
    int sources = 0;
    for (Path source : ProjectFiles.endingIn(".java")) {
      String name = ProjectFiles.root().relativize(source).toString().replace('\\', '/');
      if (name.matches("[^/]+/src/main/.*")) {
        sources++;
        int lines = Files.readAllLines(source).size();
        if (lines > LINES_MAX) {
          tooLong.put(name, lines);
        }
      }
    }

    assertThat(sources).isGreaterThan(300);
    assertThat(tooLong).isEmpty();
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
