package dev.durability.release;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.durability.DurableState;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.w3c.dom.Element;

/** The modules of the project, and what the build that runs these tests made of them. */
final class Project {
  static final String VERSION = System.getProperty("project.version", "");

  private Project() {}

  static Path root() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.isDirectory(at.resolve(".mvn"))) {
        return at;
      }
    }
    throw new AssertionError("no directory above this one holds .mvn: run from the project");
  }

  /** The POMs of all modules, those of the profile too. */
  static List<Pom> modules() throws IOException {
    Pom parent = Pom.read(root().resolve("pom.xml"));
    List<Pom> modules = new ArrayList<>();
    for (Element module :
        Stream.concat(
                parent.elements("modules", "module").stream(),
                parent.elements("profiles", "profile", "modules", "module").stream())
            .toList()) {
      modules.add(Pom.read(root().resolve(module.getTextContent().strip()).resolve("pom.xml")));
    }
    return modules;
  }

  static boolean isPublished(Pom module) {
    return !module.text("properties", "maven.deploy.skip").orElse("").equals("true");
  }

  /** The modules that are published, durability-bom too. */
  static List<Pom> published() throws IOException {
    return modules().stream().filter(Project::isPublished).toList();
  }

  /** Those of them that have a jar. */
  static List<Pom> withJars() throws IOException {
    return published().stream()
        .filter(module -> !module.text("packaging").orElse("jar").equals("pom"))
        .toList();
  }

  static Path target(Pom module) {
    return module.directory().resolve("target");
  }

  static Path jar(Pom module) {
    return target(module).resolve(module.artifactId() + "-" + VERSION + ".jar");
  }

  /**
   * Skips a test if this build made no jars. A jar that lies about from an earlier build is not
   * taken for one of this.
   */
  static void assumeJars() throws URISyntaxException {
    Path core =
        Path.of(DurableState.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    if (!core.equals(root().resolve("durability-core/target").resolve(core.getFileName()))
        || !Files.isRegularFile(core)) {
      String reason =
          "not run: it looks at the jars of this build, and core comes from "
              + core
              + "; mvn verify makes them";
      System.out.println(reason);
      assumeTrue(false, reason);
    }
  }
}
