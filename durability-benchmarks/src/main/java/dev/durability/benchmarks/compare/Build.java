package dev.durability.benchmarks.compare;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A built checkout of this project. Its classes are copied before they are measured, so that
 * building it again meanwhile does not change what is measured. Immutable.
 */
final class Build {
  private static final String CORE = "durability-core";
  private static final String BENCHMARKS = "durability-benchmarks";
  private static final Path SOURCES =
      Path.of(BENCHMARKS, "src/main/java/dev/durability/benchmarks");

  /** The sources of the loads. If they differ, more than the library is compared. */
  private static final List<String> LOADS =
      List.of(
          "Contestant.java",
          "Trees.java",
          "scenario/Appends.java",
          "scenario/AppendsAhead.java",
          "scenario/Entries.java",
          "scenario/Recoveries.java",
          "scenario/Replays.java",
          "store/OwnLog.java",
          "store/Promise.java",
          "store/Store.java",
          "store/SummingCodec.java");

  private final Path root;
  private final List<Path> jars;

  private Build(Path root, List<Path> jars) {
    this.root = root;
    this.jars = jars;
  }

  /**
   * Looks at a checkout.
   *
   * @param given its root
   * @return the build
   * @throws NotBuiltException if it is not a checkout, is not built, or was changed since it was
   *     built
   * @throws IOException if it cannot be read
   */
  static Build of(Path given) throws NotBuiltException, IOException {
    Path root;
    try {
      root = given.toRealPath();
    } catch (NoSuchFileException e) {
      throw new NotBuiltException("there is no directory " + given);
    }
    for (String module : List.of(CORE, BENCHMARKS)) {
      if (!Files.isDirectory(root.resolve(module).resolve("src/main/java"))) {
        throw new NotBuiltException(
            given + " is no checkout of this project: it has no " + module + "/src/main/java");
      }
    }
    for (String module : List.of(CORE, BENCHMARKS)) {
      Path classes = root.resolve(module).resolve("target/classes");
      FileTime built =
          newest(classes, ".class").orElseThrow(() -> notBuilt(root, "has no " + classes));
      Optional<FileTime> changed = newest(root.resolve(module).resolve("src/main/java"), ".java");
      if (changed.isPresent() && changed.get().compareTo(built) > 0) {
        throw notBuilt(root, "was changed since it was built: see " + module + "/src/main/java");
      }
    }
    Path lib = root.resolve(BENCHMARKS).resolve("target/lib");
    List<Path> jars = jars(lib);
    if (jars.isEmpty()) {
      throw notBuilt(root, "has no libraries in " + lib);
    }
    return new Build(root, jars);
  }

  private static NotBuiltException notBuilt(Path root, String why) {
    return new NotBuiltException(
        String.format(
            Locale.ROOT,
            "%s %s; this builds it:%n  mvn -B -q -f %s -pl %s -am -Dmaven.test.skip=true package",
            root,
            why,
            root.resolve("pom.xml"),
            BENCHMARKS));
  }

  private static Optional<FileTime> newest(Path directory, String suffix) throws IOException {
    if (!Files.isDirectory(directory)) {
      return Optional.empty();
    }
    try (Stream<Path> below = Files.walk(directory)) {
      List<FileTime> times = new ArrayList<>();
      for (Path file : (Iterable<Path>) below::iterator) {
        if (file.getFileName().toString().endsWith(suffix)) {
          times.add(Files.getLastModifiedTime(file));
        }
      }
      return times.stream().max(Comparator.naturalOrder());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Without the jars of this project: its classes are on the class path. */
  private static List<Path> jars(Path lib) throws IOException {
    if (!Files.isDirectory(lib)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(lib)) {
      return files
          .filter(file -> file.getFileName().toString().endsWith(".jar"))
          .filter(file -> !file.getFileName().toString().startsWith("durability-"))
          .sorted()
          .toList();
    }
  }

  /** {@return its root, without symbolic links} */
  Path root() {
    return root;
  }

  /**
   * Asks Git which state this is.
   *
   * @return the commit, with "-dirty" after it if files were changed, or "unknown"
   * @throws InterruptedException if the thread is interrupted
   */
  String commit() throws InterruptedException {
    try {
      Process git =
          new ProcessBuilder(
                  "git", "-C", root.toString(), "describe", "--always", "--dirty", "--abbrev=12")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      git.getOutputStream().close();
      String commit = new String(git.getInputStream().readAllBytes(), UTF_8).strip();
      return git.waitFor(10, TimeUnit.SECONDS) && git.exitValue() == 0 ? commit : "unknown";
    } catch (IOException noGit) {
      return "unknown";
    }
  }

  /**
   * Finds the sources of loads that are not the same in both builds, apart from their imports: a
   * load is the same if only a class of the library moved.
   *
   * @param other the other build
   * @return their names
   * @throws IOException if they cannot be read
   */
  List<String> loadsThatDiffer(Build other) throws IOException {
    List<String> differ = new ArrayList<>();
    for (String load : LOADS) {
      Path source = SOURCES.resolve(load);
      if (!source(root.resolve(source)).equals(source(other.root.resolve(source)))) {
        differ.add(load);
      }
    }
    return differ;
  }

  /** Without imports, and without the empty lines around them. */
  private static List<String> source(Path file) throws IOException {
    String text = Files.exists(file) ? Files.readString(file, UTF_8) : "";
    return text.lines().filter(line -> !line.isBlank() && !line.startsWith("import ")).toList();
  }

  /**
   * Copies its classes.
   *
   * @param directory where to, empty
   * @return what is measured
   * @throws IOException if that fails
   */
  Copy copy(Path directory) throws IOException {
    Path core = directory.resolve("core");
    Path loads = directory.resolve("loads");
    copy(root.resolve(CORE).resolve("target/classes"), core);
    copy(root.resolve(BENCHMARKS).resolve("target/classes"), loads);
    return new Copy(core, loads, jars);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> below = Files.walk(from)) {
      for (Path path : (Iterable<Path>) below::iterator) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /**
   * The classes of a build.
   *
   * @param core those of the library
   * @param loads those of the benchmarks
   * @param jars the libraries that these need
   */
  record Copy(Path core, Path loads, List<Path> jars) {
    String classPath(Path first) {
      return Stream.concat(Stream.of(first, loads, core), jars.stream())
          .map(Path::toString)
          .collect(Collectors.joining(File.pathSeparator));
    }
  }
}
