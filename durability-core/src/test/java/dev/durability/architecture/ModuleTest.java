package dev.durability.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.durability.DurableState;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A module that uses core, with nothing but core on its module path: no jspecify, no classes. */
final class ModuleTest {
  private static final String USE =
      """
      package user;

      import dev.durability.codec.Codecs;
      import dev.durability.storage.FsDirectory;
      import dev.durability.wal.WalOptions;
      import dev.durability.wal.WalReader;
      import dev.durability.wal.WalWriter;
      import java.nio.file.Path;
      import java.time.Duration;

      public final class Main {
        public static void main(String[] args) throws Exception {
          FsDirectory directory = FsDirectory.open(Path.of(args[0]));
          WalOptions options = WalOptions.builder().segmentAge(Duration.ofHours(1)).build();
          try (var log = WalWriter.open(directory, Codecs.utf8(), options, null)) {
            log.appendDurable("from a module");
            System.out.println(log.recovered().reason() + " " + options.segmentAge());
          }
          System.out.println(WalReader.of(directory, Codecs.utf8()).readAll().get(0).entry());
        }
      }
      """;

  @Test
  void aModuleCompilesAndRunsWithCoreAlone(@TempDir Path temp) throws Exception {
    Path classes = temp.resolve("classes");

    assertThat(compile(temp, classes, USE)).isEmpty();
    assertThat(run(core() + System.getProperty("path.separator") + classes, temp.resolve("log")))
        .isEqualTo(String.format("null PT1H%nfrom a module%n"));
  }

  @Test
  void aModuleCannotUseWhatIsNotExported(@TempDir Path temp) throws Exception {
    String use = "package user; final class Main { dev.durability.frame.FrameFormat format; }";

    assertThat(compile(temp, temp.resolve("classes"), use)).contains("dev.durability.frame");
  }

  /** Returns what the compiler says, with all warnings on and each of them an error. */
  private static String compile(Path temp, Path classes, String main) throws Exception {
    Path sources = Files.createDirectories(temp.resolve("sources"));
    List<Path> files = List.of(sources.resolve("module-info.java"), sources.resolve("Main.java"));
    Files.writeString(files.get(0), "module user {\n  requires dev.durability;\n}\n");
    Files.writeString(files.get(1), main);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter said = new StringWriter();
    try (StandardJavaFileManager manager =
        compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      boolean unused =
          compiler
              .getTask(
                  said,
                  manager,
                  null,
                  List.of(
                      "-Xlint:all",
                      "-Werror",
                      "--release",
                      "17",
                      "-implicit:none",
                      "--module-path",
                      core().toString(),
                      "-d",
                      classes.toString()),
                  null,
                  manager.getJavaFileObjectsFromPaths(files))
              .call();
    }
    return said.toString();
  }

  private static String run(String modulePath, Path argument) throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Process process =
        new ProcessBuilder(
                java.toString(), "-p", modulePath, "-m", "user/user.Main", argument.toString())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    return said;
  }

  private static Path core() throws Exception {
    return Path.of(DurableState.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
