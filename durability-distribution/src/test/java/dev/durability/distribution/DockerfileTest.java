package dev.durability.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The steps of the Dockerfile, one after the other, in a Debian in a directory. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class DockerfileTest {
  private static final Path FILE = Path.of("Dockerfile");
  private static final Pattern STEP = Pattern.compile("([A-Z]+) (.*)");
  private static final Pattern WORDS = Pattern.compile("\"([^\"]*)\"");

  private final Map<String, String> environment =
      new TreeMap<>(Map.of("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"));
  private String workDirectory = "/";
  private List<String> entryPoint = List.of();

  @Test
  void itsStepsMakeAnImageThatRunsTheProgram() throws Exception {
    try (Chroot debian = Chroot.debian()) {
      for (String line : Files.readString(FILE).replace("\\\n", " ").lines().toList()) {
        if (!line.isBlank() && !line.startsWith("#")) {
          take(debian, line);
        }
      }

      assertThat(start(debian, "--version"))
          .startsWith("durability " + Packages.VERSION + " (Java ");
      Files.writeString(debian.path(workDirectory + "/words"), "one\ntwo\n");
      start(debian, "append", "mylog", "words");
      assertThat(start(debian, "cat", "mylog")).isEqualTo("one\ntwo\n");
      assertThat(debian.path(workDirectory + "/mylog")).isDirectory();
    }
  }

  /** Only the steps that the file has are known. */
  private void take(Chroot debian, String line) throws Exception {
    Matcher step = STEP.matcher(line);
    assertThat(step.matches()).as(line).isTrue();
    String rest = step.group(2).strip();
    switch (step.group(1)) {
      case "FROM" -> assertThat(rest).isEqualTo("debian:bookworm-slim");
      case "ADD" -> unpack(debian, rest);
      case "RUN" -> debian.run(environment, "sh", "-c", rest).outOfSuccess();
      case "ENV" -> environment.put(rest.split("=", 2)[0], rest.split("=", 2)[1]);
      case "WORKDIR" -> {
        workDirectory = rest;
        Files.createDirectories(debian.path(rest));
      }
      case "ENTRYPOINT" ->
          entryPoint = WORDS.matcher(rest).results().map(word -> word.group(1)).toList();
      default -> throw new AssertionError("not known here: " + line);
    }
  }

  /** ADD unpacks archives. */
  private static void unpack(Chroot debian, String rest) throws Exception {
    String[] words = rest.split(" +", -1);
    assertThat(words).hasSize(2);
    String pattern = words[0].substring("target/".length());
    assertThat(words[0]).startsWith("target/");
    try (var found = Files.newDirectoryStream(Packages.TARGET, pattern)) {
      for (Path archive : found) {
        Path directory = Files.createDirectories(debian.path(words[1]));
        Packages.run(
                directory, Map.of(), List.of("tar", "--no-same-owner", "-xzf", archive.toString()))
            .outOfSuccess();
      }
    }
  }

  private String start(Chroot debian, String... args) throws Exception {
    List<String> command =
        Stream.of(List.of("env", "-C", workDirectory), entryPoint, Arrays.asList(args))
            .flatMap(List::stream)
            .toList();
    return debian.run(environment, command.toArray(String[]::new)).outOfSuccess();
  }
}
