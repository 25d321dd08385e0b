package dev.durability.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command leaves if its build breaks off. Maven and Java are stand-ins here. */
final class RunScriptTest {
  private static final String MAKES_JAR =
      "mkdir -p examples/spring/target && echo $0 >examples/spring/target/durability-example-spring.jar\n";

  @TempDir Path temp;
  private Path jar;
  private Path script;

  @BeforeEach
  void copyTheScript() throws IOException {
    Path example = Files.createDirectories(temp.resolve("examples/spring"));
    jar = example.resolve("target/durability-example-spring.jar");
    script = example.resolve("run");
    Files.copy(Path.of("run"), script);
    assertThat(script.toFile().setExecutable(true)).isTrue();
    program("java", "cat \"$2\"\n");
  }

  @Test
  void aBuildThatFailsLeavesNoJar() throws Exception {
    program("mvn", MAKES_JAR + "exit 1\n");
    assertThat(run()).isEqualTo(1);
    assertThat(jar).doesNotExist();
    program("mvn", MAKES_JAR);
    assertThat(run()).isZero();
    assertThat(jar).exists();
    program("mvn", "exit 1\n"); // The jar is there: nothing is built.
    assertThat(run()).isZero();
  }

  @Test
  void aBuildThatIsInterruptedLeavesNoJar() throws Exception {
    program(
        "mvn",
        MAKES_JAR
            + "until [ -s pid ]; do :; done\n"
            + "kill -TERM \"$(cat pid)\"\n"); // As Control-C does, once Maven has ended, too.
    assertThat(run()).isEqualTo(143);
    assertThat(jar).doesNotExist();
  }

  private void program(String name, String text) throws IOException {
    Path program = Files.createDirectories(temp.resolve("bin")).resolve(name);
    Files.writeString(program, "#!/bin/sh\n" + text);
    assertThat(program.toFile().setExecutable(true)).isTrue();
  }

  private int run() throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(script.toString())
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("output").toFile());
    builder.environment().merge("PATH", temp.resolve("bin") + ":", (path, bin) -> bin + path);
    Process process = builder.start();
    Path pid = temp.resolve("pid");
    Files.writeString(pid, Long.toString(process.pid()), StandardCharsets.UTF_8);
    assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
    Files.delete(pid);
    return process.exitValue();
  }
}
