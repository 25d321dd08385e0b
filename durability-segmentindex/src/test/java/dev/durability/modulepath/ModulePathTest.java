package dev.durability.modulepath;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.DurableState;
import dev.durability.segmentindex.SegmentIndexState;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The codec of one module makes the records of another: the tests run on the class path alone. */
class ModulePathTest {

  @Test
  void anIndexIsKeptWithBothModulesOnTheModulePath(@TempDir Path directory) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-p",
                place(DurableState.class)
                    + System.getProperty("path.separator")
                    + place(SegmentIndexState.class),
                "--add-modules",
                "dev.durability.segmentindex",
                "-cp",
                place(IndexProgram.class),
                IndexProgram.class.getName(),
                directory.resolve("index").toString())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(said).isEqualTo("module dev.durability.segmentindex [1, 2]");
  }

  private static String place(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }
}
