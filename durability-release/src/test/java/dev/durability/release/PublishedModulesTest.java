package dev.durability.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

/** Which modules are published, and that all who have to know of them do. */
final class PublishedModulesTest {
  private static final String BOM = "durability-bom";

  @Test
  void theBomNamesEachPublishedModuleAndNothingElse() throws Exception {
    Pom bom = Pom.read(Project.root().resolve(BOM).resolve("pom.xml"));

    List<Element> managed = bom.elements("dependencyManagement", "dependencies", "dependency");
    assertThat(bom.ownDependencies("dependencyManagement", "dependencies", "dependency"))
        .hasSameSizeAs(managed)
        .containsExactlyInAnyOrderElementsOf(names(Project.withJars()));
    assertThat(managed)
        .allSatisfy(
            each -> {
              assertThat(Pom.childText(each, "version")).isEqualTo("${project.version}");
              assertThat(Pom.childText(each, "scope")).isEmpty();
            });
  }

  @Test
  void thisModuleIsBuiltAfterAllThatItLooksAt() throws Exception {
    Pom here = Pom.read(Project.root().resolve("durability-release/pom.xml"));

    assertThat(here.ownDependencies("dependencies", "dependency"))
        .containsExactlyInAnyOrderElementsOf(names(Project.withJars()));
  }

  @Test
  void whatIsNotPublishedIsNeitherInstalledNorBuiltForARelease() throws Exception {
    Pom parent = Pom.read(Project.root().resolve("pom.xml"));
    List<String> always =
        parent.elements("modules", "module").stream().map(e -> e.getTextContent().strip()).toList();

    for (Pom module : Project.modules()) {
      String name = directory(module);
      assertThat(always.contains(name))
          .as("%s is in the list for releases", name)
          .isEqualTo(Project.isPublished(module));
      assertThat(module.text("properties", "maven.install.skip").orElse("false"))
          .as("maven.install.skip of %s", name)
          .isEqualTo(String.valueOf(!Project.isPublished(module)));
    }
  }

  @Test
  void eachModuleOfTheProjectIsListed() throws Exception {
    List<String> listed = Project.modules().stream().map(PublishedModulesTest::directory).toList();

    try (Stream<Path> top = Files.list(Project.root())) {
      assertThat(
              top.filter(directory -> Files.exists(directory.resolve("pom.xml")))
                  .map(directory -> Project.root().relativize(directory).toString()))
          .isSubsetOf(listed);
    }
  }

  @Test
  void eachModuleHasANameAndADescription() throws Exception {
    for (Pom module : Project.published()) {
      assertThat(module.text("name")).as("%s", module.file()).isPresent();
      assertThat(module.text("description")).as("%s", module.file()).isPresent();
    }
  }

  @Test
  void thePageForANewUserShowsEachPublishedModule() throws IOException {
    String page = Files.readString(Project.root().resolve("docs/getting-started.md"));
    Matcher row = Pattern.compile("(?m)^\\| `(durability-[\\w-]+)` \\|").matcher(page);

    assertThat(row.results().map(match -> match.group(1)))
        .containsExactlyInAnyOrderElementsOf(names(Project.published()));
  }

  private static List<String> names(List<Pom> modules) {
    return modules.stream().map(Pom::artifactId).toList();
  }

  private static String directory(Pom module) {
    return Project.root().relativize(module.directory()).toString().replace('\\', '/');
  }
}
