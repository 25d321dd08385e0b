package dev.durability.concurrency;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * A Java runtime with Fray in it. Fray has to see the locks, parks and threads of the JDK itself,
 * so {@code jlink} of a JDK links a runtime anew, with Fray as a plugin that instruments its
 * classes; nothing but Fray's jars is needed for that.
 */
final class FrayRuntime {
  /** The JDK whose constructors and locks this version of Fray knows. */
  private static final String FEATURE = "25";

  private static final String MODULES =
      "java.base,java.instrument,java.logging,java.management,java.rmi,jdk.unsupported";

  private final Path home;
  private final Path agent;

  private FrayRuntime(Path home, Path agent) {
    this.home = home;
    this.agent = agent;
  }

  /** Thrown where the machine cannot have one; the message says why. */
  static final class NotHere extends Exception {
    private static final long serialVersionUID = 1;

    NotHere(String why) {
      super(why);
    }
  }

  /** Links it below target, unless an earlier test did. */
  static FrayRuntime prepare() throws NotHere, IOException, InterruptedException {
    String system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    if (!system.equals("Linux amd64")) {
      throw new NotHere("Fray's native part is here for Linux on x86-64 alone, not for " + system);
    }
    Path jdk = jdk();
    if (jdk == null) {
      throw new NotHere(
          "Fray instruments Java " + FEATURE + ", which is neither this nor beside it");
    }
    Path place = Files.createDirectories(Path.of("target", "fray").toAbsolutePath());
    Path home = place.resolve("java");
    Path agent = place.resolve("libjvmti.so");
    if (!Files.exists(agent)) {
      link(jdk, home);
      unzip(jar("fray-jvmti-linux-x8664"), "libjvmti.so", agent);
    }
    return new FrayRuntime(home, agent);
  }

  /** This JDK, or one beside it. */
  private static @Nullable Path jdk() throws IOException {
    Path own = Path.of(System.getProperty("java.home"));
    try (Stream<Path> beside = Files.list(own.toAbsolutePath().getParent())) {
      return Stream.concat(Stream.of(own), beside.sorted())
          .filter(FrayRuntime::canBeLinked)
          .findFirst()
          .orElse(null);
    }
  }

  private static boolean canBeLinked(Path jdk) {
    try {
      return Files.isExecutable(jdk.resolve("bin").resolve("jlink"))
          && Files.readString(jdk.resolve("release"), UTF_8).contains("JAVA_VERSION=\"" + FEATURE);
    } catch (IOException notOne) {
      return false;
    }
  }

  private static void link(Path jdk, Path home) throws IOException, InterruptedException {
    delete(home);
    String plugin =
        String.join(
            File.pathSeparator,
            Stream.of(
                    "fray-instrumentation-jdk",
                    "fray-instrumentation-base",
                    "fray-runtime",
                    "kotlin-stdlib",
                    "kotlin-reflect",
                    "annotations-13",
                    "asm-")
                .flatMap(FrayRuntime::jars)
                .toList());
    List<String> command = new ArrayList<>();
    command.add(jdk.resolve("bin").resolve("jlink").toString());
    command.add("-J-javaagent:" + jar("fray-instrumentation-jdk"));
    command.add("-J--module-path=" + plugin);
    command.add("-J--class-path=" + plugin);
    command.add("-J--add-modules=org.pastalab.fray.instrumentation.jdk");
    if (Files.isDirectory(jdk.resolve("jmods"))) { // Else it links from the runtime that it is in.
      command.add("--module-path=" + jdk.resolve("jmods"));
    }
    command.addAll(List.of("--add-modules=" + MODULES, "--output=" + home));
    command.add("--fray-instrumentation");
    Path output = home.resolveSibling("jlink.txt");
    int status =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start()
            .waitFor();
    if (status != 0) {
      throw new AssertionError("jlink failed: " + Files.readString(output, UTF_8));
    }
  }

  private static void delete(Path tree) throws IOException {
    if (Files.exists(tree)) {
      try (Stream<Path> files = Files.walk(tree)) {
        for (Path each : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
    }
  }

  private static Stream<String> jars(String nameStart) {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(path -> new File(path).getName().startsWith(nameStart));
  }

  private static String jar(String nameStart) {
    return jars(nameStart).findFirst().orElseThrow(() -> new AssertionError(nameStart));
  }

  private static void unzip(String jar, String entry, Path target) throws IOException {
    try (ZipFile zip = new ZipFile(jar)) {
      ZipEntry found = zip.getEntry(entry);
      try (InputStream bytes = zip.getInputStream(found)) {
        Files.copy(bytes, target);
      }
    }
  }

  /** The command that starts it, without a class path. */
  List<String> command() {
    return List.of(
        home.resolve("bin").resolve("java").toString(),
        "-Xmx400m",
        "-javaagent:" + jar("fray-instrumentation-agent"),
        "-agentpath:" + agent,
        "-Dfray.workDir=" + home.resolveSibling("work"));
  }
}
