package dev.durability.testkit;

import java.lang.reflect.Array;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Results as texts that are equal in two JVMs if the results are: without the order of sets and
 * maps and without identities, which differ though nothing is wrong.
 */
final class ResultText {
  private ResultText() {}

  static String of(@Nullable Object value) {
    if (value == null) {
      return "null";
    }
    if (value instanceof Optional<?> optional) {
      return optional.map(held -> "Optional[" + of(held) + "]").orElse("Optional.empty");
    }
    if (value instanceof Map<?, ?> map) {
      List<String> entries = new ArrayList<>();
      map.forEach((key, held) -> entries.add(of(key) + "=" + of(held)));
      return sorted(entries);
    }
    if (value instanceof Set<?> set) {
      return sorted(new ArrayList<>(set.stream().map(ResultText::of).toList()));
    }
    if (value instanceof Collection<?> collection) {
      StringJoiner all = new StringJoiner(", ", "[", "]");
      collection.forEach(each -> all.add(of(each)));
      return all.toString();
    }
    if (value.getClass().isArray()) {
      StringJoiner all = new StringJoiner(", ", "[", "]");
      for (int i = 0; i < Array.getLength(value); i++) {
        all.add(of(Array.get(value, i)));
      }
      return all.toString();
    }
    return value instanceof Record ? record(value) : plain(value);
  }

  private static String sorted(List<String> texts) {
    texts.sort(null);
    return "{" + String.join(", ", texts) + "}";
  }

  private static String record(Object value) {
    StringJoiner all = new StringJoiner(", ", value.getClass().getSimpleName() + "[", "]");
    try {
      for (RecordComponent component : value.getClass().getRecordComponents()) {
        component.getAccessor().setAccessible(true);
        all.add(component.getName() + "=" + of(component.getAccessor().invoke(value)));
      }
      return all.toString();
    } catch (ReflectiveOperationException | InaccessibleObjectException e) {
      return value.toString(); // Of a module that is not open: as the record has it.
    }
  }

  private static String plain(Object value) {
    Class<?> type = value.getClass();
    try {
      if (type.getMethod("toString").getDeclaringClass() != Object.class) {
        return value.toString();
      }
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(e); // Every object has it.
    }
    return type.isHidden() ? "a lambda" : type.getName(); // Lambdas have names of the JVM.
  }
}
