package dev.durability.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import dev.durability.DurableState;
import dev.durability.docs.ProjectFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.module.ModuleDescriptor;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The order of packages inside core, and what none of its classes may do. */
final class PackageOrderTest {
  private static final String ROOT = "dev.durability";
  private static final Set<String> HIDDEN =
      Set.of(
          ROOT + ".frame",
          ROOT + ".threads",
          ROOT + ".segment",
          ROOT + ".commit",
          ROOT + ".append");

  private static final Path CORE_CLASSES = classesOfCore();

  /** Read once: it takes longer than all rules. */
  static final JavaClasses CORE_IMPORTED = new ClassFileImporter().importPath(CORE_CLASSES);

  private static Path classesOfCore() {
    try {
      return Path.of(
          DurableState.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void noPackageUsesOneAboveIt() {
    for (ArchRule rule : new PackageOrder(ROOT, PackageOrder.CORE).rules()) {
      rule.check(CORE_IMPORTED);
    }
  }

  @Test
  void anUpwardImportFailsTheRule() {
    String root = "dev.durability.architecture.upward";
    JavaClasses fixture = new ClassFileImporter().importPackages(root);
    List<ArchRule> rules = new PackageOrder(root, PackageOrder.CORE).rules();

    assertThatThrownBy(() -> rules.forEach(rule -> rule.check(fixture)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("LowUsesHigh")
        .hasMessageContaining("upward.wal");
  }

  @Test
  void everyPackageHasAPlaceInTheOrder() {
    Set<String> found =
        CORE_IMPORTED.stream()
            .map(JavaClass::getPackageName)
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(new PackageOrder(ROOT, PackageOrder.CORE).packages())
        .containsExactlyInAnyOrderElementsOf(found);
  }

  @Test
  void coreUsesOnlyTheBaseModuleAndAnnotations() {
    classes()
        .should()
        .onlyDependOnClassesThat(
            DescribedPredicate.describe(
                "of core, java.base or org.jspecify", PackageOrderTest::isAllowed))
        .check(CORE_IMPORTED);
  }

  @Test
  void theModuleRequiresOnlyTheBaseModuleAndHidesWhatUsersNeedNotKnow() throws IOException {
    ModuleDescriptor module = descriptor();

    assertThat(module.requires())
        .filteredOn(
            required -> !required.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
        .extracting(ModuleDescriptor.Requires::name)
        .containsExactly("java.base");
    List<String> open = new ArrayList<>(new PackageOrder(ROOT, PackageOrder.CORE).packages());
    open.removeAll(HIDDEN);
    assertThat(module.exports())
        .extracting(ModuleDescriptor.Exports::source)
        .containsExactlyInAnyOrderElementsOf(open);
  }

  /** What {@code -Xlint:exports} would say, which is off because of jspecify's annotations. */
  @Test
  void noPublicSignatureShowsATypeThatUsersCannotName() {
    List<String> shown = new ArrayList<>();
    for (JavaClass type : CORE_IMPORTED) {
      if (!isVisible(type)) {
        continue;
      }
      for (JavaCodeUnit unit : type.getCodeUnits()) {
        if (isOpen(unit.getModifiers())) {
          List<JavaClass> types = new ArrayList<>(unit.getRawParameterTypes());
          types.add(unit.getRawReturnType());
          types.addAll(unit.getExceptionTypes());
          types.stream()
              .filter(used -> !isNameable(used))
              .forEach(used -> shown.add(unit.getFullName() + " shows " + used.getName()));
        }
      }
      for (JavaField field : type.getFields()) {
        if (isOpen(field.getModifiers()) && !isNameable(field.getRawType())) {
          shown.add(field.getFullName() + " shows " + field.getRawType().getName());
        }
      }
    }

    assertThat(shown).isEmpty();
  }

  @Test
  void nothingIsSynchronized() throws IOException {
    for (Path source : ProjectFiles.javaSources("durability-core/src/main/java")) {
      assertThat(holdsMonitor(Files.readString(source))).as("%s", source).isFalse();
    }
  }

  @Test
  void aSynchronizedBlockOrMethodIsSeen() {
    assertThat(holdsMonitor("void a() { synchronized (this) { b(); } }")).isTrue();
    assertThat(holdsMonitor("private synchronized void a() {}")).isTrue();
    assertThat(holdsMonitor("/** Not synchronized. */ int a; // nor synchronized\n")).isFalse();
  }

  @Test
  void nothingIsPrinted() {
    GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(CORE_IMPORTED);
  }

  @Test
  void nothingUsesInternalsOfTheJdk() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("sun..", "jdk..", "com.sun..")
        .check(CORE_IMPORTED);
  }

  @Test
  void nothingIsSerializedByJava() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(ObjectInputStream.class, ObjectOutputStream.class)
        .check(CORE_IMPORTED);
    noMethods().should().haveName("finalize").check(CORE_IMPORTED);
  }

  /** Class files tell it only in their instructions; the sources are simpler to ask. */
  private static boolean holdsMonitor(String source) {
    String code = source.replaceAll("(?s)/\\*.*?\\*/|//[^\n]*", "");
    return Pattern.compile("\\bsynchronized\\b").matcher(code).find();
  }

  private static boolean isAllowed(JavaClass used) {
    JavaClass type = used.getBaseComponentType();
    String name = type.getPackageName();
    return type.isPrimitive()
        || name.startsWith(ROOT)
        || name.startsWith("org.jspecify.annotations")
        || isInBaseModule(name);
  }

  private static boolean isInBaseModule(String packageName) {
    return Object.class.getModule().getDescriptor().packages().contains(packageName);
  }

  private static boolean isNameable(JavaClass used) {
    JavaClass type = used.getBaseComponentType();
    return !type.getPackageName().startsWith(ROOT) || isVisible(type);
  }

  private static boolean isVisible(JavaClass type) {
    return isOpen(type.getModifiers())
        && !HIDDEN.contains(type.getPackageName())
        && type.getEnclosingClass().map(PackageOrderTest::isVisible).orElse(true);
  }

  private static boolean isOpen(Set<JavaModifier> modifiers) {
    return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
  }

  private static ModuleDescriptor descriptor() throws IOException {
    try (InputStream in = Files.newInputStream(CORE_CLASSES.resolve("module-info.class"))) {
      return ModuleDescriptor.read(in);
    }
  }
}
