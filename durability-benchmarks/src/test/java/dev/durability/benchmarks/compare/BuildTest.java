package dev.durability.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.durability.benchmarks.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildTest {
  @TempDir private Path directory;

  @Test
  void aBuildHasItsClassesAndNoLibraryOfThisProject() throws Exception {
    Checkout checkout = checkout("a");
    Files.createFile(checkout.path(Checkout.LIBRARIES).resolve("durability-core-1.jar"));
    Build build = Build.of(checkout.root());
    assertThat(build.root()).isEqualTo(checkout.root().toRealPath());
    Build.Copy copy = build.copy(Files.createDirectory(directory.resolve("copy")));
    assertThat(copy.jars()).singleElement().asString().endsWith("histogram.jar");
    assertThat(copy.core().resolve("dev/durability/wal/WalWriter.class")).exists();
    assertThat(copy.classPath(Path.of("first")))
        .isEqualTo(
            String.join(
                System.getProperty("path.separator"),
                "first",
                copy.loads().toString(),
                copy.core().toString(),
                copy.jars().get(0).toString()));
    // Whoever builds anew does not change what is measured.
    Trees.empty(checkout.path(Checkout.CORE_CLASSES));
    assertThat(copy.core().resolve("dev/durability/wal/WalWriter.class")).exists();
  }

  @Test
  void whatIsNoCheckoutIsRefused() {
    assertThatThrownBy(() -> Build.of(directory.resolve("absent")))
        .isInstanceOf(NotBuiltException.class)
        .hasMessageContaining("there is no directory")
        .hasMessageContaining("absent");
    assertThatThrownBy(() -> Build.of(directory))
        .isInstanceOf(NotBuiltException.class)
        .hasMessageContaining("no checkout of this project")
        .hasMessageContaining("durability-core/src/main/java");
  }

  @Test
  void whatIsNotBuiltIsRefusedWithTheCommandThatBuildsIt() throws Exception {
    Checkout noCore = checkout("core");
    Trees.empty(noCore.path(Checkout.CORE_CLASSES));
    refused(noCore, "has no " + noCore.root().toRealPath().resolve(Checkout.CORE_CLASSES));
    Checkout noLoads = checkout("loads");
    Trees.empty(noLoads.path(Checkout.LOAD_CLASSES));
    refused(noLoads, "has no " + noLoads.root().toRealPath().resolve(Checkout.LOAD_CLASSES));
    Checkout noLibraries = checkout("lib");
    Trees.empty(noLibraries.path(Checkout.LIBRARIES));
    refused(noLibraries, "has no libraries");
  }

  @Test
  void whatChangedSinceItWasBuiltIsRefused() throws Exception {
    Checkout checkout = checkout("stale");
    Path source = checkout.path("durability-core/src/main/java/Core.java");
    Files.setLastModifiedTime(
        source, FileTime.fromMillis(System.currentTimeMillis() + 24L * 3600 * 1000));
    refused(checkout, "was changed since it was built: see durability-core/src/main/java");
  }

  @Test
  void loadsThatDifferAreNamed() throws Exception {
    Checkout one = checkout("one");
    Checkout other = checkout("other");
    assertThat(Build.of(one.root()).loadsThatDiffer(Build.of(other.root()))).isEmpty();
    other.source(Checkout.LOAD_SOURCES + "/Trees.java", "new");
    other.source(Checkout.LOAD_SOURCES + "/scenario/Appends.java", "only here");
    other.source(Checkout.LOAD_SOURCES + "/Main.java", "no load");
    one.source(Checkout.LOAD_SOURCES + "/store/OwnLog.java", "import a.One;\n\nclass OwnLog {}");
    other.source(Checkout.LOAD_SOURCES + "/store/OwnLog.java", "import b.One;\nclass OwnLog {}");
    assertThat(Build.of(one.root()).loadsThatDiffer(Build.of(other.root())))
        .containsExactly("Trees.java", "scenario/Appends.java");
  }

  @Test
  void whatIsNoRepositoryHasNoCommit() throws Exception {
    assertThat(Build.of(checkout("a").root()).commit()).isEqualTo("unknown");
  }

  private Checkout checkout(String name) throws IOException {
    return new Checkout(Files.createDirectory(directory.resolve(name)));
  }

  private static void refused(Checkout checkout, String why) throws IOException {
    Path root = checkout.root().toRealPath();
    assertThatThrownBy(() -> Build.of(checkout.root()))
        .isInstanceOf(NotBuiltException.class)
        .hasMessageContaining(root + " " + why)
        .hasMessageContaining(
            "mvn -B -q -f "
                + root.resolve("pom.xml")
                + " -pl durability-benchmarks -am -Dmaven.test.skip=true package");
  }
}
