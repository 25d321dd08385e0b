package dev.durability.benchmarks.compare;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.durability.benchmarks.scenario.LogAlone;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.HdrHistogram.Histogram;

/** A checkout that is built, made of the classes that these tests run with. */
final class Checkout {
  static final String CORE_CLASSES = "durability-core/target/classes";
  static final String LOAD_CLASSES = "durability-benchmarks/target/classes";
  static final String LOAD_SOURCES =
      "durability-benchmarks/src/main/java/dev/durability/benchmarks";
  static final String LIBRARIES = "durability-benchmarks/target/lib";

  private final Path root;

  Checkout(Path root) throws IOException {
    this.root = root;
    Path project = Path.of("").toAbsolutePath().resolveSibling("").normalize();
    copy(project.resolve(CORE_CLASSES), root.resolve(CORE_CLASSES));
    copy(project.resolve(LOAD_CLASSES), root.resolve(LOAD_CLASSES));
    Path histogram = jarOf(Histogram.class);
    Files.createDirectories(root.resolve(LIBRARIES));
    Files.copy(histogram, root.resolve(LIBRARIES).resolve("histogram.jar"));
    source("durability-core/src/main/java/Core.java", "old");
    source(LOAD_SOURCES + "/Trees.java", "old");
  }

  Path root() {
    return root;
  }

  Path path(String name) {
    return root.resolve(name);
  }

  void source(String name, String text) throws IOException {
    Path file = path(name);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.writeString(file, text, UTF_8);
    Files.setLastModifiedTime(file, FileTime.fromMillis(0));
  }

  /** As a checkout that was built before the class of the harness was there. */
  Checkout withoutHarness() throws IOException {
    String name = LogAlone.class.getName().replace('.', '/') + ".class";
    Files.delete(path(LOAD_CLASSES).resolve(name));
    return this;
  }

  /** Its appends do nothing; the time is what the body says of the operations. */
  Checkout withAppends(String body) throws IOException {
    String source =
        """
        package dev.durability.benchmarks.scenario;

        import dev.durability.benchmarks.Contestant;
        import dev.durability.benchmarks.Role;
        import dev.durability.benchmarks.store.*;
        import java.nio.file.Path;
        import org.HdrHistogram.Histogram;

        final class Appends extends Contestant {
          Appends(Store store, Role role, Promise promise, Threads threads, byte[] payload, long max) {
            super("planted", role, "");
          }
          @Override public void open(Path directory) {}
          @Override public long run(long operations, Histogram latencies) { %s }
          @Override public void close() {}
          interface Threads {
            static Threads platform(int count) { return null; }
          }
        }
        """
            .formatted(body);
    Path file = root.resolve("Appends.java");
    Files.writeString(file, source, UTF_8);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    String classPath =
        path(LOAD_CLASSES) + File.pathSeparator + path(LIBRARIES).resolve("histogram.jar");
    StringWriter messages = new StringWriter();
    boolean compiled =
        compiler
            .getTask(
                messages,
                null,
                null,
                List.of("-proc:none", "-cp", classPath, "-d", path(LOAD_CLASSES).toString()),
                null,
                compiler.getStandardFileManager(null, null, UTF_8).getJavaFileObjects(file))
            .call();
    if (!compiled) {
      throw new AssertionError(messages);
    }
    return this;
  }

  static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(Objects.requireNonNull(to.getParent()));
    try (Stream<Path> below = Files.walk(from)) {
      for (Path path : (Iterable<Path>) below::iterator) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  private static Path jarOf(Class<?> type) throws IOException {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }
}
