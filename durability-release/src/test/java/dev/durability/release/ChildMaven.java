package dev.durability.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs the Maven that runs these tests, with an empty local repository and no network: what it
 * needs comes from the local repository of that Maven.
 */
final class ChildMaven {
  private static final int MINUTES_MAX = 20;

  private final Path temp;

  ChildMaven(Path temp) throws IOException {
    this.temp = temp;
    Path downloaded = Path.of(System.getProperty("maven.local"));
    Files.writeString(
        temp.resolve("settings.xml"),
        """
        <settings>
          <mirrors>
            <mirror>
              <id>downloaded</id>
              <mirrorOf>*</mirrorOf>
              <url>%s</url>
            </mirror>
          </mirrors>
        </settings>
        """
            .formatted(downloaded.toUri()));
  }

  /** The local repository. */
  Path repository() {
    return temp.resolve("repository");
  }

  /** Runs Maven in a directory, and returns what it says. Fails if it fails. */
  String run(Path directory, String... arguments) throws IOException, InterruptedException {
    return run(directory, true, arguments);
  }

  /** Runs Maven in a directory, and returns what it says. Fails if it does not fail. */
  String runInVain(Path directory, String... arguments) throws IOException, InterruptedException {
    return run(directory, false, arguments);
  }

  private String run(Path directory, boolean succeeds, String... arguments)
      throws IOException, InterruptedException {
    Path maven = Path.of(System.getProperty("maven.home"));
    boolean windows = System.getProperty("os.name").startsWith("Windows");
    List<String> command = new ArrayList<>();
    command.add(maven.resolve("bin").resolve(windows ? "mvn.cmd" : "mvn").toString());
    command.addAll(
        List.of(
            "-B",
            "-ntp",
            "-s",
            temp.resolve("settings.xml").toString(),
            "-gs",
            temp.resolve("settings.xml").toString(),
            "-Dmaven.repo.local=" + repository()));
    command.addAll(List.of(arguments));
    Path said = temp.resolve("said.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
    Map<String, String> environment = builder.environment();
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    // Faster for a program that runs for seconds.
    environment.put("MAVEN_OPTS", "-Xmx512m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
    environment.remove("MAVEN_ARGS");
    environment.remove("MAVEN_BASEDIR");
    environment.remove("MAVEN_PROJECTBASEDIR");
    Process process = builder.start();
    process.getOutputStream().close();
    boolean ended = process.waitFor(MINUTES_MAX, TimeUnit.MINUTES);
    if (!ended) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    String output = Files.readString(said);
    String what = String.join(" ", command) + " in " + directory + ":\n" + output;
    assertThat(ended).as(what).isTrue();
    assertThat(process.exitValue() == 0).as(what).isEqualTo(succeeds);
    return output;
  }
}
