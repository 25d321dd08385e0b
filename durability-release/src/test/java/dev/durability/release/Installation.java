package dev.durability.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * What is published, installed from the classes of this build into an empty repository, outside of
 * this one. It is made once, and removed after the last test.
 */
final class Installation implements AutoCloseable {
  /** Packs what is published, from classes that are there. */
  private static final List<String> PACKS =
      List.of(
          "-q",
          "-Dpublished",
          "-Dmaven.main.skip",
          "-Dtest=none", // No coverage.
          "-Dforbiddenapis.skip",
          "-Dmaven.javadoc.skip",
          "-Dspotless.check.skip");

  private final Path temp;
  private final ChildMaven maven;

  private Installation() {
    try {
      temp = Files.createTempDirectory("durability-release");
      maven = new ChildMaven(temp);
      install();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void install() throws IOException, InterruptedException {
    maven.run(copyOfPublished("copy"), packs("install"));
  }

  /** The POMs, classes and resources of what is published, in a directory of their own. */
  Path copyOfPublished(String name) throws IOException {
    Path copy = project(name);
    Path root = Project.root();
    for (String file : List.of("pom.xml", ".mvn", "LICENSE")) {
      copyTree(root.resolve(file), copy.resolve(file));
    }
    for (Pom module : Project.published()) {
      Path from = module.directory();
      Path to = Files.createDirectories(copy.resolve(root.relativize(from).toString()));
      Files.copy(module.file(), to.resolve("pom.xml"));
      for (String each : List.of("src/main/resources", "target/classes")) {
        if (Files.exists(from.resolve(each))) {
          copyTree(from.resolve(each), to.resolve(each));
        }
      }
    }
    return copy;
  }

  /** What was installed. */
  Path copy() {
    return temp.resolve("copy");
  }

  /** The arguments that pack what is published, and more. */
  static String[] packs(String... arguments) {
    return Stream.concat(PACKS.stream(), Stream.of(arguments)).toArray(String[]::new);
  }

  /** A new directory for a project. */
  Path project(String name) throws IOException {
    return Files.createDirectory(temp.resolve(name));
  }

  ChildMaven maven() {
    return maven;
  }

  private static void copyTree(Path from, Path to) throws IOException {
    Files.createDirectories(to.resolveSibling(""));
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.walk(temp)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** Gives all tests the same one. */
  static final class Resolver implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == Installation.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(ExtensionContext.Namespace.create(Installation.class))
          .computeIfAbsent(Installation.class, type -> new Installation());
    }
  }
}
