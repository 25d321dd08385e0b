package dev.durability.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.List;
import java.util.stream.IntStream;

/** The packages below a root, lowest first: each may use only itself and those before it. */
final class PackageOrder {
  /** The order of core, as ARCHITECTURE.md has it. The empty name is the root itself. */
  static final List<String> CORE =
      List.of(
          "threads",
          "errors",
          "storage",
          "codec",
          "frame",
          "log",
          "segment",
          "commit",
          "append",
          "recordlog",
          "wal",
          "checkpoint",
          "recovery",
          "salvage",
          "");

  private final String root;
  private final List<String> names;

  PackageOrder(String root, List<String> names) {
    this.root = root;
    this.names = names;
  }

  /** The full names of the packages, lowest first. */
  List<String> packages() {
    return names.stream().map(name -> name.isEmpty() ? root : root + "." + name).toList();
  }

  /** A rule for each package that has any above it. */
  List<ArchRule> rules() {
    List<String> packages = packages();
    return IntStream.range(0, packages.size() - 1)
        .mapToObj(at -> noneAbove(packages.get(at), packages.subList(at + 1, packages.size())))
        .toList();
  }

  private static ArchRule noneAbove(String lower, List<String> higher) {
    return ArchRuleDefinition.noClasses()
        .that(in(List.of(lower)))
        .should()
        .dependOnClassesThat(in(higher))
        .allowEmptyShould(true)
        .because("a package uses only those before it: see ARCHITECTURE.md");
  }

  private static DescribedPredicate<JavaClass> in(List<String> packages) {
    return DescribedPredicate.describe(
        "in " + packages, type -> packages.contains(type.getPackageName()));
  }
}
