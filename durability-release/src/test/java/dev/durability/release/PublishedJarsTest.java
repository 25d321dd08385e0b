package dev.durability.release;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The jars and POMs that this build would publish. */
final class PublishedJarsTest {
  /** That of class files for Java 17. */
  private static final int CLASS_FILE_VERSION_MAX = 61;

  private static final String NATIVE_IMAGE = "META-INF/native-image/";

  @BeforeEach
  void jarsAreMade() throws Exception {
    Project.assumeJars();
  }

  @Test
  void eachJarHasAModuleNameOfItsOwn() throws Exception {
    TreeSet<String> names = new TreeSet<>();
    for (Pom module : Project.withJars()) {
      Path jar = Project.jar(module);
      ModuleDescriptor descriptor = ModuleFinder.of(jar).findAll().iterator().next().descriptor();
      if (descriptor.isAutomatic()) {
        try (JarFile file = new JarFile(jar.toFile())) {
          assertThat(file.getManifest().getMainAttributes().getValue("Automatic-Module-Name"))
              .as("%s has neither module-info nor Automatic-Module-Name", jar)
              .isNotNull();
        }
      }
      assertThat(descriptor.name()).startsWith("dev.durability");
      assertThat(names.add(descriptor.name())).as(descriptor.name()).isTrue();
    }
    assertThat(names).contains("dev.durability");
  }

  @Test
  void noPackageIsInTwoJars() throws Exception {
    List<String> packages = new ArrayList<>();
    for (Pom module : Project.withJars()) {
      TreeSet<String> own = new TreeSet<>();
      for (String name : entries(Project.jar(module))) {
        if (name.endsWith(".class") && name.contains("/") && !name.startsWith("META-INF/")) {
          own.add(name.substring(0, name.lastIndexOf('/')));
        }
      }
      packages.addAll(own);
    }

    assertThat(packages).isNotEmpty().doesNotHaveDuplicates();
  }

  @Test
  void eachJarBringsTheLicence() throws Exception {
    for (Pom module : Project.withJars()) {
      assertThat(entries(Project.jar(module))).as("%s", module.file()).contains("META-INF/LICENSE");
    }
  }

  @Test
  void classesRunOnJava17() throws Exception {
    for (Pom module : Project.withJars()) {
      try (JarFile jar = new JarFile(Project.jar(module).toFile())) {
        for (JarEntry entry : jar.stream().toList()) {
          if (entry.getName().endsWith(".class")
              && !entry.getName().startsWith("META-INF/versions/")) {
            try (DataInputStream in = new DataInputStream(jar.getInputStream(entry))) {
              in.readInt(); // The magic number.
              in.readUnsignedShort();
              assertThat(in.readUnsignedShort())
                  .as("%s in %s", entry.getName(), jar.getName())
                  .isLessThanOrEqualTo(CLASS_FILE_VERSION_MAX);
            }
          }
        }
      }
    }
  }

  @Test
  void aPublishedPomSaysWhatMavenCentralAsksForAndNothingOfTheBuild() throws Exception {
    for (Pom module : Project.published()) {
      Pom pom = Pom.read(Project.target(module).resolve("published-pom.xml"));

      for (String[] path :
          new String[][] {
            {"groupId"},
            {"artifactId"},
            {"version"},
            {"name"},
            {"description"},
            {"url"},
            {"licenses", "license", "name"},
            {"licenses", "license", "url"},
            {"developers", "developer", "name"},
            {"developers", "developer", "organizationUrl"},
            {"scm", "connection"},
            {"scm", "developerConnection"},
            {"scm", "url"},
          }) {
        assertThat(pom.text(path).orElse(""))
            .as("%s of %s", List.of(path), pom.file())
            .isNotEmpty();
      }
      assertThat(pom.text("version")).contains(Project.VERSION);
      for (String absent : List.of("parent", "build", "profiles", "modules", "repositories")) {
        assertThat(pom.elements(absent)).as("%s in %s", absent, pom.file()).isEmpty();
      }
      assertThat(pom.elements("dependencies", "dependency"))
          .as("dependencies of %s", pom.file())
          .noneMatch(each -> Pom.childText(each, "scope").equals("test"));
    }
  }

  @Test
  void whoDependsOnCoreGetsNothingElse() throws Exception {
    Pom core =
        Pom.read(Project.root().resolve("durability-core/target").resolve("published-pom.xml"));

    assertThat(core.elements("dependencies", "dependency"))
        .allMatch(each -> Pom.childText(each, "scope").equals("provided"));
  }

  /** What is named there is looked up by a native image without a word if it is not found. */
  @Test
  void whatNativeImageIsToldToKeepIsThere() throws Exception {
    int named = 0;
    for (Pom module : Project.withJars()) {
      try (JarFile jar = new JarFile(Project.jar(module).toFile())) {
        for (JarEntry entry : jar.stream().toList()) {
          if (entry.getName().startsWith(NATIVE_IMAGE) && !entry.isDirectory()) {
            assertThat(entry.getName())
                .startsWith(NATIVE_IMAGE + "dev.durability/" + module.artifactId() + "/")
                .endsWith("/reachability-metadata.json");
            named += methodsThere(new String(jar.getInputStream(entry).readAllBytes(), UTF_8));
          }
        }
      }
    }
    assertThat(named).isPositive();
  }

  /** Methods without parameters, each on the line of its class. */
  private static int methodsThere(String metadata) throws ReflectiveOperationException {
    Matcher each =
        Pattern.compile(
                "\"type\": \"([\\w.$]+)\", \"methods\":"
                    + " \\[\\{\"name\": \"(\\w+)\", \"parameterTypes\": \\[]}]")
            .matcher(metadata);
    int named = 0;
    while (each.find()) {
      named++;
      if (Runtime.version().feature() >= 21) {
        assertThat(Class.forName(each.group(1)).getMethod(each.group(2))).isNotNull();
      }
    }
    assertThat(metadata.split("\"type\"", -1)).as("types in %s", metadata).hasSize(named + 1);
    return named;
  }

  private static List<String> entries(Path jar) throws IOException {
    assertThat(Files.isRegularFile(jar)).as("%s", jar).isTrue();
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.stream().map(JarEntry::getName).toList();
    }
  }
}
