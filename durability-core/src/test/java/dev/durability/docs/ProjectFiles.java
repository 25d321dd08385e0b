package dev.durability.docs;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The files of the project that are kept, as the tests see them: without what a build makes. */
public final class ProjectFiles {
  private static final Set<String> NOT_KEPT = Set.of("target", ".git", ".idea", ".vscode");

  private ProjectFiles() {}

  /** The directory of the whole project. */
  public static Path root() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.isDirectory(at.resolve(".mvn"))) {
        return at;
      }
    }
    throw new AssertionError("no directory above this one holds .mvn: run from the project");
  }

  /** All files below the root, in order. */
  public static List<Path> all() throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        root(),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            return NOT_KEPT.contains(String.valueOf(directory.getFileName()))
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (!NOT_KEPT.contains(String.valueOf(file.getFileName()))) { // .git of a worktree
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    files.sort(null);
    return files;
  }

  /** The files with an ending, such as {@code .md}. */
  public static List<Path> endingIn(String ending) throws IOException {
    return all().stream().filter(file -> file.toString().endsWith(ending)).toList();
  }

  /** The Java sources below a directory of the project. */
  public static List<Path> javaSources(String directory) throws IOException {
    Path below = root().resolve(directory);
    List<Path> sources = endingIn(".java").stream().filter(f -> f.startsWith(below)).toList();
    if (sources.isEmpty()) {
      throw new AssertionError("there are no sources in " + below);
    }
    return sources;
  }
}
