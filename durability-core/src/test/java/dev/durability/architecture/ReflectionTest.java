package dev.durability.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * What core looks up by name. A native image has it only if META-INF/native-image says so, and
 * misses it only when it runs.
 */
final class ReflectionTest {
  private static final Set<String> LOOKING_UP =
      Set.of("java.lang.Class", "java.lang.ClassLoader", "java.util.ServiceLoader");
  private static final Set<String> LOOK_UPS =
      Set.of(
          "forName",
          "loadClass",
          "getResource",
          "getResourceAsStream",
          "getMethod",
          "getDeclaredMethod",
          "getField",
          "getDeclaredField",
          "getConstructor",
          "getDeclaredConstructor",
          "load");

  @Test
  void onlyTypesOfUsersAndOneMethodOfTheJdkAreLookedUp() {
    Set<String> found = new TreeSet<>();
    for (JavaClass type : PackageOrderTest.CORE_IMPORTED) {
      for (JavaAccess<?> access : type.getAccessesFromSelf()) {
        String owner = access.getTargetOwner().getName();
        String name = access.getTarget().getName();
        if (owner.startsWith("java.lang.reflect.")
            || (owner.equals("java.lang.invoke.MethodHandles$Lookup")
                && name.matches("find.*|un.*"))
            || (LOOKING_UP.contains(owner) && LOOK_UPS.contains(name))) {
          found.add(type.getName());
        }
      }
    }

    assertThat(found)
        .as("classes that reflect: add what they look up to reachability-metadata.json")
        .contains("dev.durability.codec.RecordType") // The types of users.
        .filteredOn(name -> !name.startsWith("dev.durability.codec."))
        .containsExactly("dev.durability.commit.VirtualThreads");
  }
}
